"""Whose functions run here: Ed25519 signatures over a manifest's very bytes, by keys that the owner trusts."""

import base64
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from jinn.kernel import Forbidden, Invalid
from jinn.runtime import made_once

KEY_BYTES = 32
SIGNATURE_BYTES = 64
_DOMAIN = b"jinn function\n"
"""In front of what is signed, so that a signature for something else is none for a function."""


class TrustedKeys:
    """The public keys in a folder: one `*.pub` file each, 32 bytes in base64. The owner's own is made when missing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def prepare(self) -> None:
        """Make the owner's key on the first start; its private half can be read by its owner only."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        private = made_once(self._folder / "owner.key", _new_key)
        public = Ed25519PrivateKey.from_private_bytes(_raw(private)).public_key().public_bytes_raw()
        made_once(self._folder / "owner.pub", lambda: base64.b64encode(public))

    def check(self, manifest: bytes, signature: bytes) -> str:
        """Whose signature it is, by the name of the key's file.

        Raises:
            Forbidden: `function-unsigned`: none of the trusted keys has signed these bytes.
        """
        if len(signature) == SIGNATURE_BYTES:
            for path in sorted(self._folder.glob("*.pub")):
                try:
                    _public(path.read_bytes()).verify(signature, _DOMAIN + manifest)
                except InvalidSignature:
                    continue
                return path.stem
        raise Forbidden("Nobody who is trusted here has signed this function.", code="function-unsigned")


def sign(manifest: bytes, key: bytes) -> bytes:
    """Sign with a private key as it lies in its file. Raises `Invalid` with code `function-key`."""
    return Ed25519PrivateKey.from_private_bytes(_raw(key)).sign(_DOMAIN + manifest)


def _new_key() -> bytes:
    return base64.b64encode(Ed25519PrivateKey.generate().private_bytes_raw())


def _public(text: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(_raw(text))


def _raw(text: bytes) -> bytes:
    try:
        raw = base64.b64decode(text.strip(), validate=True)
    except ValueError as wrong:
        raise Invalid("That key is no base64.", code="function-key") from wrong
    if len(raw) != KEY_BYTES:
        raise Invalid(f"A key has {KEY_BYTES} bytes.", code="function-key")
    return raw
