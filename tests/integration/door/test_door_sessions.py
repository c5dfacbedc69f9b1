"""Who is let in at the door, who is shown out, and what the hub hears of it."""

import hmac
import socket
from contextlib import AsyncExitStack
from dataclasses import replace

import anyio
import msgspec
import pytest
from door_parts import (
    PK,
    Closed,
    authorize,
    connect_packet,
    connected,
    grant_of,
    knocking,
    post,
    product_secret,
    running_door,
    running_hub,
    secret_of,
    topic,
    until,
)

from jinn.kernel import Forbidden, Secret, SystemClock, Unavailable, millis
from jinn.people.grants import DeviceProof, Grant
from jinn.runtime.testing import InMemoryBus
from jinn.things.door import TAKEOVER_SUBJECT, DeviceToken, Limits
from jinn.things.door.codec import (
    CONNACK_OF_MQTT_5,
    Connack,
    Connect,
    Disconnect,
    Pingreq,
    Pingresp,
    Puback,
    Publish,
    Suback,
    Subscribe,
    Unsuback,
    Unsubscribe,
    Will,
    encode,
)

pytestmark = pytest.mark.anyio


async def answer_to(connect: Connect, *, let_in: object = authorize) -> Connack:
    """The CONNACK, after which a refused connection must be closed."""
    bus = InMemoryBus()
    async with running_hub(bus), running_door(bus, let_in=let_in) as door, knocking(door.port) as probe:  # type: ignore[arg-type]
        await probe.send(connect)
        answer = await probe.next()
        assert isinstance(answer, Connack)
        if answer.code:
            with pytest.raises(Closed):
                await probe.next()
            assert not door.connections
        return answer


@pytest.mark.parametrize("level", [3, 4])
async def test_a_device_that_signs_well_is_let_in(level: int) -> None:
    assert await answer_to(connect_packet("dev1", level=level)) == Connack(0)


async def test_an_old_session_is_never_present() -> None:
    assert await answer_to(connect_packet("dev1", is_clean=False)) == Connack(0, False)


async def test_a_wrong_signature_is_bad_credentials() -> None:
    assert await answer_to(connect_packet("dev1", secret="other")) == Connack(4)


async def test_a_missing_password_is_bad_credentials() -> None:
    connect = Connect(client_id="x|signmethod=hmacsha1|", username=f"dev1&{PK}")
    assert await answer_to(connect) == Connack(4)


async def test_a_client_id_of_no_kind_is_a_bad_client_id() -> None:
    assert await answer_to(Connect(client_id="plain", username=f"dev1&{PK}", password=b"x")) == Connack(2)


async def test_a_device_that_is_shut_out_is_not_authorised() -> None:
    async def shut_out(proof: DeviceProof) -> Grant:
        raise Forbidden("The device is disabled.", code="device-shut-out")

    assert await answer_to(connect_packet("dev1"), let_in=shut_out) == Connack(5)


async def test_a_grant_that_has_ended_is_not_authorised() -> None:
    async def late(proof: DeviceProof) -> Grant:
        return grant_of(proof.device_name, expires_ms=millis(SystemClock().now()) - 1)

    assert await answer_to(connect_packet("dev1"), let_in=late) == Connack(5)


async def test_when_nobody_can_vouch_the_device_comes_again_later() -> None:
    async def away(proof: DeviceProof) -> Grant:
        raise Unavailable("The database is away.")

    assert await answer_to(connect_packet("dev1"), let_in=away) == Connack(3)


async def test_a_fault_in_a_login_ends_that_login_alone() -> None:
    async def broken(proof: DeviceProof) -> Grant:
        if proof.device_name == "bad":
            raise RuntimeError("a bug")
        return grant_of(proof.device_name)

    bus = InMemoryBus()
    async with running_hub(bus), running_door(bus, let_in=broken) as door:
        async with knocking(door.port) as probe:
            await probe.send(connect_packet("bad"))
            assert await probe.next() == Connack(3)
        async with connected(door.port, "good"):
            pass


