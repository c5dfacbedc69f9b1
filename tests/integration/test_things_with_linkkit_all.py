"""Everything that the ecosystem's own, unmodified SDK can do, against the door, the bus and the room."""

import hashlib
import hmac
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import anyio
import anyio.abc
import pytest
from anyio.streams.text import TextReceiveStream
from integration.door.test_door_with_real_clients import certify
from integration.test_things_with_linkkit import with_generated_parts
from integration.things_room import LAMP, Home, a_database, a_home

from jinn.kernel import HomeId, Names, Secret, SystemClock, ThingId
from jinn.people import SCHEMA as PEOPLE
from jinn.people import TokenBook, authorize
from jinn.runtime import NatsBus
from jinn.things import CommandOutcome
from jinn.things.delivering import Doors
from jinn.things.door import Door, DoorOptions
from jinn.things.frames import DownMessage

pytestmark = pytest.mark.anyio

PUPPET = Path(__file__).parent / "door" / "linkkit_puppet.py"
THING = ThingId("hall_lamp")
PK = "testLamp01"


@pytest.fixture
async def home(tmp_path: Path, bus: NatsBus) -> AsyncIterator[Home]:
    async with a_database(tmp_path / "data", others=(PEOPLE,)) as database, a_home(database, bus) as home:
        yield home


@asynccontextmanager
async def a_door(home: Home, certificate: Path | None = None, key: Path | None = None) -> AsyncIterator[Door]:
    clock, home_id = SystemClock(), HomeId("home")
    tokens = TokenBook(database=home.database, clock=clock, home=home_id, owner_token=Secret("t"))
    allow = partial(authorize, home=home_id, devices=home.room.registry, tokens=tokens, clock=clock)
    door = Door(
        options=DoorOptions(port=0, id="real", certificate=certificate, key=key), bus=home.door.bus,
        authorize=allow, clock=clock, provisioning=home.room.upkeep.enrolling,
    )  # fmt: skip
    async with anyio.create_task_group() as tasks:
        await tasks.start(lambda *, task_status: door.run(task_status=task_status))
        yield door
        tasks.cancel_scope.cancel()


class Puppet:
    """The SDK in its own process; what it tells is kept."""

    def __init__(self, process: anyio.abc.Process) -> None:
        self._process = process
        self.told: list[list[object]] = []

    async def read(self) -> None:
        assert self._process.stdout is not None
        rest = ""
        async for text in TextReceiveStream(self._process.stdout):
            *lines, rest = (rest + text).split("\n")
            self.told += [json.loads(line) for line in lines]

    async def do(self, method: str, *arguments: object) -> None:
        assert self._process.stdin is not None
        await self._process.stdin.send(json.dumps([method, *arguments]).encode() + b"\n")

    async def hears(self, event: str, is_it: Callable[[list[object]], bool] = lambda told: True) -> list[object]:
        """Wait for a callback; gives its arguments, and forgets it."""
        with anyio.fail_after(40):
            while True:
                for told in self.told:
                    if told[0] == event and is_it(told[1:]):
                        self.told.remove(told)
                        return told[1:]
                await anyio.sleep(0.01)


@asynccontextmanager
async def a_puppet(door: Door, folder: Path, **chosen: object) -> AsyncIterator[Puppet]:
    (folder / "tsl.json").write_text(json.dumps(with_generated_parts(LAMP["model"])))
    named = {"product_key": PK, "device_name": "lamp1", "device_secret": "s3cret", **chosen}
    command = [sys.executable, str(PUPPET), json.dumps({**named, "port": door.port, "model": str(folder / "tsl.json")})]
    async with await anyio.open_process(command) as process, anyio.create_task_group() as tasks:
        puppet = Puppet(process)
        tasks.start_soon(puppet.read)
        yield puppet
        process.kill()
        tasks.cancel_scope.cancel()


async def arrived(home: Home, device: Puppet) -> None:
    """The SDK says that it is connected a moment before the hub has kept it."""
    await device.hears("on_thing_enable")
    with anyio.fail_after(30):
        while not home.room.twins.peek(THING).is_online:  # noqa: ASYNC110 (another process)
            await anyio.sleep(0.01)


