"""Things of vendors' clouds as a `Bridge`: orders go out; only what a cloud says when asked is a report."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

import anyio

from jinn.kernel import Clock, Invalid, JinnError, Names, NotFound, Refused, ThingId, Unavailable, mid_sentence
from jinn.things.bridging import Bridging
from jinn.things.genie.describing import Description
from jinn.things.genie.devices import VendorDevice
from jinn.things.genie.envelope import ErrorCode, VendorError
from jinn.things.genie.links import Link, Links
from jinn.things.genie.speaking import Control, control_for, grown, settled, unread_of, values_of
from jinn.things.genie.vendor_cloud import VendorCloud
from jinn.things.genie.vocabulary import QUERIES, WITH_FUNCTION
from jinn.things.model import Thing
from jinn.things.room import ThingsRoom
from jinn.things.values import Json, same

ASK_AGAIN_AFTER_S = (0.0, 0.15, 0.3, 0.6, 1.0, 1.5, 2.0)
"""When a cloud is asked whether it is so now. Real ones take up to some seconds to see their own device move."""

LATE_AFTER_S = 2.0
"""Commands are told by then that nobody answered; what comes later is told as news."""

Tell = Callable[[Names], Awaitable[None]]
"""Says something to the people of the home that they did not ask for just now."""

_log = logging.getLogger(__name__)


class VendorBridge:
    """`Bridge` for all links."""

    name = "genie"

    def __init__(self, *, links: Links, cloud: VendorCloud, room: ThingsRoom, clock: Clock, tell: Tell) -> None:
        self._links = links
        self._cloud = cloud
        self._room = room
        self._clock = clock
        self._tell = tell
        self._descriptions: dict[ThingId, tuple[VendorDevice, Description]] = {}
        self.bridging: Bridging | None = None
        self.look_soon: Callable[[ThingId], None] = lambda thing: None
        self.ordered: Callable[[ThingId], None] = lambda thing: None
        self.changed: Callable[[ThingId], None] = lambda thing: None

    async def set_properties(self, thing: Thing, values: Mapping[str, Json]) -> None:
        """Order it, then ask until it is so. Raises as `Bridge` says."""
        started_s = self._clock.monotonic_s()
        link, device, description = self._known(thing)
        controls = [self._control(thing, device, description, name, value) for name, value in values.items()]
        try:
            for control in controls:
                if control is not None:
                    await self._ordered(link, thing, device, control)
            is_so = await self._is_so(thing, values)
        except JinnError as error:
            if self._is_late(started_s):
                await self._tell(_late_refusal(thing, error))
            raise
        if self._is_late(started_s):
            await self._tell(_late_word(thing, is_so=is_so))

    async def call_service(self, thing: Thing, service: str, inputs: Mapping[str, Json]) -> Mapping[str, Json]:
        """Have it do something; what it says of itself afterwards is reported."""
        link, device, description = self._known(thing)
        name = description.deeds.get(service)
        if name is None:
            raise NotFound(f"It has no service {service[:80]!r}.", code="service-not-found")
        function = inputs.get("function")
        attribute = function if name in WITH_FUNCTION and isinstance(function, str) else ""
        await self._ordered(link, thing, device, Control(name=name, attribute=attribute, value=attribute))
        try:
            await self.look(thing)
        except (JinnError, VendorError) as error:
            _log.info("%s did %s, and could not be asked then: %s", thing.id, name, error)
        return {}

    async def look(self, thing: Thing) -> dict[str, Json]:
        """Ask its cloud how it is, and report what is new. Gives all that it says.

        Raises:
            VendorError, JinnError: as `VendorCloud.ask`.
        """
        link, device, description = self._known(thing)
        pairs = await self._asked(link, device)
        device, description = await self._learn(thing, link, device, description, pairs)
        values = values_of(description, pairs)
        if unread := unread_of(description, pairs):
            _log.info("of %s its cloud says what does not fit: %s", thing.id, ", ".join(unread))
        self.arrive(thing.id)
        self.report(thing.id, values)
        return values

    def report(self, thing: ThingId, values: Mapping[str, Json]) -> None:
        """Pass on what differs from what is known."""
        assert self.bridging is not None, "bridging is set before anything is asked"
        reported = self._room.twins.peek(thing).reported
        news = {name: value for name, value in values.items() if name not in reported or reported[name].value != value}
        if not news:
            return
        if self._is_moved(thing, news):
            self.changed(thing)
        try:
            self.bridging.report(thing, news)
        except (NotFound, Invalid) as error:
            _log.warning("what the cloud says of %s was not reported: %s", thing, error)

    def _is_moved(self, thing: ThingId, news: Iterable[str]) -> bool:
        """Whether somebody has set something, unlike a reading, which is another one each time."""
        kept = self._descriptions.get(thing)
        bindings = kept[1].bindings if kept is not None else {}
        return any(name in bindings and bindings[name].is_writable for name in news)

    def arrive(self, thing: ThingId) -> None:
        assert self.bridging is not None, "bridging is set before anything is asked"
        try:
            self.bridging.attach(thing)
        except (NotFound, Invalid) as error:
            _log.warning("%s cannot be here: %s", thing, error)

    def leave(self, thing: ThingId) -> None:
        if self.bridging is not None:
            self.bridging.detach(thing)

    def forget(self, thing: ThingId) -> None:
        self._descriptions.pop(thing, None)

    def _known(self, thing: Thing) -> tuple[Link, VendorDevice, Description]:
        found = self._links.device(thing.id)
        if found is None:
            raise Refused("No account brings this thing any more.", code="link-gone")
        link, device = found
        kept = self._descriptions.get(thing.id)
        if kept is None or kept[0] is not device:
            kept = device, settled(device, link=link.id)[1]
            self._descriptions[thing.id] = kept
        return link, device, kept[1]

    def _control(
        self, thing: Thing, device: VendorDevice, description: Description, name: str, value: Json
    ) -> Control | None:
        binding = description.bindings.get(name)
        if binding is None:
            raise NotFound(f"Its cloud knows no {name[:80]!r}.", code="vendor-unsupported")
        said = self._room.twins.peek(thing.id).reported.get(name)
        return control_for(device, binding, value, current=said.value if said else None)

    async def _ordered(self, link: Link, thing: Thing, device: VendorDevice, control: Control) -> None:
        try:
            await self._cloud.control(link, device, control)
        except VendorError as error:
            if error.code in (ErrorCode.OFFLINE, ErrorCode.NO_DEVICE):
                # Not at once: the answer to this very order has to go out over its session.
                self.look_soon(thing.id)
            raise error.as_error() from error
        self.ordered(thing.id)

    async def _asked(self, link: Link, device: VendorDevice) -> Sequence[tuple[str, Json]]:
        special = sorted(device.actions & QUERIES.keys())
        if device.can("Query") or not special:
            return await self._cloud.query(link, device)
        pairs: list[tuple[str, Json]] = []
        for name in special:
            pairs.extend(await self._cloud.query(link, device, name))
        return pairs

    async def _learn(
        self,
        thing: Thing,
        link: Link,
        device: VendorDevice,
        description: Description,
        pairs: Sequence[tuple[str, Json]],
    ) -> tuple[VendorDevice, Description]:
        """A property or word that nobody had heard of makes a new version of its model."""
        taught = grown(device, description, pairs)
        if taught is device:
            return device, description
        taught, description = settled(taught, link=link.id)
        await self._room.registry.register_product(description.product)
        await self._links.keep_device(thing.id, link.id, taught)
        self._descriptions[thing.id] = taught, description
        return taught, description

    async def _is_so(self, thing: Thing, values: Mapping[str, Json]) -> bool:
        """Ask, and ask again for a while, until all of it is as it was ordered."""
        product = self._room.registry.product_of(thing)
        is_so = False
        for pause_s in ASK_AGAIN_AFTER_S:
            await anyio.sleep(pause_s)
            try:
                said = await self.look(thing)
            except VendorError as error:
                if error.code == ErrorCode.UNSUPPORTED:
                    return False
                continue
            except Unavailable:
                continue
            is_so = all(
                name in said and same(product.model.properties[name].type, said[name], value)
                for name, value in values.items()
            )
            if is_so:
                break
        return is_so

    def _is_late(self, started_s: float) -> bool:
        return self._clock.monotonic_s() - started_s > LATE_AFTER_S


def _late_word(thing: Thing, *, is_so: bool) -> Names:
    english, chinese = thing.names.en, thing.names.zh
    if is_so:
        return Names(en=f"The {mid_sentence(english)} did it after all.", zh=f"{chinese}刚才还是照办了。")
    return Names(
        en=f"The {mid_sentence(english)} was asked, but its cloud does not say that it did it.",
        zh=f"已经告诉{chinese}了，可是云端没说它照办了。",
    )


def _late_refusal(thing: Thing, error: JinnError) -> Names:
    english, chinese = mid_sentence(thing.names.en), thing.names.zh
    if error.stable_code() == "vendor-offline":
        return Names(en=f"The cloud of the {english} says that it is offline.", zh=f"{chinese}的云端说它不在线。")
    if isinstance(error, Unavailable):
        return Names(en=f"The cloud of the {english} never answered.", zh=f"{chinese}的云端一直没有回答。")
    return Names(en=f"The cloud of the {english} said no after all.", zh=f"{chinese}的云端后来拒绝了。")