async def test_a_login_that_takes_too_long_is_unavailable() -> None:
    async def slow(proof: DeviceProof) -> Grant:
        await anyio.sleep_forever()
        raise AssertionError

    bus = InMemoryBus()
    limits = Limits(authorize_within_s=0.05)
    async with running_door(bus, let_in=slow, limits=limits) as door, knocking(door.port) as probe:
        await probe.send(connect_packet("dev1"))
        assert await probe.next() == Connack(3)


async def test_version_5_is_refused_in_its_own_words() -> None:
    async with running_door(InMemoryBus()) as door, knocking(door.port) as probe:
        await probe.send_raw(b"\x10\x0e\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x01c")
        assert await probe.raw(5) == CONNACK_OF_MQTT_5
        with pytest.raises(Closed):
            await probe.next()


async def test_a_version_nobody_knows_is_refused_with_code_1() -> None:
    async with running_door(InMemoryBus()) as door, knocking(door.port) as probe:
        await probe.send_raw(b"\x10\x0d\x00\x04MQTT\x09\x02\x00\x3c\x00\x01c")
        assert await probe.next() == Connack(1)


async def test_what_comes_right_behind_the_connect_is_not_lost() -> None:
    bus = InMemoryBus()
    async with running_hub(bus) as hub, running_door(bus) as door, knocking(door.port) as probe:
        await probe.send_raw(encode(connect_packet("dev1")) + encode(post("dev1", 7)) + encode(Pingreq()))
        assert await probe.next() == Connack(0)
        assert {await probe.next(), await probe.next()} == {Puback(7), Pingresp()}
        assert [type(entry).__name__ for entry in hub.seen] == ["Presence", "UpMessage"]


@pytest.mark.parametrize(
    "data", [encode(Pingreq()), encode(Publish("a", b"")), b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 50]
)
async def test_a_stranger_that_does_not_begin_with_connect_is_shown_out(data: bytes) -> None:
    async with running_door(InMemoryBus()) as door, knocking(door.port) as probe:
        await probe.send_raw(data)
        with pytest.raises(Closed):
            await probe.next()
        await until(lambda: door.counts.connections == 0)
        assert door.counts.broken == 1


async def test_a_second_connect_is_a_fault() -> None:
    bus = InMemoryBus()
    async with running_hub(bus), running_door(bus) as door, connected(door.port, "dev1") as probe:
        await probe.send(connect_packet("dev1"))
        with pytest.raises(Closed):
            await probe.next()


async def test_the_hub_hears_who_comes_and_goes() -> None:
    bus = InMemoryBus()
    async with running_hub(bus) as hub, running_door(bus) as door:
        async with connected(door.port, "dev1") as probe:
            await hub.until(lambda hub: len(hub.presences) == 1)
            await probe.send(Disconnect())
            await hub.until(lambda hub: len(hub.presences) == 2)
        came, went = hub.presences
        assert (came.device, came.is_online, came.will) == (f"{PK}&dev1", True, None)
        assert (went.device, went.is_online, went.session) == (came.device, False, came.session)


async def test_the_will_is_told_when_a_device_is_lost() -> None:
    bus = InMemoryBus()
    will = Will(topic=topic("dev1", "thing/event/gone/post"), payload=b"bye")
    async with running_hub(bus) as hub, running_door(bus) as door:
        async with connected(door.port, "dev1", will=will):
            pass
        await hub.until(lambda hub: len(hub.presences) == 2)
        assert hub.presences[1].will == (will.topic, b"bye")


async def test_the_will_is_not_told_after_a_goodbye() -> None:
    bus = InMemoryBus()
    async with running_hub(bus) as hub, running_door(bus) as door:
        async with connected(door.port, "dev1", will=Will(topic="t", payload=b"bye")) as probe:
            await probe.send(Disconnect())
            with pytest.raises(Closed):
                await probe.next()
        await hub.until(lambda hub: len(hub.presences) == 2)
        assert hub.presences[1].will is None


