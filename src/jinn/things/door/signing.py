"""Who a CONNECT claims to be, and what it signed to prove it."""

import re
from dataclasses import dataclass
from typing import Literal

from jinn.kernel import Forbidden, Invalid
from jinn.people import DeviceProof
from jinn.things.door.packets import Connect

_NAME = re.compile(r"[A-Za-z0-9_.:@-]{1,64}")
HEX_DIGITS = {"hmacmd5": 32, "hmacsha1": 40, "hmacsha256": 64}
"""Digits of the signature that each method makes."""

ClaimKind = Literal["device", "register", "regnwl", "connwl"]
_KINDS: dict[str, ClaimKind] = {"": "device", "register": "register", "regnwl": "regnwl", "connwl": "connwl"}


class BadClientId(Invalid):
    """The client id is not `id|key=value,…|` with what its kind of login needs."""

    code = "mqtt-client-id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a CONNECT says of itself, not yet believed.

    Attributes:
        kind: `device` signed with its own secret, `register` with its product's to be given one, `regnwl` likewise to
            be given a token; `connwl` shows that token: its proof's text is the client id's free part.
    """

    kind: ClaimKind
    proof: DeviceProof

    @property
    def device(self) -> str:
        return f"{self.proof.product_key}&{self.proof.device_name}"


def read_claim(connect: Connect) -> Claim:
    """Who it is by its user name, and the text that its signature covers.

    The part of the client id before the first `|` is free: `pk&dn`, `pk.dn`, `dn.pk` and serial numbers are all in
    use. Names and order of the other keys differ by SDK too; only these are trusted: signmethod, timestamp, random,
    authType.

    Raises:
        BadClientId: it cannot be read.
        Forbidden: user name or password are missing or cannot be right.
    """
    free, keys = _split(connect.client_id)
    kind = _KINDS.get(keys.get("authType", ""))
    if kind is None:
        raise BadClientId("That authType is not known.")
    device_name, product_key = _names(connect.username)
    method = keys.get("signmethod", "").lower()
    if kind == "connwl":
        method = "token"
    elif method not in HEX_DIGITS:
        raise BadClientId("A client id names its signmethod: hmacmd5, hmacsha1 or hmacsha256.")
    signed = {"deviceName": device_name, "productKey": product_key}
    if kind == "device":
        signed["clientId"] = free
        if "timestamp" in keys:
            signed["timestamp"] = keys["timestamp"]
    elif kind != "connwl":
        signed["random"] = keys.get("random", "")
    return Claim(
        kind=kind,
        proof=DeviceProof(
            product_key=product_key,
            device_name=device_name,
            method=method,
            text=free if kind == "connwl" else "".join(name + signed[name] for name in sorted(signed)),
            signature=_signature(connect.password, method),
        ),
    )


def _split(client_id: str) -> tuple[str, dict[str, str]]:
    free, bar, rest = client_id.partition("|")
    if not free or not bar or not rest.endswith("|"):
        raise BadClientId("A client id reads id|key=value,…|.")
    keys: dict[str, str] = {}
    for pair in rest[:-1].split(","):
        name, equals, value = pair.partition("=")
        if pair and (not name or not equals or name in keys):
            raise BadClientId("A client id reads id|key=value,…|, each key once.")
        keys[name] = value
    return free, keys


def _names(username: str | None) -> tuple[str, str]:
    """Device name and product key of `dn&pk`."""
    device_name, _, product_key = (username or "").partition("&")
    if not _NAME.fullmatch(device_name) or not _NAME.fullmatch(product_key):
        raise Forbidden("A user name reads deviceName&productKey.", code="mqtt-username")
    return device_name, product_key


def _signature(password: bytes | None, method: str) -> str:
    signature = (password or b"").decode("ascii", "replace")
    digits = HEX_DIGITS.get(method)
    if digits is None:
        return signature
    if len(signature) != digits or not re.fullmatch(r"[0-9A-Fa-f]+", signature):
        raise Forbidden("A password is the signature in hexadecimal.", code="bad-signature")
    return signature
