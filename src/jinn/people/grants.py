"""Who may do what: the one place where a device, a satellite, a screen or a service is let in."""

from dataclasses import dataclass
from typing import Protocol

from jinn.kernel import HomeId, Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceProof:
    """A device that signs a text with its secret.

    Attributes:
        device: `productKey&deviceName`.
        method: hmacmd5, hmacsha1 or hmacsha256.
        text: what was signed.
        signature: hexadecimal, either case.
    """

    product_key: str
    device_name: str
    method: str
    text: str
    signature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BearerProof:
    """A screen, a satellite or a program that shows a token."""

    token: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What the bearer may do, as allow lists; nothing else is allowed.

    Attributes:
        subject: who: `device:pk&dn`, `screen:…`, `satellite:…`, `owner`.
        publish, subscribe: topic or subject patterns; `{pk}`/`{dn}` are filled in already, `#` ends a pattern.
        expires_ms: since 1970; None: until revoked.
    """

    home: HomeId
    subject: str
    publish: tuple[str, ...] = ()
    subscribe: tuple[str, ...] = ()
    expires_ms: int | None = None


class DeviceSecrets(Protocol):
    """Where the secrets of devices are kept."""

    async def device_secret(self, product_key: str, device_name: str) -> Secret | None:
        """None when there is no such device, or it is disabled."""
        ...


class Tokens(Protocol):
    """Where tokens are kept, by their SHA-256."""

    async def grant_of(self, token: Secret) -> Grant | None: ...


Proof = DeviceProof | BearerProof