async def test_the_same_device_again_ends_its_older_session_first() -> None:
    bus = InMemoryBus()
    async with (
        running_hub(bus) as hub,
        running_door(bus) as door,
        connected(door.port, "dev1") as older,
        connected(door.port, "dev1") as newer,
    ):
        with pytest.raises(Closed):
            await older.next()
        await hub.until(lambda hub: len(hub.presences) == 3)
        first, ended, second = hub.presences
        assert [first.is_online, ended.is_online, second.is_online] == [True, False, True]
        assert first.session == ended.session != second.session
        await newer.send(Pingreq())
        assert await newer.next() == Pingresp()
        assert door.counts.taken_over == 1


async def test_the_same_device_at_another_door_ends_its_session_here() -> None:
    bus = InMemoryBus()
    async with (
        running_hub(bus) as hub,
        running_door(bus, id="north") as north,
        running_door(bus, id="south") as south,
        connected(north.port, "dev1") as older,
        connected(south.port, "dev1") as newer,
    ):
        with pytest.raises(Closed):
            await older.next()
        await until(lambda: not north.connections)
        await newer.send(post("dev1"))
        assert await newer.next() == Puback(1)
        assert list(south.connections) == [f"{PK}&dev1"]
        assert hub.messages[0].session == south.connections[f"{PK}&dev1"].session


async def test_the_hub_can_shut_a_device_out() -> None:
    bus = InMemoryBus()
    async with running_hub(bus), running_door(bus) as door, connected(door.port, "dev1") as probe:
        await bus.publish(TAKEOVER_SUBJECT, msgspec.msgpack.encode((f"{PK}&dev1", "", "")))
        with pytest.raises(Closed):
            await probe.next()


async def test_a_device_may_subscribe_to_its_own_topics_only() -> None:
    bus = InMemoryBus()
    async with running_hub(bus), running_door(bus) as door, connected(door.port, "dev1") as probe:
        filters = (
            (topic("dev1", "#"), 1),
            (topic("dev2", "#"), 1),
            ("#", 0),
            (topic("dev1", "x/+"), 2),
            ("/sys/+/x", 0),
        )
        await probe.send(Subscribe(5, filters))
        assert await probe.next() == Suback(5, (1, 0x80, 0x80, 1, 0x80))
        await probe.send(Unsubscribe(6, (topic("dev1", "#"),)))
        assert await probe.next() == Unsuback(6)


async def test_a_device_that_posts_for_another_is_shown_out() -> None:
    bus = InMemoryBus()
    async with running_hub(bus) as hub, running_door(bus) as door, connected(door.port, "dev1") as probe:
        await probe.send(post("dev2"))
        with pytest.raises(Closed):
            await probe.next()
        assert hub.messages == []


async def test_a_gateway_speaks_for_others_once_it_has_asked_to_log_them_in() -> None:
    bus = InMemoryBus()
    login = f"/ext/session/{PK}/dev1/combine/login"
    async with running_hub(bus) as hub, running_door(bus) as door, connected(door.port, "dev1") as probe:
        await probe.send(Publish(login, b"{}", 1, 1))
        assert await probe.next() == Puback(1)
        await probe.send(post("behind", 2))
        assert await probe.next() == Puback(2)
        await probe.send(Subscribe(3, ((topic("behind", "#"), 1), ("#", 1))))
        assert await probe.next() == Suback(3, (1, 0x80))
        assert [message.device for message in hub.messages] == [f"{PK}&dev1"] * 2


async def test_a_silent_device_is_shown_out_after_one_and_a_half_keepalives() -> None:
    bus = InMemoryBus()
    async with running_hub(bus) as hub, running_door(bus) as door, connected(door.port, "dev1", keepalive_s=1) as probe:
        began = anyio.current_time()
        with pytest.raises(Closed):
            await probe.next()
        assert anyio.current_time() - began >= 1.5
        await hub.until(lambda hub: len(hub.presences) == 2)


