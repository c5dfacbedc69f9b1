"""What the door asks of others: to believe a device, to enrol one, and the clock and bus of the ground floor."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from jinn.kernel import Secret
from jinn.people import DeviceProof, Grant

Authorize = Callable[[DeviceProof], Awaitable[Grant]]
"""Proof → grant.

Raises:
    Forbidden: wrong signature or unknown device; with code `device-shut-out` it has signed well and is disabled.
    Unavailable: nobody could be asked.
"""


class Provisioning(Protocol):
    """Gives a device that was made without a secret of its own its secret, once."""

    async def register(self, product_key: str, device_name: str, proof: DeviceProof) -> Secret:
        """The device's secret; `proof` is signed with the product's.

        Raises:
            Forbidden: the signature is wrong.
            Refused: no such product or device, or it has been given its secret before.
        """
        ...
