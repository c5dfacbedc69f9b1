"""How a sub-device proves to be itself when a gateway brings it: the same signing as CONNECT."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Literal

from jinn.kernel import Secret

Method = Literal["hmacmd5", "hmacsha1", "hmacsha256"]
_METHODS: Mapping[str, str] = {"hmacmd5": "md5", "hmacsha1": "sha1", "hmacsha256": "sha256"}


def signed_text(fields: Mapping[str, str]) -> str:
    """Name and value of each field, in the order of the names, without anything between."""
    return "".join(f"{name}{fields[name]}" for name in sorted(fields))


def is_signed(text: str, signature: str, *, method: str, secret: Secret) -> bool:
    """Whether the secret's owner signed the text; an unknown method signs nothing. Either case of hex."""
    digest = _METHODS.get(method.casefold())
    if digest is None or not signature.isascii():
        return False
    made = hmac.new(secret.reveal().encode(), text.encode(), getattr(hashlib, digest)).hexdigest()
    return hmac.compare_digest(made, signature.casefold())