async def test_posts_events_tags_shadow_raw_and_versions_are_answered(home: Home, tmp_path: Path) -> None:
    async with a_door(home) as door, a_puppet(door, tmp_path) as device:
        await arrived(home, device)
        await device.do("thing_post_property", {"on": 1})
        assert (await device.hears("on_thing_prop_post"))[1] == 200
        await device.do("thing_trigger_event", ["hot", {"degrees": 90}])
        assert (await device.hears("on_thing_event_post"))[0:3:2] == ["hot", 200]
        await device.do("thing_update_tags", {"colour": "red"})
        assert (await device.hears("on_thing_device_info_update"))[1] == 200
        rows = await home.database.read("things.tags_of_thing", thing=THING)
        assert [dict(row) for row in rows] == [{"tag": "colour", "value": "red"}]
        await device.do("thing_remove_tags", ["colour"])
        assert (await device.hears("on_thing_device_info_delete"))[1] == 200
        await device.do("thing_update_shadow", {"mood": "calm"}, 1)
        await device.hears("on_thing_shadow_get")
        await device.do("thing_get_shadow")
        (shadow, _) = await device.hears("on_thing_shadow_get")
        assert isinstance(shadow, dict)
        assert shadow["payload"]["state"]["reported"] == {"mood": "calm"}
        await device.do("post_raw", 2, 0, 255)
        (raw, _) = await device.hears("on_thing_raw_data_post")
        assert json.loads(str(raw))["code"] == 26001
        await device.do("ota_report_version", "default", "1.0.7")
        with anyio.fail_after(30):
            while dict(home.room.twins.peek(THING).firmware) != {"default": "1.0.7"}:  # noqa: ASYNC110 (another process)
                await anyio.sleep(0.01)


async def test_desired_ntp_config_and_logs_over_the_sdk_s_own_topics(home: Home, tmp_path: Path) -> None:
    """Features that the SDK has no method for, published on the topics that its own clients use for them."""
    async with a_door(home) as door, a_puppet(door, tmp_path) as device:
        await arrived(home, device)

        async def ask(topic: str, payload: object, reply: str) -> dict[str, object]:
            await device.do("publish_topic", topic, json.dumps(payload))
            told = await device.hears("on_topic_message", lambda facts: facts[0] == reply)
            answer = json.loads(str(told[1]))
            assert isinstance(answer, dict)
            return answer

        def sys_topic(rest: str) -> tuple[str, str]:
            return f"/sys/{PK}/lamp1/{rest}", f"/sys/{PK}/lamp1/{rest}_reply"

        topic, reply = sys_topic("thing/property/desired/get")
        got = await ask(topic, {"id": 7, "version": "1.0", "params": ["on"], "method": ""}, reply)
        assert (got["id"], got["code"], got["message"]) == (7, 200, "success")
        times = await ask(f"/ext/ntp/{PK}/lamp1/request", {"deviceSendTime": "5"}, f"/ext/ntp/{PK}/lamp1/response")
        assert times["deviceSendTime"] == "5"
        topic, reply = sys_topic("thing/log/post")
        said = await ask(topic, {"id": "8", "params": [{"logLevel": "WARN", "logContent": "hot"}]}, reply)
        assert said["code"] == 200
        config, told = await home.room.upkeep.configuring.set_for(PK, "every: 5")
        assert told == 1
        await device.hears("on_topic_message", lambda facts: str(facts[0]).endswith("thing/config/push"))
        topic, reply = sys_topic("thing/config/get")
        where = await ask(topic, {"id": "9", "params": {"configScope": "product", "getType": "file"}}, reply)
        assert isinstance(where["data"], dict)
        assert where["data"]["configId"] == config.id


async def test_sets_and_services_both_ways_and_both_kinds_of_exchange(home: Home, tmp_path: Path) -> None:
    async with a_door(home) as door, a_puppet(door, tmp_path) as device:
        await arrived(home, device)
        call = home.room.commander.call_service
        for way in ("async", "ext"):
            done = await call(THING, "blink", {"times": 2}, expires_s=10, by="test", way=way)  # type: ignore[arg-type]
            assert (done.outcome, done.outputs) == (CommandOutcome.CONFIRMED, {"done": 1})

        async def obey() -> None:
            await device.hears("on_thing_prop_changed")
            await device.do("thing_post_property", {"on": 1})

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(obey)
            (result,) = await home.room.commander.set_properties(THING, {"on": 1}, expires_s=10, by="test")
        assert result.outcome is CommandOutcome.CONFIRMED

        async def answer() -> None:
            # This SDK hands exchanges on `rrpc/request` to its program as they are.
            told = await device.hears("on_topic_message", lambda facts: "/rrpc/request/" in str(facts[0]))
            reply = {"id": json.loads(str(told[1]))["id"], "code": 200, "data": {"done": 3}}
            await device.do("publish_topic", str(told[0]).replace("/request/", "/response/"), json.dumps(reply))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(answer)
            done = await call(THING, "check", {}, expires_s=10, by="test", way="rrpc")
        assert (done.outcome, done.outputs) == (CommandOutcome.CONFIRMED, {"done": 3})


