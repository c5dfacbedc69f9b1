"""Where may one thing fetch one package, and until when? Addresses that carry their own proof."""

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass

from jinn.kernel import Clock, Forbidden, NotFound, ThingId, millis
from jinn.things.firmware.model import ImageId
from jinn.things.registry import Registry

VALID_S = 3_600
"""A slow download takes minutes; one that is cut asks again and gets a fresh address."""

_SAFE = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Makes and checks them. The key is the thing's own secret: a thing that is removed or disabled fetches no more.

    Attributes:
        base: of this hub as things reach it, `http://192.168.1.2:8320`.
    """

    base: Callable[[], str]
    registry: Registry
    clock: Clock

    def for_thing(self, thing: ThingId, image: ImageId) -> str:
        """The address for one thing. Raises `NotFound`."""
        expires_s = millis(self.clock.now()) // 1000 + VALID_S
        return f"{self.base()}/firmware/{image}/{thing}/{expires_s}/{self._proof(thing, image, expires_s)}"

    def check(self, thing: ThingId, image: ImageId, expires_s: int, proof: str) -> None:
        """Raises `Forbidden` with code `address-expired`, or `not-authorized` for all else that is wrong."""
        if not (_SAFE.fullmatch(thing) and _SAFE.fullmatch(image)):
            raise _stranger()
        try:
            known = self.registry.thing(thing)
        except NotFound as gone:
            raise _stranger() from gone
        if not known.is_enabled or not hmac.compare_digest(
            self._proof(thing, image, expires_s).encode(), proof.encode("utf-8", "replace")
        ):
            raise _stranger()
        if expires_s < millis(self.clock.now()) // 1000:
            raise Forbidden("This address is too old; ask for another one.", code="address-expired")

    def _proof(self, thing: ThingId, image: ImageId, expires_s: int) -> str:
        key = self.registry.thing(thing).secret.reveal().encode()
        return hmac.new(key, f"firmware {image} {thing} {expires_s}".encode(), hashlib.sha256).hexdigest()


def _stranger() -> Forbidden:
    return Forbidden("This address is none of ours.", code="not-authorized")
