"""How do nodes of a Matter fabric become things? Each joins, says what it says, and is told what is asked of it."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

import anyio
import anyio.abc

from jinn.kernel import AreaId, Invalid, JinnError, Names, NotFound, ThingId, Unavailable
from jinn.things.forms.matter_model import Attributes, Order, Point
from jinn.things.forms.matter_reading import NODE_LABEL, NodeRead, read_node
from jinn.things.forms.reading import Left, Node, spoken
from jinn.things.matter.codes import read_code
from jinn.things.matter.model import Changed, Gone, Happened, Happening, Listed, Lost, MatterNode, Seen
from jinn.things.matter.ports import MatterServer, Sessions
from jinn.things.model import Thing
from jinn.things.values import Json, check, check_set

_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True, eq=False)
class _Joined:
    """A node that is a thing.

    Attributes:
        asked: by property, the value that it was last asked for and the order that this was.
        said: by property, what it said last.
        heard: the number of its last event.
    """

    node_id: int
    thing: ThingId
    read: NodeRead
    is_available: bool = False
    asked: dict[str, tuple[Json, Order]] = field(default_factory=dict)
    said: dict[str, Json] = field(default_factory=dict)
    heard: int = -1

    def cluster(self, point: Point) -> dict[int, Json]:
        return self.read.attributes.setdefault(point.endpoint, {}).setdefault(point.feature.cluster, {})

    def value(self, name: str) -> Json:
        """What the node says of a property now; None when it does not know."""
        point = self.read.points[name]
        attributes = self.cluster(point)
        asked = self.asked.get(name)
        if asked is not None and point.feature.is_obeyed(asked[1], attributes):
            return asked[0]
        return point.feature.value_of(attributes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """A node of the fabric that is no thing.

    Attributes:
        why: what kept it from becoming one.
    """

    node: MatterNode
    why: JinnError


@dataclass(frozen=True, slots=True)
class _Newcomer:
    """What the device that is being added shall be called, and where it is."""

    names: Names | None = None
    area: AreaId | None = None


class MatterBridge:
    """The `Bridge` of one Matter fabric. A `Service`: run it after its client and its sessions."""

    name = "matter"

    def __init__(self, *, server: MatterServer) -> None:
        self._server = server
        self._sessions: Sessions | None = None
        self._by_node: dict[int, _Joined] = {}
        self._by_thing: dict[ThingId, _Joined] = {}
        self._strangers: dict[int, Stranger] = {}
        self._turn = anyio.Lock()
        self._adding = anyio.Lock()
        self._newcomer = _Newcomer()
        self._removals = anyio.create_memory_object_stream[int](256)

    def bind(self, sessions: Sessions) -> None:
        """Through whom its things come and go; before it runs."""
        self._sessions = sessions

    @property
    def nodes(self) -> Mapping[int, ThingId]:
        """The nodes that are things, by their number."""
        return {node_id: joined.thing for node_id, joined in self._by_node.items()}

    @property
    def strangers(self) -> Mapping[int, Stranger]:
        """The nodes that are no things, by their number."""
        return dict(self._strangers)

    async def join_stranger(self, node_id: int, *, names: Names | None = None, area: AreaId | None = None) -> ThingId:
        """Try once more to make a thing of a node.

        Raises:
            NotFound: `found-not-found`.
            Refused, Unavailable: it is none still, and why.
        """
        stranger = self._strangers.get(node_id)
        if stranger is None:
            raise NotFound("That was not discovered, or is gone again.", code="found-not-found")
        async with self._adding, self._turn:
            self._newcomer = _Newcomer(names, area)
            try:
                joined = await self._join(stranger.node)
            finally:
                self._newcomer = _Newcomer()
        if joined is None:
            raise self._strangers[node_id].why
        return joined.thing

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        """Follow what the server says, for ever."""
        assert self._sessions is not None, "bind it first"
        with self._removals[0], self._removals[1]:
            await self._follow(task_status)

    async def _follow(self, task_status: anyio.abc.TaskStatus[None]) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._remove_forgotten)
            task_status.started()
            async for happening in self._server.happenings:
                async with self._turn:
                    await self._take(happening)

    async def set_properties(self, thing: Thing, values: Mapping[str, Json]) -> None:
        joined = self._joined(thing)
        for name, value in check_set(joined.read.product.model, values).items():
            point = joined.read.points[name]
            assert point.feature.order_of is not None, "a property without one is not writable"
            attributes = joined.cluster(point)
            order = point.feature.order_of(value, attributes)
            joined.asked[name] = (value, order)
            await self._server.order(joined.node_id, point.endpoint, order)
            await self._look(joined, name, point)

    async def _look(self, joined: _Joined, name: str, point: Point) -> None:
        """Ask the node itself how it is now: the server hears of changes a second late, and of none that is none."""
        for attribute in point.feature.attributes:
            if attribute not in joined.cluster(point):
                continue
            path = f"{point.endpoint}/{point.feature.cluster}/{attribute}"
            try:
                value = await self._server.read(joined.node_id, path)
            except JinnError as error:
                # It was told and has accepted; how it is will be heard all the same.
                _log.info("node %d: %s", joined.node_id, error.sentence)
                return
            joined.cluster(point)[attribute] = value
        self._report(joined, [name])

    async def call_service(self, thing: Thing, service: str, inputs: Mapping[str, Json]) -> Mapping[str, Json]:
        joined = self._joined(thing)
        point = joined.read.services.get(service)
        if point is None:
            raise NotFound(f"It has no service {service[:80]!r}.", code="service-not-found")
        attributes: Attributes = joined.read.attributes.get(point.endpoint, {}).get(point.action.cluster, {})
        order = point.action.order_of(attributes)
        if order is None:
            raise Invalid(f"It can do no {service!r} now.", code="cannot-now")
        if point.action.with_inputs is not None:
            order = point.action.with_inputs(attributes, inputs)
        await self._server.order(joined.node_id, point.endpoint, order)
        return {}

    async def commission(self, code: str, *, names: Names | None = None, area: AreaId | None = None) -> ThingId:
        """Make the device with that setup code a thing of the home.

        Raises:
            Invalid: `bad-setup-code`, or `matter-empty`: nothing that it can do is known here.
            Unavailable: `matter-away`, `matter-not-joined`.
        """
        read = read_code(code)
        async with self._adding:
            # The server tells of the new node before it answers, so whoever is first must know what to call it.
            self._newcomer = _Newcomer(names, area)
            try:
                info = self._server.info
                # A server without Bluetooth fails at once unless it is told to look on the network only.
                is_deaf = info is not None and not info.bluetooth_enabled
                node = await self._server.commission(read.text, network_only=is_deaf)
                async with self._turn:
                    joined = await self._join(node)
            finally:
                self._newcomer = _Newcomer()
        if joined is None:
            raise Invalid("Nothing that this device can do is known here.", code="matter-empty")
        # Whoever added it will want to switch it on at once.
        await self._bound.settled()
        return joined.thing

    def forget(self, thing_id: ThingId) -> None:
        """Somebody removed the thing: its node is let go, as soon as the server is there."""
        joined = self._by_thing.pop(thing_id, None)
        if joined is not None:
            self._by_node.pop(joined.node_id, None)
            try:
                self._removals[0].send_nowait(joined.node_id)
            except anyio.WouldBlock:
                _log.warning("node %d stays in the fabric: too many are let go at once", joined.node_id)

    async def _take(self, happening: Happening) -> None:
        match happening:
            case Listed(_, nodes):
                for node in nodes:
                    await self._join(node)
                there = {node.id for node in nodes}
                for node_id in [known for known in (*self._by_node, *self._strangers) if known not in there]:
                    self._go(node_id)
            case Seen(node):
                await self._join(node)
            case Gone(node_id):
                self._go(node_id)
            case Changed(node_id, path, value):
                self._change(node_id, path, value)
            case Happened():
                self._happen(happening)
            case Lost():
                for joined in self._by_node.values():
                    joined.is_available = False
                    self._bound.detach(joined.thing)

    async def _join(self, node: MatterNode) -> _Joined | None:
        """Make a node a thing, or what it is now; None for one that can do nothing we know."""
        info = self._server.info
        fabric = info.compressed_fabric_id if info is not None else 0
        try:
            read = read_node(Node({"attributes": {**node.attributes}}, "", Left()))
            newcomer = self._newcomer if node.id not in self._by_node else _Newcomer()
            called = newcomer.names or _names_of(read)
            device = f"n{fabric:x}-{node.id}"
            thing = await self._bound.join(read.product, names=called, device_name=device, area=newcomer.area)
        except JinnError as error:
            _log.warning("node %d is no thing: %s", node.id, error.sentence)
            self._strangers[node.id] = Stranger(node=node, why=error)
            return None
        self._strangers.pop(node.id, None)
        before = self._by_node.get(node.id)
        joined = _Joined(node_id=node.id, thing=thing.id, read=read)
        if before is not None and before.thing == thing.id:
            joined.asked, joined.heard = before.asked, before.heard
        elif before is not None:
            # An update made another product of it: what it was is away for good.
            self._go(node.id)
        self._by_node[node.id] = self._by_thing[thing.id] = joined
        joined.is_available = node.is_available
        if node.is_available:
            self._bound.attach(thing.id)
            self._report(joined, list(read.points))
        else:
            self._bound.detach(thing.id)
        return joined

    def _go(self, node_id: int) -> None:
        self._strangers.pop(node_id, None)
        joined = self._by_node.pop(node_id, None)
        if joined is not None:
            self._by_thing.pop(joined.thing, None)
            self._bound.detach(joined.thing)

    def _change(self, node_id: int, path: str, value: Json) -> None:
        joined = self._by_node.get(node_id)
        parts = [int(part) for part in path.split("/") if part.isascii() and part.isdigit() and len(part) < 11]
        if joined is None or len(parts) != 3:
            return
        endpoint, cluster, attribute = parts
        joined.read.attributes.setdefault(endpoint, {}).setdefault(cluster, {})[attribute] = value
        # Which attribute a value is made of may itself depend on another one, so all of the cluster are looked at.
        here = [
            name
            for name, point in joined.read.points.items()
            if (point.endpoint, point.feature.cluster) == (endpoint, cluster)
            and (attribute in point.feature.attributes or joined.value(name) != joined.said.get(name))
        ]
        self._report(joined, here)

    def _happen(self, told: Happened) -> None:
        """Tell it as an event of the thing, once; what the model has no word for is not told."""
        joined = self._by_node.get(told.node_id)
        if joined is None or told.number <= joined.heard:
            return
        joined.heard = told.number
        for name, point in joined.read.events.items():
            happens = point.happens
            if (point.endpoint, happens.cluster, happens.event) != (told.endpoint, told.cluster, told.event):
                continue
            known = {word: told.outputs.get(theirs) for word, theirs in happens.words.items()}
            try:
                self._bound.happen(joined.thing, name, {word: one for word, one in known.items() if one is not None})
            except JinnError as error:
                _log.warning("node %d: %s was not told: %s", joined.node_id, name, error.sentence)

    def _report(self, joined: _Joined, names: list[str]) -> None:
        """Tell what is known of these; a value outside of what the node itself stated is not told."""
        found: dict[str, Json] = {}
        for name in names:
            value = joined.value(name)
            if value is None:
                continue
            try:
                found[name] = check(joined.read.product.model.properties[name].type, value, name)
            except Invalid as error:
                _log.warning("node %d: %s", joined.node_id, error.sentence)
        if found and joined.is_available:
            try:
                self._bound.report(joined.thing, found)
            except JinnError as error:
                _log.warning("node %d is not heard: %s", joined.node_id, error.sentence)
            else:
                joined.said.update(found)

    async def _remove_forgotten(self) -> None:
        async for node_id in self._removals[1]:
            try:
                await self._server.remove(node_id)
            except JinnError as error:
                _log.warning("node %d stays in the fabric: %s", node_id, error.sentence)

    def _joined(self, thing: Thing) -> _Joined:
        joined = self._by_thing.get(thing.id)
        if joined is None or not joined.is_available:
            raise Unavailable("The device is away.", code="node-away", thing=thing.id)
        return joined

    @property
    def _bound(self) -> Sessions:
        assert self._sessions is not None
        return self._sessions


def _names_of(read: NodeRead) -> Names:
    """What its owner called it in another app, else what its maker does."""
    label = read.attributes.get(0, {}).get(0x28, {}).get(NODE_LABEL)
    said = spoken(label) if isinstance(label, str) else ""
    return Names(en=said, zh=said) if said else read.product.names