async def test_a_device_that_pings_stays() -> None:
    bus = InMemoryBus()
    async with running_hub(bus), running_door(bus) as door, connected(door.port, "dev1", keepalive_s=2) as probe:
        # For longer than the three seconds after which a silent one is shown out.
        for _ in range(7):
            await anyio.sleep(0.5)
            await probe.send(Pingreq())
            assert await probe.next() == Pingresp()


async def test_a_stranger_that_says_nothing_is_shown_out() -> None:
    limits = Limits(connect_within_s=1)
    async with running_door(InMemoryBus(), limits=limits) as door, knocking(door.port) as probe:
        with pytest.raises(Closed):
            await probe.next()
        assert door.counts.expired == 1


async def test_a_grant_ends_at_its_time() -> None:
    async def for_a_moment(proof: DeviceProof) -> Grant:
        return grant_of(proof.device_name, expires_ms=millis(SystemClock().now()) + 1_100)

    bus = InMemoryBus()
    async with (
        running_hub(bus),
        running_door(bus, let_in=for_a_moment) as door,
        connected(door.port, "dev1", keepalive_s=0) as probe,
    ):
        with pytest.raises(Closed):
            await probe.next()


async def test_an_address_cannot_knock_without_end() -> None:
    async with running_door(InMemoryBus(), limits=Limits(connects_per_s=0.001, connects_burst=2)) as door:
        async with knocking(door.port), knocking(door.port), knocking(door.port) as third:
            await third.send(connect_packet("dev1"))
            assert await third.next() == Connack(3)
            with pytest.raises(Closed):
                await third.next()
        assert door.counts.shunned == 1
        assert door.counts.admitted == 0


async def test_who_knocks_while_the_door_is_busy_waits_in_front_of_it() -> None:
    many = 400
    async with running_door(InMemoryBus()) as door:
        # The loop of the door is this one, and does not turn meanwhile.
        waiting = [socket.create_connection(("127.0.0.1", door.port), timeout=20) for _ in range(many)]
        await until(lambda: door.counts.connections == many)
        for one in waiting:
            one.close()


async def test_the_number_of_connections_is_bounded() -> None:
    async with (
        running_door(InMemoryBus(), limits=Limits(connections_max=1)) as door,
        knocking(door.port),
        knocking(door.port) as second,
    ):
        with pytest.raises(Closed):
            await second.next()


async def test_at_a_stop_the_hub_hears_that_all_are_gone() -> None:
    bus = InMemoryBus()
    async with running_hub(bus) as hub, AsyncExitStack() as devices:
        async with running_door(bus) as door:
            await devices.enter_async_context(connected(door.port, "dev1"))
            await devices.enter_async_context(connected(door.port, "dev2"))
            await hub.until(lambda hub: len(hub.presences) == 2)
        assert {one.device for one in hub.presences if not one.is_online} == {f"{PK}&dev1", f"{PK}&dev2"}


class Enrolling:
    """Gives the secret of its product's devices, or a token that starts with their name."""

    async def register(self, product_key: str, device_name: str, proof: DeviceProof) -> Secret:
        digest = hmac.new(product_secret().reveal().encode(), proof.text.encode(), "sha256").hexdigest()
        if digest != proof.signature:
            raise Forbidden("The signature is wrong.")
        return Secret(secret_of(device_name))

    async def register_token(self, product_key: str, device_name: str, proof: DeviceProof) -> DeviceToken:
        await self.register(product_key, device_name, proof)
        return DeviceToken(client_id=f"id-of-{device_name}", token=Secret(f"token-of-{device_name}"))

    async def vouch(self, proof: DeviceProof) -> DeviceProof:
        if (proof.text, proof.signature) != (f"id-of-{proof.device_name}", f"token-of-{proof.device_name}"):
            raise Forbidden("The token is wrong.")
        signature = hmac.new(secret_of(proof.device_name).encode(), proof.text.encode(), "sha1").hexdigest()
        return replace(proof, method="hmacsha1", signature=signature)