async def test_a_gateway_registers_brings_logs_in_and_lets_go(home: Home, tmp_path: Path) -> None:
    access = await home.room.upkeep.enrolling.allow(PK, is_open=True)
    async with a_door(home) as door, a_puppet(door, tmp_path) as device:
        await arrived(home, device)
        await device.do("gateway_register_subdev", [[PK, "sub1"]])
        assert (await device.hears("on_gateway_register_subdev_reply"))[1] == 200
        await device.do("gateway_product_register_subdev", [[PK, "sub2", access.secret.reveal()]])
        (_, code, data, message, _) = await device.hears("on_gateway_product_register_subdev_reply")
        assert (code, message) == (200, "success")
        assert isinstance(data, list)
        sub = home.room.registry.thing_of_device(f"{PK}&sub2")
        assert sub is not None
        assert sub.secret.matches(data[0]["deviceSecret"])
        triple = [PK, "sub2", sub.secret.reveal()]
        await device.do("gateway_add_subdev_topo", [triple])
        assert (await device.hears("on_gateway_add_subdev_topo_reply"))[1] == 200
        await device.do("gateway_login_subdev", [triple])
        assert (await device.hears("on_gateway_login_subdev_reply"))[1] == 200
        assert home.room.twins.peek(sub.id).is_online
        await home.room.enable(sub.id, is_enabled=False)
        (_, change, _) = await device.hears("on_gateway_topo_change")
        assert change == {"status": 8, "subList": [{"productKey": PK, "deviceName": "sub2"}]}
        await home.room.enable(sub.id, is_enabled=True)
        await device.do("gateway_logout_subdev", [triple])
        assert (await device.hears("on_gateway_logout_subdev_reply"))[1] == 200
        await device.do("gateway_delete_subdev_topo", [triple])
        assert (await device.hears("on_gateway_delete_subdev_topo_reply"))[1] == 200
        await device.do("gateway_product_register_subdev", [[PK, "sub3", "wrong"]])
        assert (await device.hears("on_gateway_product_register_subdev_reply"))[1] == 401


async def test_a_device_enrols_by_its_products_secret_and_by_a_token(home: Home, tmp_path: Path) -> None:
    access = await home.room.upkeep.enrolling.allow(PK, is_open=True)
    chosen = {"device_secret": None, "product_secret": access.secret.reveal()}
    async with a_door(home) as door:
        async with a_puppet(door, tmp_path, **chosen, device_name="fresh1", auth_type="register") as device:
            (code, secret, _) = await device.hears("on_device_dynamic_register")
            assert code == 0
        async with a_puppet(door, tmp_path, device_name="fresh1", device_secret=secret) as device:
            await device.hears("on_thing_enable")
        async with a_puppet(door, tmp_path, **chosen, device_name="fresh2", auth_type="regnwl") as device:
            (code, client_id, username, password) = await device.hears("on_device_dynamic_register_nwl_reply")
            assert code == 0
        shown = {"device_secret": None, "client_id": client_id, "username": username, "password": password}
        async with a_puppet(door, tmp_path, **shown, device_name="fresh2") as device:
            await device.hears("on_thing_enable")
            await device.do("thing_post_property", {"on": 0})
            assert (await device.hears("on_thing_prop_post"))[1] == 200


