"""What the door asks of others: to believe a device, to enrol one, and the clock and bus of the ground floor."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from jinn.kernel import Secret
from jinn.people import DeviceProof, Grant

Authorize = Callable[[DeviceProof], Awaitable[Grant]]
"""Proof → grant.

Raises:
    Forbidden: wrong signature or unknown device; with code `device-shut-out` it has signed well and is disabled.
    Unavailable: nobody could be asked.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceToken:
    """What a device without a secret logs in with.

    Attributes:
        client_id: the free part of the client id that it has to use.
    """

    client_id: str
    token: Secret


class Provisioning(Protocol):
    """Gives a device that was made without a secret of its own its secret, or a token, once."""

    async def register(self, product_key: str, device_name: str, proof: DeviceProof) -> Secret:
        """The device's secret; `proof` is signed with the product's.

        Raises:
            Forbidden: the signature is wrong.
            Refused: no such product or device, or it has been given its secret before.
        """
        ...

    async def register_token(self, product_key: str, device_name: str, proof: DeviceProof) -> DeviceToken:
        """A token instead of the secret. Raises as `register` does."""
        ...

    async def vouch(self, proof: DeviceProof) -> DeviceProof:
        """Turn a token login (`text` is the client id's free part, `signature` the token) into the device's own proof.

        Raises:
            Forbidden: the token is wrong.
        """
        ...
