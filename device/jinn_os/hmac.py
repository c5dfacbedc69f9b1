"""What is the HMAC-SHA256 of a text? MicroPython has the hash but not the construction (RFC 2104)."""

import binascii
import hashlib

_BLOCK_BYTES = 64


def hmac_sha256(key, message):
    """The 32 bytes of the code. `key` and `message` are bytes."""
    if len(key) > _BLOCK_BYTES:
        key = hashlib.sha256(key).digest()
    padded = key + bytes(_BLOCK_BYTES - len(key))
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded))
    inner.update(message)
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))
    outer.update(inner.digest())
    return outer.digest()


def hex_hmac_sha256(key, message):
    """The same for two texts, as 64 lower-case hexadecimal digits."""
    return binascii.hexlify(hmac_sha256(key.encode(), message.encode())).decode()