@pytest.mark.parametrize(
    ("free", "method", "is_upper"),
    [(f"{PK}&lamp1", "hmacsha1", False), (f"{PK}.lamp1", "hmacsha256", True), ("a-serial-number", "hmacmd5", True)],
)
async def test_three_shapes_of_client_ids_and_either_case_of_signatures(
    home: Home, tmp_path: Path, free: str, method: str, is_upper: bool
) -> None:
    text = f"clientId{free}deviceNamelamp1productKey{PK}timestamp2524608000000"
    sign = hmac.new(b"s3cret", text.encode(), getattr(hashlib, method.removeprefix("hmac"))).hexdigest()
    shown = {
        "device_secret": None, "username": f"lamp1&{PK}", "password": sign.upper() if is_upper else sign,
        "client_id": f"{free}|timestamp=2524608000000,_v=sdk-c-3.0.1,securemode=3,signmethod={method},lan=C,_ss=1|",
    }  # fmt: skip
    async with a_door(home) as door, a_puppet(door, tmp_path, **shown) as device:
        await device.hears("on_thing_enable")
        assert home.lamp.device in door.connections


async def test_what_was_found_by_a_gateway_can_be_let_in(home: Home, tmp_path: Path) -> None:
    async with a_door(home) as door, a_puppet(door, tmp_path) as device:
        await arrived(home, device)
        topic = f"/sys/{PK}/lamp1/thing/list/found"
        await device.do(
            "publish_topic", topic, json.dumps({"id": "1", "params": [{"productKey": PK, "deviceName": "n"}]})
        )
        await device.hears("on_topic_message", lambda facts: facts[0] == f"{topic}_reply")
        made = await home.room.upkeep.let_in(THING, PK, "n", Names(en="New", zh="新"))
        await device.hears("on_topic_message", lambda facts: str(facts[0]).endswith("thing/topo/add/notify"))
        assert home.room.registry.thing(made.thing).device_name == "n"


async def test_user_topics_device_information_and_raw_bytes_over_tls(home: Home, tmp_path: Path) -> None:
    certificate, key = certify(tmp_path)
    chosen = {"authority": certificate.read_text(), "is_clean": False}
    doors = Doors(bus=home.door.bus, registry=home.room.registry, twins=home.room.twins)

    async def tell(topic: str, payload: bytes) -> None:
        down = DownMessage(device=home.lamp.device, topic=topic, payload=payload)
        assert await doors.deliver("real", down, within_s=20) == "delivered"

    async with a_door(home, certificate, key) as door, a_puppet(door, tmp_path, **chosen) as device:
        await arrived(home, device)
        # Its own topics are granted, another's are not; what comes there is handed to its program, once.
        for topic, code in ((f"/{PK}/lamp1/user/get", 1), (f"/{PK}/other/user/get", 128)):
            await device.do("subscribe_topic", topic, 1)
            assert (await device.hears("on_subscribe_topic"))[1] == f"({code},)"
        await tell(f"/{PK}/lamp1/user/get", b"to its program")
        assert (await device.hears("on_topic_message"))[:2] == [f"/{PK}/lamp1/user/get", "to its program"]
        await device.do("publish_topic", f"/{PK}/lamp1/user/update", "from its program")
        await device.hears("on_publish_topic")
        await device.do("unsubscribe_topic", f"/{PK}/lamp1/user/get")
        await device.hears("on_unsubscribe_topic")
        # An exchange on a topic of its own.
        await device.do("subscribe_rrpc_topic", "/user/exchange")
        await device.hears("gave", lambda facts: facts[0] == "subscribe_rrpc_topic")
        await tell("/ext/rrpc/77/user/exchange", b"a question")
        assert (await device.hears("on_topic_rrpc_message"))[1] == "a question"
        # Raw bytes.
        await tell(f"/sys/{PK}/lamp1/thing/model/down_raw", b"raw")
        assert (await device.hears("on_thing_raw_data_arrived"))[0] == "raw"
        # Labels in the form that it calls device information, and a wish for firmware.
        await device.do("thing_update_device_info", [{"attrKey": "cpu", "attrValue": "riscv"}])
        assert (await device.hears("on_thing_device_info_update"))[1] == 200
        await device.do("thing_delete_device_info", [{"attrKey": "cpu"}])
        assert (await device.hears("on_thing_device_info_delete"))[1] == 200
        await device.do("query_ota_firmware")
        # It says that this failed although it did not: a quirk of its own.
        await device.hears("gave", lambda facts: facts[0] == "query_ota_firmware")
        # It leaves with a goodbye.
        await device.do("disconnect")
        await device.hears("on_disconnect")
        with anyio.fail_after(20):
            while home.room.twins.peek(THING).is_online:  # noqa: ASYNC110 (another process)
                await anyio.sleep(0.01)
