"""Whatever a device publishes, every message gets its answer, and none stops the hub."""

import anyio
import msgspec
from fuzzing import examples
from hypothesis import given
from hypothesis import strategies as st

from jinn.kernel import ManualClock, Names, Secret, ThingId
from jinn.runtime import Row, Sql, Statement
from jinn.runtime.testing import InMemoryBus
from jinn.things import Registry, Thing, Twin, Twins, read_product
from jinn.things.delivering import Doors
from jinn.things.frames import Presence, UpFrame, UpMessage
from jinn.things.ingesting import Ingest
from jinn.things.topics import address_of
from jinn.things.upkeep import Upkeep, open_upkeep

PRODUCT = {
    "product_key": "pk", "kind": "light", "domain": "light", "names": {"en": "lamp", "zh": "灯"},
    "model": {
        "properties": [
            {"identifier": "on", "accessMode": "rw", "dataType": {"type": "bool", "specs": {}}},
            {"identifier": "color", "accessMode": "rw", "dataType": {"type": "struct", "specs": [
                {"identifier": "value", "dataType": {"type": "int", "specs": {"max": "9"}}}]}},
            {"identifier": "list", "accessMode": "rw", "dataType": {"type": "array", "specs": {
                "size": "3", "item": {"type": "text"}}}},
        ],
        "events": [{"identifier": "hot", "outputData": [{"identifier": "value", "dataType": {"type": "date"}}]}],
        "services": [{"identifier": "blink"}],
    },
}  # fmt: skip


class AcceptingDatabase:
    """Takes every change, as a database does that nobody else uses."""

    async def read(self, query: str, **values: Sql) -> list[Row]:
        return []

    async def write(self, *statements: Statement) -> list[int]:
        # What a database would choke on must not come this far.
        for statement in statements:
            for value in statement.values.values():
                assert value is None or isinstance(value, str | int | float)
                if isinstance(value, str):
                    value.encode("utf-8")
                    assert "\x00" not in value
                assert not isinstance(value, int) or abs(value) < 2**63
        return [statement.rows or 1 for statement in statements]


def an_ingest() -> tuple[Ingest, Registry, Twins]:
    database, clock = AcceptingDatabase(), ManualClock()
    registry, twins = Registry(database=database, clock=clock), Twins(database=database)
    product = read_product(msgspec.json.encode(PRODUCT))

    async def fill() -> None:
        await registry.register_product(product)

    anyio.run(fill)
    for name, gateway in (("gate", None), ("sub", ThingId("gate"))):
        names = Names(en=name, zh=name)
        registry.take(
            Thing(
                id=ThingId(name), product_key="pk", device_name=name, secret=Secret("s"), names=names, gateway=gateway
            )
        )
        twins.keep(Twin(thing=ThingId(name)).arrive(door="d", session="s", at_ms=1))
    bus = InMemoryBus()
    doors = Doors(bus=bus, registry=registry, twins=twins)

    async def keep() -> Upkeep:
        return await open_upkeep(registry=registry, twins=twins, database=database, doors=doors, bus=bus, clock=clock)

    more = anyio.run(keep).handlers
    return Ingest(registry=registry, twins=twins, database=database, clock=clock, more=more), registry, twins


words = st.sampled_from(
    ["id", "params", "method", "version", "sys", "ack", "on", "color", "list", "value", "time", "properties", "events",
     "hot", "productKey", "deviceName", "clientId", "sign", "signMethod", "deviceList", "state", "reported", "attrKey",
     "attrValue", "module", "code", "data", "deviceSendTime", "desired", "proxieds", "random", "logContent"]
)  # fmt: skip
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**66), 2**66), st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=5), st.sampled_from(["pk", "gate", "sub", "null", "update", "get", "1.0", "\x00"]),
    st.fixed_dictionaries({"productKey": st.just("pk"), "deviceName": st.sampled_from(["sub", "gate", "new", "é"])}),
)  # fmt: skip
trees = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(words, inner, max_size=5)),
    max_leaves=20,
)
envelopes = st.builds(
    lambda params, rest: {"id": "1", "params": params, **rest},
    trees,
    st.dictionaries(words, trees, max_size=3),
).map(msgspec.json.encode)
payloads = st.one_of(st.binary(max_size=60), trees.map(msgspec.json.encode), envelopes)
tails = st.sampled_from(
    ["thing/event/property/post", "thing/event/property/pack/post", "thing/event/property/history/post",
     "thing/event/hot/post", "thing/service/property/set_reply", "thing/service/blink_reply", "rrpc/response/1",
     "thing/property/desired/get", "thing/property/desired/delete", "thing/deviceinfo/update",
     "thing/deviceinfo/delete", "thing/config/get", "thing/log/post", "thing/dsltemplate/get", "thing/topo/add",
     "thing/topo/delete", "thing/topo/get", "thing/sub/register", "thing/sub/unregister", "thing/ota/firmware/get"]
)  # fmt: skip
others = st.sampled_from(
    ["/shadow/update/pk/gate", "/ota/device/inform/pk/gate", "/ext/ntp/pk/gate/request", "/pk/gate/user/x",
     "/ext/session/pk/gate/combine/login", "/ext/session/pk/gate/combine/batch_login",
     "/ext/session/pk/gate/combine/logout", "/ext/session/pk/gate/combine/batch_logout", "/ext/rrpc/1/any"]
)  # fmt: skip
topics = st.one_of(
    st.builds(lambda device, tail: f"/sys/pk/{device}/{tail}", st.sampled_from(["gate", "sub", "nobody"]), tails),
    others,
    st.text(max_size=30),
)


@given(st.lists(st.tuples(topics, payloads), min_size=1, max_size=6))
@examples(300)
def test_every_message_is_answered_and_versions_only_grow(sent: list[tuple[str, bytes]]) -> None:
    ingest, registry, twins = an_ingest()
    before = {thing.id: twins.peek(thing.id).version for thing in registry.things()}
    messages = tuple(
        UpMessage(id=number, device="pk&gate", session="s", topic=topic, payload=payload, qos=1)
        for number, (topic, payload) in enumerate(sent, start=1)
    )

    async def take() -> list[int]:
        answers, _ = await ingest.take([UpFrame(door="d", messages=messages)])
        return [result.id for result in answers[0].results if result.is_kept]

    assert anyio.run(take) == list(range(1, len(messages) + 1))
    assert all(twins.peek(thing).version >= version for thing, version in before.items())


@given(st.text(max_size=80))
def test_any_topic_is_ours_or_none_of_ours(topic: str) -> None:
    address = address_of(topic)
    assert address is None or address.device.count("&") <= 1


@given(st.lists(st.tuples(st.sampled_from(["s", "s2"]), st.booleans()), max_size=6))
def test_a_thing_is_online_exactly_while_its_newest_connection_lasts(moves: list[tuple[str, bool]]) -> None:
    ingest, _, twins = an_ingest()
    presences = tuple(
        Presence(id=number, device="pk&gate", session=session, is_online=is_online, at_ms=number)
        for number, (session, is_online) in enumerate(moves)
    )

    async def take() -> None:
        await ingest.take([UpFrame(door="d", presences=presences)])

    anyio.run(take)
    expected, newest = True, "s"
    for session, is_online in moves:
        if is_online:
            expected, newest = True, session
        elif session == newest:
            expected = False
    assert twins.peek(ThingId("gate")).is_online is expected
