"""Whatever a Matter server says of its nodes, the bridge goes on, and tells only what fits the thing's model."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import msgspec
import pytest
from fuzzing import examples
from hypothesis import given
from hypothesis import strategies as st

from jinn.kernel import AreaId, Names, Secret, ThingId
from jinn.things.forms.matter_model import Order
from jinn.things.matter.bridge import MatterBridge
from jinn.things.matter.client import node_of
from jinn.things.matter.model import (
    Changed,
    Gone,
    Happening,
    Incoming,
    Listed,
    Lost,
    MatterNode,
    Seen,
    ServerInfo,
    WireNode,
)
from jinn.things.model import Product, Thing
from jinn.things.values import Json, check_report

RECORDED = (Path(__file__).parents[1] / "recordings/matter_node.json").read_bytes()
INFO = ServerInfo(fabric_id=1, compressed_fabric_id=1, schema_version=11, min_supported_schema_version=9)

json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=5)),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["0", "1", "2", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)
CLUSTERS = [6, 8, 29, 40, 47, 69, 84, 86, 97, 258, 513, 514, 768, 1026]
known_paths = sorted(json.loads(RECORDED)["attributes"])
paths = st.one_of(
    st.sampled_from(known_paths), st.text("0123456789/", max_size=12), st.text(max_size=5),
    st.builds("{}/{}/{}".format, st.integers(0, 3), st.sampled_from(CLUSTERS), st.integers(0, 30)),
)  # fmt: skip


@dataclass
class Heard:
    """Sessions that keep what was reported, and hold it against the model as the real ones do."""

    products: dict[ThingId, Product] = field(default_factory=dict)
    attached: set[ThingId] = field(default_factory=set)
    is_last: anyio.Event = field(default_factory=anyio.Event)

    async def join(
        self, product: Product, *, names: Names, device_name: str, area: AreaId | None = None,
        thing_id: ThingId | None = None,
    ) -> Thing:  # fmt: skip
        made = ThingId(f"{product.product_key}-{device_name}")
        self.products[made] = product
        return Thing(id=made, product_key=product.product_key, device_name=device_name, secret=Secret("s"), names=names)

    def attach(self, thing_id: ThingId) -> None:
        self.attached.add(thing_id)
        if thing_id.endswith("-9"):
            self.is_last.set()

    def detach(self, thing_id: ThingId) -> None:
        self.attached.discard(thing_id)

    def report(self, thing_id: ThingId, values: Mapping[str, Json], at_ms: int | None = None) -> None:
        assert thing_id in self.attached
        assert values
        check_report(self.products[thing_id].model, values)

    async def settled(self) -> None:
        pass


@dataclass
class Told:
    """A server that says what it is given to say."""

    happenings: anyio.streams.memory.MemoryObjectReceiveStream[Happening]
    info: ServerInfo | None = INFO

    async def order(self, node_id: int, endpoint: int, order: Order) -> None: ...

    async def read(self, node_id: int, path: str) -> Json:
        raise AssertionError("nobody asked")

    async def commission(self, code: Secret, *, network_only: bool = False) -> MatterNode:
        raise AssertionError("nobody asked")

    async def remove(self, node_id: int) -> None: ...

    async def set_wifi(self, ssid: str, password: Secret) -> None: ...


def recorded(node_id: int, changes: dict[str, Json], *, is_available: bool = True) -> MatterNode:
    attributes = {**json.loads(RECORDED)["attributes"], **changes}
    return MatterNode(id=node_id, is_available=is_available, attributes=attributes)


nodes = st.builds(
    recorded, st.integers(1, 3), st.dictionaries(paths, json_values, max_size=8), is_available=st.booleans()
)
happenings = st.one_of(
    st.builds(Seen, nodes), st.builds(Gone, st.integers(0, 4)), st.just(Lost()),
    st.builds(Changed, st.integers(0, 4), paths, json_values),
    st.builds(lambda found: Listed(INFO, tuple(found)), st.lists(nodes, max_size=3)),
)  # fmt: skip


@given(st.lists(happenings, max_size=12))
@examples(40)
def test_whatever_happens_only_what_fits_is_reported(said: list[Happening]) -> None:
    async def run() -> None:
        sender, receiver = anyio.create_memory_object_stream[Happening](100)
        heard = Heard()
        with sender, receiver:
            bridge = MatterBridge(server=Told(receiver))
            bridge.bind(heard)
            for happening in said:
                sender.send_nowait(happening)
            sender.send_nowait(Listed(INFO, (recorded(9, {}),)))
            async with anyio.create_task_group() as tasks:
                await tasks.start(lambda *, task_status: bridge.run(task_status=task_status))
                with anyio.fail_after(30):
                    await heard.is_last.wait()
                tasks.cancel_scope.cancel()
            assert set(bridge.nodes) == {9}

    anyio.run(run)


@given(st.binary(max_size=60) | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_message_is_read_or_refused(message: bytes) -> None:
    try:
        msgspec.json.decode(message, type=Incoming)
        node_of(msgspec.json.decode(message, type=WireNode))
    except msgspec.MsgspecError:
        return


def test_the_recorded_node_is_what_the_strategies_spoil() -> None:
    assert len(known_paths) > 50
    with pytest.raises(AssertionError):
        Heard().report(ThingId("x"), {"on": 1})