def enrol_packet(device_name: str, *, kind: str = "register", secret: str | None = None) -> Connect:
    text = f"deviceName{device_name}productKey{PK}randomabc"
    password = hmac.new((secret or product_secret().reveal()).encode(), text.encode(), "sha256").hexdigest()
    return Connect(
        client_id=f"{device_name}.{PK}|random=abc,authType={kind},securemode=2,signmethod=hmacsha256|",
        username=f"{device_name}&{PK}",
        password=password.encode(),
    )


async def test_a_device_is_given_its_secret_and_comes_back_with_it() -> None:
    bus = InMemoryBus()
    async with running_hub(bus) as hub, running_door(bus, provisioning=Enrolling()) as door:
        async with knocking(door.port) as probe:
            await probe.send(enrol_packet("dev9"))
            assert await probe.next() == Connack(0)
            told = await probe.next()
            assert isinstance(told, Publish)
            assert told.topic == "/ext/register"
            secret = secret_of("dev9")
            assert told.payload.decode() == f'{{"productKey":"{PK}","deviceName":"dev9","deviceSecret":"{secret}"}}'
        assert hub.seen == []
        async with connected(door.port, "dev9", secret=secret):
            pass


async def test_an_enrolling_connection_can_do_nothing_else() -> None:
    bus = InMemoryBus()
    async with running_hub(bus) as hub, running_door(bus, provisioning=Enrolling()) as door:
        async with knocking(door.port) as probe:
            await probe.send(enrol_packet("dev9"))
            await probe.next()
            await probe.next()
            await probe.send(post("dev9"))
            with pytest.raises(Closed):
                await probe.next()
        assert hub.seen == []


def token_packet(device_name: str, token: str) -> Connect:
    return Connect(
        client_id=f"id-of-{device_name}|authType=connwl,securemode=-2,_ss=1,ext=3,lan=Python|",
        username=f"{device_name}&{PK}",
        password=token.encode(),
    )


async def test_a_device_without_a_secret_is_given_a_token_and_comes_back_with_it() -> None:
    bus = InMemoryBus()
    async with running_hub(bus) as hub, running_door(bus, provisioning=Enrolling()) as door:
        async with knocking(door.port) as probe:
            await probe.send(enrol_packet("dev9", kind="regnwl"))
            await probe.next()
            told = await probe.next()
            assert isinstance(told, Publish)
            assert told.topic == "/ext/regnwl"
            assert msgspec.json.decode(told.payload) == {
                "productKey": PK, "deviceName": "dev9", "clientId": "id-of-dev9", "deviceToken": "token-of-dev9",
            }  # fmt: skip
        for token, code in (("token-of-dev8", 4), ("token-of-dev9", 0)):
            async with knocking(door.port) as probe:
                await probe.send(token_packet("dev9", token))
                assert await probe.next() == Connack(code)
        await hub.until(lambda hub: len(hub.presences) >= 1)
        assert hub.presences[0].device == f"{PK}&dev9"


@pytest.mark.parametrize(("kind", "secret", "code"), [("register", "wrong", 4), ("regnwl", "wrong", 4)])
async def test_enrolment_that_is_not_given_is_refused(kind: str, secret: str | None, code: int) -> None:
    async with running_door(InMemoryBus(), provisioning=Enrolling()) as door, knocking(door.port) as probe:
        await probe.send(enrol_packet("dev9", kind=kind, secret=secret))
        assert await probe.next() == Connack(code)


async def test_without_enrolment_it_is_not_authorised() -> None:
    async with running_door(InMemoryBus()) as door, knocking(door.port) as probe:
        await probe.send(enrol_packet("dev9"))
        assert await probe.next() == Connack(5)
