"""How is a folder of files made a package, and signed? The maker's side."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from jinn.kernel import Invalid, NotFound, Secret
from jinn.things.firmware.manifest import Manifest, Notes, check, is_path, signed

LEFT_OUT = {"__pycache__", "node_modules"}
"""What tools leave beside sources, and no thing needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package and its signed manifest.

    Attributes:
        blob: the signed manifest.
        content: the files, one after the other.
    """

    manifest: Manifest
    blob: bytes
    content: bytes


def new_key() -> Secret:
    """A maker's key: 64 hexadecimal digits, to be kept as what it is."""
    return Secret(Ed25519PrivateKey.generate().private_bytes_raw().hex())


def public_of(key: Secret) -> str:
    """What things and hubs know a maker by. Raises `Invalid` with code `key-malformed`."""
    return _private(key).public_key().public_bytes_raw().hex()


def pack(
    source: Path,
    *,
    key: Secret,
    product_key: str,
    version: str,
    counter: int,
    module: str = "default",
    notes: Notes = Notes(),  # noqa: B008 - frozen
) -> Package:
    """The package of a file, or of all files below a folder.

    Raises:
        NotFound: code `source-not-found`.
        Invalid: `key-malformed`, `manifest-malformed`, `path-not-possible`.
    """
    files = list(_files(source))
    content = b"".join(data for _, data in files)
    manifest = Manifest(
        product_key=product_key,
        version=version,
        counter=counter,
        module=module,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        files=[(path, len(data), hashlib.sha256(data).hexdigest()) for path, data in files],
        notes=notes,
    )
    check(manifest)
    text = msgspec.json.encode(manifest)
    return Package(manifest=manifest, blob=signed(text, _private(key).sign(text)), content=content)


def _files(source: Path) -> Iterable[tuple[str, bytes]]:
    if source.is_file():
        yield source.name, source.read_bytes()
        return
    if not source.is_dir():
        raise NotFound(f"{source} is neither a file nor a folder.", code="source-not-found")
    for path in sorted(source.rglob("*")):
        inner = path.relative_to(source)
        if not path.is_file() or LEFT_OUT & set(inner.parts) or any(part.startswith(".") for part in inner.parts):
            continue
        if not is_path(inner.as_posix()):
            raise Invalid(f"{inner} cannot be a path in a package.", code="path-not-possible")
        yield inner.as_posix(), path.read_bytes()


def _private(key: Secret) -> Ed25519PrivateKey:
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(key.reveal()))
    except ValueError as wrong:
        raise Invalid("A maker's key is 64 hexadecimal digits.", code="key-malformed") from wrong
