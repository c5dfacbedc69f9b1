"""How what must be shown to others again lies in the database: sealed with a key that lies beside it."""

import base64
import binascii
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from jinn.kernel import Refused, Secret

KEY_BYTES = 32
_NONCE_BYTES = 12
"""As NIST SP 800-38D wants it; drawn anew each time, good for 2^32 seals with one key."""


class KeySeal:
    """`Seal` by AES-256-GCM. What a seal is for is part of it: moved to another row or column it does not open."""

    def __init__(self, key: bytes) -> None:
        assert len(key) == KEY_BYTES, "a key has 32 bytes"
        self._cipher = AESGCM(key)

    def seal(self, secret: Secret, *, purpose: str) -> str:
        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, secret.reveal().encode("utf-8", "surrogatepass"), purpose.encode())
        return base64.urlsafe_b64encode(sealed).decode()

    def unseal(self, sealed: str, *, purpose: str) -> Secret:
        try:
            raw = base64.b64decode(sealed.encode("ascii"), altchars=b"-_", validate=True)
            opened = self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], purpose.encode())
        except (InvalidTag, ValueError) as error:
            raise Refused("The data folder's key does not open what is sealed here.", code="seal-broken") from error
        return Secret(opened.decode("utf-8", "surrogatepass"))


def open_seal(path: Path) -> KeySeal:
    """The seal of a key file, which is made when it is missing and can be read by its owner only.

    Raises:
        Refused: `seal-key`: there is a file, and no key in it. It is left alone, since it may be the only copy.
    """
    try:
        _make(path)
    except FileExistsError:
        # A copied data folder may have lost this.
        path.chmod(0o600)
    try:
        key = base64.b64decode(path.read_bytes().strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise Refused(f"{path.name} in the data folder holds no key.", code="seal-key", file=str(path))
    return KeySeal(key)


def _make(path: Path) -> None:
    """Written aside first: a power cut leaves a whole key or none."""
    if path.exists():
        raise FileExistsError
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(base64.b64encode(os.urandom(KEY_BYTES)))
            file.flush()
            os.fsync(file.fileno())
        # Unlike a rename it replaces nobody's key.
        os.link(aside, path)
    finally:
        aside.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
