"""The engine's own MQTT listener, as clients that need a plain broker meet it: everything is asked of our own table."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import anyio
import pytest
from broker_parts import ABroker, PahoClient, a_broker, until

from jinn.kernel import Conflict, Forbidden, Invalid, NotFound, Secret
from jinn.runtime import NatsBus, NatsEngine, NatsLink

pytestmark = pytest.mark.anyio


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[ABroker]:
    async with a_broker(tmp_path) as broker:
        yield broker


@contextmanager
def connected(*clients: PahoClient) -> Iterator[None]:
    for client in clients:
        client.start()
    try:
        yield
    finally:
        for client in clients:
            client.stop()


async def client_of(broker: ABroker, name: str, *topics: str, client_id: str = "", clean: bool = True) -> PahoClient:
    token = await broker.clients.add(name, publish=topics, subscribe=topics)
    return PahoClient(link=broker.link, name=name, password=token.reveal(), client_id=client_id, clean=clean)


async def test_a_client_publishes_and_hears_its_own_topics_with_wildcards_retained_and_at_both_qualities(
    broker: ABroker,
) -> None:
    assistant = await client_of(broker, "assistant", "homeassistant/#", "lamps/#")
    lamp = await client_of(broker, "lamp", "lamps/hall/#")
    with connected(assistant, lamp):
        await until(lambda: assistant.codes == lamp.codes == [0])
        lamp.client.publish("lamps/hall/state", "on", qos=1, retain=True)
        await until(lambda: lamp.acked)
        assistant.client.subscribe([("lamps/+/state", 1), ("homeassistant/#", 0)])
        await until(lambda: assistant.granted == [1, 0] and assistant.heard)
        lamp.client.publish("lamps/hall/state", "off", qos=0)
        lamp.client.publish("lamps/hall/state", "on", qos=1)
        assistant.client.publish("homeassistant", "itself")
        await until(lambda: len(assistant.heard) == 4)
    assert assistant.heard[0] == ("lamps/hall/state", "on", 1, True)
    assert sorted(assistant.heard[1:]) == [
        ("homeassistant", "itself", 0, False),
        ("lamps/hall/state", "off", 0, False),
        ("lamps/hall/state", "on", 1, False),
    ]


async def test_a_wrong_password_an_unknown_name_and_another_ones_token_are_refused_alike(broker: ABroker) -> None:
    token = (await broker.clients.add("lamp", publish=["a/#"], subscribe=["a/#"])).reveal()
    await broker.clients.add("other", publish=["b/#"], subscribe=["b/#"])
    tries = [("lamp", "wrong"), ("nobody", token), ("other", token), ("hub", token), ("bridge", "wrong")]
    clients = [PahoClient(link=broker.link, name=name, password=word, client_id=f"c{number}")
               for number, (name, word) in enumerate(tries)]  # fmt: skip
    with connected(*clients):
        await until(lambda: all(client.codes for client in clients), within_s=30)
    assert [client.codes[0] for client in clients] == [5] * len(tries)


async def test_topics_of_others_are_neither_heard_nor_reached(broker: ABroker) -> None:
    one = await client_of(broker, "one", "one/#")
    two = await client_of(broker, "two", "two/#")
    with connected(one, two):
        await until(lambda: one.codes == two.codes == [0])
        filters = ["two/#", "#", "+/state", "two/state", "$SYS/#", "$MQTT/#", "$MQTT/sub/#", "$JS/#", "up/#", "ev/#"]
        one.client.subscribe([(each, 1) for each in filters])
        two.client.subscribe("two/#", 1)
        await until(lambda: len(one.granted) == len(filters) and two.granted)
        assert set(one.granted) == {0x80}
        one.client.publish("two/state", "evil", qos=1)
        one.client.publish("two/state", "evil", qos=0)
        two.client.publish("two/state", "good", qos=1)
        await until(lambda: two.heard)
        await anyio.sleep(0.2)
    assert one.heard == []
    assert [payload for _, payload, _, _ in two.heard] == ["good"]


async def test_the_homes_own_subjects_cannot_be_reached_from_the_broker(broker: ABroker) -> None:
    everything = await client_of(broker, "all", "up/#", "dn/#", "ev/#", "+/#")
    heard: list[bytes] = []

    async def listen(*, task_status: anyio.abc.TaskStatus[None]) -> None:
        async with broker.bus.subscribe("up.>") as messages:
            task_status.started()
            async for message in messages:
                heard.append(message.payload)

    async with anyio.create_task_group() as tasks:
        await tasks.start(listen)
        with connected(everything):
            await until(lambda: everything.codes == [0])
            everything.client.subscribe("ev/#", 1)
            everything.client.publish("up/0", "a frame of mine", qos=1)
            await until(lambda: everything.acked and everything.granted)
            await broker.bus.publish("ev.things.reported", b"{}")
            await broker.bus.publish("up.0", b"ours")
            await until(lambda: heard)
            await anyio.sleep(0.1)
        tasks.cancel_scope.cancel()
    assert heard == [b"ours"]
    assert everything.heard == []


async def test_the_will_of_a_client_that_dies_is_said_and_kept(broker: ABroker) -> None:
    watcher = await client_of(broker, "watcher2", "lamps/#")
    lamp = await client_of(broker, "lamp", "lamps/hall/#")
    lamp.will = ("lamps/hall/availability", "offline")
    with connected(watcher):
        lamp.start()
        await until(lambda: watcher.codes == lamp.codes == [0])
        watcher.client.subscribe("lamps/#", 1)
        await until(lambda: watcher.granted)
        lamp.stop(is_polite=False)
        await until(lambda: watcher.heard)
    assert watcher.heard[0][:2] == ("lamps/hall/availability", "offline")


async def test_what_is_said_while_a_client_is_away_waits_for_it(broker: ABroker) -> None:
    lamp = await client_of(broker, "lamp", "lamps/#", client_id="lamp-1", clean=False)
    sender = await client_of(broker, "sender", "lamps/#")
    with connected(lamp):
        await until(lambda: lamp.codes == [0])
        lamp.client.subscribe("lamps/set", 1)
        await until(lambda: lamp.granted)
    with connected(sender):
        for number in range(20):
            sender.client.publish("lamps/set", str(number), qos=1)
        await until(lambda: len(sender.acked) == 20)
    lamp.heard.clear()
    with connected(lamp):
        await until(lambda: len(lamp.heard) == 20)
    assert [payload for _, payload, _, _ in lamp.heard] == [str(number) for number in range(20)]


async def test_a_client_that_is_removed_is_sent_away_and_not_let_in_again(broker: ABroker) -> None:
    lamp = await client_of(broker, "lamp", "lamps/#")
    other = await client_of(broker, "other", "lamps/#")
    with connected(lamp, other):
        await until(lambda: lamp.codes == other.codes == [0])
        names = sorted(client.name for client in await broker.broker.clients())
        assert names == ["lamp", "other"]
        await broker.clients.remove("lamp")
        assert await broker.broker.send_away("lamp") == 1
        await until(lambda: lamp.losses and lamp.codes[-1] == 5, within_s=30)
        assert other.losses == []
    with pytest.raises(NotFound):
        await broker.clients.remove("lamp")


async def test_no_program_may_use_the_bus_with_a_clients_name_and_token(broker: ABroker) -> None:
    token = await broker.clients.add("lamp", publish=["a/#"], subscribe=["a/#"])
    own = broker.engine.link()
    stranger = NatsBus(lambda: NatsLink(url=own.url, user="lamp", password=token), connect_within_s=3)
    with pytest.raises(BaseExceptionGroup) as refused:
        async with anyio.create_task_group() as tasks:
            await tasks.start(lambda *, task_status: stranger.run(task_status=task_status))
    assert refused.value.exceptions


async def test_a_client_needs_a_safe_name_and_topics_that_mean_themselves(broker: ABroker) -> None:
    for name in ("", "a b", "hub", "bridge", "watcher", "x" * 65, "a.b", "ü"):
        with pytest.raises(Invalid):
            await broker.clients.add(name, publish=["a/#"], subscribe=[])
    for topic in ("", "a//b", "#a", "a/#/b", "a+", "a*", "a>", "$SYS/#", "a b", "a\x00", "/a", "a/", ">", "a/\u2028"):
        with pytest.raises(Invalid):
            await broker.clients.add("fine", publish=[topic], subscribe=[])
    with pytest.raises(Invalid):
        await broker.clients.add("fine", publish=["a"] * 101, subscribe=[])
    await broker.clients.add("fine", publish=["a.b/+/c/#"], subscribe=[])
    with pytest.raises(Conflict):
        await broker.clients.add("fine", publish=[], subscribe=[])
    with pytest.raises(Forbidden):
        await broker.clients.admit("fine", Secret("guess"))


async def test_a_client_without_topics_may_do_nothing(broker: ABroker) -> None:
    nobody = await client_of(broker, "nobody")
    with connected(nobody):
        await until(lambda: nobody.codes == [0])
        nobody.client.subscribe([("#", 0), ("a", 1)])
        await until(lambda: len(nobody.granted) == 2)
    assert nobody.granted == [0x80, 0x80]


async def test_many_clients_at_once_are_all_let_in(broker: ABroker) -> None:
    token = (await broker.clients.add("many", publish=["a/#"], subscribe=["a/#"])).reveal()
    clients = [PahoClient(link=broker.link, name="many", password=token, client_id=f"many-{n}") for n in range(60)]
    with connected(*clients):
        await until(lambda: all(client.codes == [0] for client in clients), within_s=30)
        assert len(await broker.broker.clients()) == 60
    assert broker.callout.admitted >= 60


async def test_what_an_older_hub_kept_in_its_engine_is_still_there(tmp_path: Path) -> None:
    async with anyio.create_task_group() as tasks:
        engine = NatsEngine(tmp_path)
        bus = NatsBus(engine.link)
        for service in (engine, bus):
            await tasks.start(lambda *, task_status, service=service: service.run(task_status=task_status))
        await bus.open_stream("kept", ("kept.>",))
        await bus.keep("kept.a", b"1", event_id="1")
        tasks.cancel_scope.cancel()
    store = tmp_path / "nats" / "store" / "jetstream"
    (store / "HOME").rename(store / "$G")
    async with a_broker(tmp_path) as broker:
        state = await broker.bus.request("$JS.API.STREAM.INFO.kept", b"", within_s=30)
    assert b'"messages":1' in state
