"""What is in a package, and did its maker say so? The signed manifest, as things read it too.

One line `jinn-firmware-1 <signature, 128 hexadecimal digits>`, then JSON of which every byte is signed. The
package is the content of its files, one after the other, in the manifest's order.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from jinn.kernel import Invalid, Refused

HEAD = b"jinn-firmware-1 "
MANIFEST_BYTES_MAX = 32_768
"""What things hold in memory; 200 files with their hashes are 24 kB."""

FILES_MAX = 200
PATH_CHARS_MAX = 96
DEPTH_MAX = 5
WHOLE_MAX = 0x3FFFFFFF
"""What a small integer of a 32-bit board still holds."""

NOTES_CHARS_MAX = 2_000

_PATH_PART = re.compile(r"[A-Za-z0-9_-]([A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_HASH = re.compile(r"[0-9a-f]{64}")
_SIGNATURE = re.compile(rb"[0-9a-fA-F]{128}")


class Notes(msgspec.Struct, frozen=True):
    """What is new, for people."""

    en: str = ""
    zh: str = ""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a package is.

    Attributes:
        counter: grows with every version; things go forwards only.
        sha256: of the whole package, lower-case hexadecimal; of a file likewise.
        files: path, bytes and hash of each.
    """

    product_key: str
    version: str
    counter: int
    size: int
    sha256: str
    files: list[tuple[str, int, str]]
    module: str = "default"
    notes: Notes = Notes()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedManifest:
    """A manifest with the exact bytes that were signed.

    Attributes:
        blob: the whole, as files and things have it.
    """

    manifest: Manifest
    blob: bytes


_decoder = msgspec.json.Decoder(Manifest)


def signed(text: bytes, signature: bytes) -> bytes:
    """The signed manifest of a manifest's bytes and their signature."""
    return HEAD + signature.hex().encode() + b"\n" + text


def read_signed(blob: bytes, public: str | None) -> SignedManifest:
    """The manifest of a signed one, when it is sound and its signature that of `public` (64 hexadecimal digits).

    `public` None: whoever signed it; for finding out which product it is about.

    Raises:
        Invalid: `manifest-too-large`, `manifest-malformed`.
        Refused: `manifest-unsigned`.
    """
    if len(blob) > MANIFEST_BYTES_MAX:
        raise Invalid(f"A manifest has at most {MANIFEST_BYTES_MAX} bytes.", code="manifest-too-large")
    head, newline, text = blob.partition(b"\n")
    signature = head.removeprefix(HEAD)
    if not newline or not head.startswith(HEAD) or not _SIGNATURE.fullmatch(signature):
        raise Refused("This is no signed manifest.", code="manifest-unsigned")
    if public is not None:
        _check_signature(text, bytes.fromhex(signature.decode()), public)
    try:
        manifest = _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        raise Invalid(f"The manifest is malformed: {wrong}.", code="manifest-malformed") from wrong
    check(manifest)
    return SignedManifest(manifest=manifest, blob=blob)


def _check_signature(text: bytes, signature: bytes, public: str) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(signature, text)
    except (InvalidSignature, ValueError) as wrong:
        raise Refused("The maker of this product has not signed this manifest.", code="manifest-unsigned") from wrong


def check(manifest: Manifest) -> None:
    """Whether things would take it. Raises `Invalid` with code `manifest-malformed`."""
    for name, text in (
        ("product_key", manifest.product_key),
        ("version", manifest.version),
        ("module", manifest.module),
    ):
        _demand(0 < len(text) <= 64 and text.isprintable(), f"{name} has 1 to 64 characters")
    _demand(1 <= manifest.counter <= WHOLE_MAX, "the counter is a whole number from 1 on")
    _demand(1 <= manifest.size <= WHOLE_MAX, "the package has at least one byte")
    _demand(_HASH.fullmatch(manifest.sha256) is not None, "a hash is 64 lower-case hexadecimal digits")
    _demand(0 < len(manifest.files) <= FILES_MAX, f"a package has 1 to {FILES_MAX} files")
    for path, size, digest in manifest.files:
        _demand(is_path(path), f"{path[:40]!r} cannot be a path in a slot")
        _demand(0 <= size <= WHOLE_MAX and _HASH.fullmatch(digest) is not None, f"{path} has no size and hash")
    _demand(sum(size for _, size, _ in manifest.files) == manifest.size, "the files together are not the package")
    _demand(is_clean([path for path, _, _ in manifest.files]), "two files have one name, or one is also a folder")
    notes = manifest.notes
    _demand(max(len(notes.en), len(notes.zh)) <= NOTES_CHARS_MAX, f"notes have at most {NOTES_CHARS_MAX} characters")


def is_path(path: str) -> bool:
    """Whether a path stays within its slot, on every file system."""
    parts = path.split("/")
    return (
        0 < len(path) <= PATH_CHARS_MAX
        and len(parts) <= DEPTH_MAX
        and parts[0].lower() != "manifest"
        and all(_PATH_PART.fullmatch(part) for part in parts)
    )


def is_clean(paths: Sequence[str]) -> bool:
    """Whether paths name different files, also where cases are not told apart, and no file is also a folder."""
    lower = [path.lower() for path in paths]
    folders = {path[:at] for path in lower for at, letter in enumerate(path) if letter == "/"}
    return len(set(lower)) == len(lower) and not folders & set(lower)


def _demand(holds: bool, sentence: str) -> None:
    if not holds:
        raise Invalid(f"The manifest is malformed: {sentence}.", code="manifest-malformed")
