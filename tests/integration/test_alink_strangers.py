"""What a device of anybody's making may send, and what it is told: the protocol line by line, over TCP."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from integration.stranger import PK, a_connect, a_door, a_stranger, answered, is_whole
from integration.things_room import Home, a_database, a_home

from jinn.kernel import Names, Secret, ThingId
from jinn.people import SCHEMA as PEOPLE
from jinn.runtime import NatsBus
from jinn.things.door import Door
from jinn.things.door.codec import Puback, Will

pytestmark = pytest.mark.anyio

THING = ThingId("hall_lamp")
POST = "thing/event/property/post"


@pytest.fixture
async def home(tmp_path: Path, bus: NatsBus) -> AsyncIterator[Home]:
    async with a_database(tmp_path / "data", others=(PEOPLE,)) as database, a_home(database, bus) as home:
        yield home


@pytest.fixture
async def door(home: Home) -> AsyncIterator[Door]:
    async with a_door(home) as door:
        yield door


# CONNECT.


async def test_any_client_id_and_any_method_is_let_in(door: Door) -> None:
    for free in (f"{PK}&lamp1", f"{PK}.lamp1", f"lamp1.{PK}", "00:11:22", "a serial number", "灯"):
        for method, is_upper in (("hmacmd5", True), ("hmacsha1", False), ("hmacsha256", True)):
            assert await answered(door, a_connect(free=free, method=method, is_upper=is_upper)) == 0, (free, method)


async def test_keys_of_a_client_id_stand_in_any_order_and_no_clock_is_asked_for(door: Door) -> None:
    for keys, timestamp in (
        ("timestamp={timestamp},_v=sdk-c-3.2.0,securemode=3,signmethod={method},lan=C,gw=0,ext=0", "2524608000000"),
        ("securemode=3,signmethod={method},ext=1,_ss=1,lan=Python,_v=1.2.13,timestamp={timestamp}", "1795358791"),
        ("signmethod={method},securemode=2,timestamp={timestamp},sii=1,nobody-knows=this", "1"),
        ("lan=Nobody,signmethod={method},securemode=3", None),
        ("signmethod={method},securemode=3,timestamp={timestamp},", "9999999999999"),
    ):
        assert await answered(door, a_connect(keys=keys, timestamp=timestamp)) == 0, keys


async def test_who_signs_otherwise_than_it_says_is_refused(door: Door) -> None:
    cases: tuple[tuple[dict[str, str], int], ...] = (
        ({"secret": "guess"}, 4),
        ({"name": "nobody"}, 4),
        ({"keys": "securemode=3,signmethod=hmacsha256,timestamp=1"}, 4),
        ({"keys": "securemode=3,signmethod=hmacsha1,timestamp=2"}, 4),
        ({"keys": "securemode=3,signmethod=sm3,timestamp=1"}, 2),
    )
    for changes, code in cases:
        assert await answered(door, a_connect(**changes)) == code, changes  # type: ignore[arg-type]


async def test_any_keepalive_and_either_kind_of_session_is_served(door: Door) -> None:
    will = Will(topic=f"/{PK}/lamp1/user/gone", payload=b"gone", qos=2, is_retained=True)
    for keepalive_s, is_clean, level in ((0, True, 4), (65_535, False, 4), (30, False, 3)):
        async with a_stranger(door, keepalive_s=keepalive_s, is_clean=is_clean, level=level, will=will) as device:
            assert is_whole(await device.ask(POST, {"id": "1", "params": {"on": 1}}), 200)


async def test_the_same_device_again_ends_its_older_connection(door: Door) -> None:
    async with a_stranger(door) as older, a_stranger(door) as newer:
        assert await older.is_shown_out()
        assert is_whole(await newer.ask(POST, {"id": "1", "params": {"on": 1}}), 200)


# Messages.


async def test_an_id_comes_back_as_it_came(door: Door) -> None:
    cases: tuple[tuple[object, object], ...] = (
        ("1", "1"), (1, 1), (0, 0), (-5, -5), (4294967296123, 4294967296123), (1.5, 1.5), ("", ""), (None, ""),
        (f"7|exp-topic|/sys/{PK}/lamp1/{POST}_reply", f"7|exp-topic|/sys/{PK}/lamp1/{POST}_reply"), ("七", "七"),
        (True, ""), ({"a": 1}, ""), (["1"], ""),
    )  # fmt: skip
    async with a_stranger(door) as device:
        for qos in (0, 1):
            for given, back in cases:
                reply = await device.ask(POST, {"id": given, "version": "1.0", "params": {"on": 1}}, qos=qos)
                assert is_whole(reply, 200), given
                assert (reply["id"], type(reply["id"])) == (back, type(back))


async def test_an_envelope_may_lack_or_add_what_it_likes(door: Door) -> None:
    envelopes: tuple[dict[str, object], ...] = (
        {"id": "1", "params": {"on": 1}},
        {"params": {"on": 1}},
        {"id": "1", "version": 1.0, "params": {"on": 1}, "method": None},
        {"id": "1", "version": None, "params": {"on": 1}, "method": ""},
        {"id": "1", "version": "1.0", "params": {"on": 1}, "method": 7, "sys": {"ack": "1"}},
        {"id": "1", "params": {"on": 1}, "sys": {}, "nobody": {"knows": "this"}},
        {"id": "1", "params": {"on": 1}, "sys": None, "code": {}, "data": 5},
        {"id": "1", "params": {"on": {"value": 1}}},
        {"id": "1", "params": {"on": {"value": 1, "time": 1524448722000}}},
        {"id": "1", "params": {"on": {"value": 1, "time": "1524448722000"}}},
        {"id": "1", "params": {"on": True, "night:on": {"value": 0, "time": None}}},
        {"id": "1", "params": {}},
    )
    async with a_stranger(door) as device:
        for envelope in envelopes:
            reply = await device.ask(POST, envelope)
            assert is_whole(reply, 200), envelope
            assert (reply["id"], reply["method"]) == (envelope.get("id", ""), "thing.event.property.post")


async def test_what_cannot_be_understood_is_answered_with_460(home: Home, door: Door) -> None:
    payloads: tuple[object, ...] = (
        {"id": "9", "params": [{"on": 1}]}, {"id": "9", "params": "on"}, {"id": "9", "params": 1},
        {"id": "9", "params": {"nobody": 1}}, {"id": "9", "params": {"on": 2}}, {"id": "9", "params": {"on": None}},
        {"id": "9", "params": {"brightness": 101}}, {"id": "9", "params": {"brightness": "50"}},
        {"id": "9", "params": {"on": {"value": "x"}}}, [], 5, b"", b"{", b"\xff\xfe", b"null", b'{"id":"9",}',
    )  # fmt: skip
    async with a_stranger(door) as device:
        for payload in payloads:
            number = await device.say(device.topic(POST), payload)
            assert await device.until(Puback) == Puback(number)
            reply = await device.hears(device.topic(f"{POST}_reply"))
            assert is_whole(reply, 460), payload
            assert reply["id"] == ("9" if isinstance(payload, dict) else "")
        assert home.room.twins.peek(THING).reported == {}


async def test_who_wants_no_reply_gets_only_the_acknowledgement(door: Door) -> None:
    async with a_stranger(door) as device:
        for ack in (0, "0", False):
            await device.say(device.topic(POST), {"id": "1", "params": {"on": 1}, "sys": {"ack": ack}})
        assert is_whole(await device.ask("thing/event/hot/post", {"id": "2", "params": {"degrees": 3}}), 200)
        assert not [one for one in device.heard if one.topic.endswith(f"{POST}_reply")]


async def test_a_retained_message_is_taken_and_not_kept_for_others(door: Door) -> None:
    async with a_stranger(door) as device:
        await device.say(device.topic(POST), {"id": "1", "params": {"on": 1}}, is_retained=True)
        assert is_whole(await device.hears(device.topic(f"{POST}_reply")), 200)
        assert await device.subscribe((device.topic("#"), 1)) == (1,)
        assert await device.probe.is_silent()


async def test_filters_are_granted_for_its_own_topics_only(door: Door) -> None:
    async with a_stranger(door) as device:
        codes = await device.subscribe(
            (device.topic(f"{POST}_reply"), 1), (device.topic("#"), 2), (device.topic("thing/+/property/+"), 0),
            (f"/ota/device/upgrade/{PK}/lamp1", 1), (f"/shadow/get/{PK}/lamp1", 1),
            (f"/ext/ntp/{PK}/lamp1/response", 1),
            (f"/ext/rrpc/+/sys/{PK}/lamp1/thing/service/blink", 1), ("/ext/rrpc/+//user/get", 1),
            (f"/{PK}/lamp1/user/#", 1), (f"/broadcast/{PK}/all", 1), (f"/ext/error/{PK}/lamp1", 1),
            (f"/ext/session/{PK}/lamp1/combine/login_reply", 1),
            ("#", 0), ("/sys/#", 0), ("+/+", 0), (f"/sys/{PK}/+/thing/#", 0), (f"/sys/{PK}/other/#", 0), ("$SYS/#", 0),
        )  # fmt: skip
        assert codes == (1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, *(0x80,) * 6)
        # A subscription makes nothing come twice.
        assert is_whole(await device.ask(POST, {"id": "1", "params": {"on": 1}}), 200)
        assert await device.probe.is_silent()


async def test_an_unknown_topic_of_its_own_is_answered_on_the_error_topic(door: Door) -> None:
    async with a_stranger(door) as device:
        for rest in ("thing/nobody/knows", "x", "thing/event/property/post/more", "thing//"):
            await device.say(device.topic(rest), {"id": "5", "params": {}})
            reply = await device.hears(f"/ext/error/{PK}/lamp1")
            assert is_whole(reply, 6203), rest
            assert reply["id"] == "5"


async def test_who_publishes_where_it_may_not_is_shown_out(door: Door) -> None:
    for topic in ("foo/bar", f"/sys/{PK}/other/{POST}", "$SYS/broker", "/ext/register"):
        async with a_stranger(door) as device:
            await device.say(topic, {"id": "1"})
            assert await device.is_shown_out(), topic


async def test_a_bad_packet_ends_that_connection_alone(home: Home, door: Door) -> None:
    bad = (
        b"\x34\x0a\x00\x04/sys\x00\x01{}", b"\x30\x02\x00\x00", b"\x32\x05\x00\x01a\x00\x00", b"\xf0\x00",
        b"\x62\x02\x00\x01", b"\x82\x02\x00\x01", b"\x30\xff\xff\xff\xff\x01", b"\x10\x00", b"\x30\xff\xff\xff\x7f",
    )  # fmt: skip
    await home.room.registry.add_device(PK, names=Names(en="b", zh="b"), device_name="other", secret=Secret("x"))
    async with a_stranger(door, "other", secret="x") as other:
        for raw in bad:
            async with a_stranger(door) as device:
                await device.probe.send_raw(raw)
                assert await device.is_shown_out(), raw
            assert is_whole(await other.ask(POST, {"id": "1", "params": {"on": 1}}), 200)
