"""The door, the real bus, and clients that others wrote."""

import datetime
import json
import os
import signal
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import anyio.abc
import msgspec
import paho.mqtt.client as paho
import psutil
import pytest
from anyio.streams.text import TextReceiveStream
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from door_parts import (
    PK,
    Closed,
    connect_packet,
    connected,
    knocking,
    post,
    reply_to,
    running_door,
    running_hub,
    secret_of,
    topic,
    until,
)

from jinn.runtime import NatsBus, NatsEngine
from jinn.things.door.codec import ProtocolError, Puback
from jinn.things.frames import DownMessage

pytestmark = pytest.mark.anyio

LINKKIT = Path(__file__).parent / "linkkit_device.py"
TSL = {
    "schema": "https://iotx-tsl.example/schema.json",
    "profile": {"productKey": PK},
    "properties": [
        {"identifier": "on", "name": "on", "accessMode": "rw", "required": False,
         "dataType": {"type": "bool", "specs": {"0": "off", "1": "on"}}}
    ],
    "events": [
        {"identifier": "post", "name": "post", "type": "info", "required": True,
         "method": "thing.event.property.post", "outputData": [{"identifier": "on", "name": "on"}]}
    ],
    "services": [
        {"identifier": "set", "name": "set", "required": True, "callType": "async",
         "method": "thing.service.property.set", "inputData": [{"identifier": "on", "name": "on"}], "outputData": []},
        {"identifier": "blink", "name": "blink", "required": False, "callType": "async",
         "method": "thing.service.blink", "inputData": [], "outputData": []},
    ],
}  # fmt: skip


class LinkkitDevice:
    """The events of the program, and a way to make it post."""

    def __init__(self, process: anyio.abc.Process) -> None:
        self._process = process
        self.events: list[dict[str, object]] = []

    async def read(self) -> None:
        assert self._process.stdout is not None
        rest = ""
        async for text in TextReceiveStream(self._process.stdout):
            *lines, rest = (rest + text).split("\n")
            self.events += [json.loads(line) for line in lines]

    async def post(self, properties: dict[str, object]) -> None:
        assert self._process.stdin is not None
        await self._process.stdin.send(json.dumps(properties).encode() + b"\n")

    async def saw(self, event: str, count: int = 1) -> list[dict[str, object]]:
        await until(lambda: sum(one["event"] == event for one in self.events) >= count, within_s=30)
        return [one for one in self.events if one["event"] == event]


@asynccontextmanager
async def linkkit_device(port: int, name: str, folder: Path) -> AsyncIterator[LinkkitDevice]:
    tsl = folder / "model.json"
    tsl.write_text(json.dumps(TSL))
    command = [sys.executable, str(LINKKIT), str(port), PK, name, secret_of(name), str(tsl)]
    async with (
        await anyio.open_process(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as process,
        anyio.create_task_group() as tasks,
    ):
        device = LinkkitDevice(process)
        tasks.start_soon(device.read)
        try:
            yield device
        finally:
            process.kill()
            tasks.cancel_scope.cancel()


async def test_the_unmodified_sdk_posts_is_set_and_called_unasked(bus: NatsBus, tmp_path: Path) -> None:
    async with running_hub(bus) as hub, running_door(bus) as door, linkkit_device(door.port, "lamp", tmp_path) as lamp:
        hub.answer = reply_to
        assert (await lamp.saw("connect"))[0]["code"] == 0
        await lamp.post({"on": 0})
        posting, posted = (await lamp.saw("posting"))[0], (await lamp.saw("posted"))[0]
        assert (posted["code"], posted["id"]) == (200, posting["id"])

        wish = {"id": "900", "version": "1.0", "method": "thing.service.property.set", "params": {"on": 1}}
        down = DownMessage(f"{PK}&lamp", topic("lamp", "thing/service/property/set"), msgspec.json.encode(wish))
        assert await hub.tell(down) == "delivered"
        assert (await lamp.saw("set"))[0]["params"] == {"on": 1}
        set_reply = topic("lamp", "thing/service/property/set_reply")
        await hub.until(lambda hub: any(one.topic == set_reply for one in hub.messages))
        (reply,) = [msgspec.json.decode(one.payload) for one in hub.messages if one.topic == set_reply]
        assert (reply["id"], reply["code"]) == ("900", 200)

        call = {"id": "901", "version": "1.0", "method": "thing.service.blink", "params": {"times": 3}}
        await hub.tell(DownMessage(f"{PK}&lamp", topic("lamp", "thing/service/blink"), msgspec.json.encode(call)))
        assert (await lamp.saw("call"))[0]["service"] == "blink"
        await hub.until(lambda hub: hub.messages[-1].topic == topic("lamp", "thing/service/blink_reply"))
        assert len(await lamp.saw("set")) == 1


async def test_the_sdk_comes_back_by_itself_after_it_was_shown_out(bus: NatsBus, tmp_path: Path) -> None:
    async with running_hub(bus) as hub, running_door(bus) as door, linkkit_device(door.port, "lamp", tmp_path) as lamp:
        await lamp.saw("connect")
        door.connections[f"{PK}&lamp"].abort()
        await lamp.saw("connect", 2)
        await hub.until(lambda hub: [one.is_online for one in hub.presences] == [True, False, True])


class PahoDevice:
    """The reference MQTT client, driven by its own thread."""

    def __init__(self, name: str, **options: object) -> None:
        signed = connect_packet(name)
        self.client = paho.Client(signed.client_id, clean_session=False, **options)  # type: ignore[arg-type]
        assert signed.password is not None
        self.client.username_pw_set(signed.username, signed.password.decode())
        self.codes: list[int] = []
        self.acknowledged: list[int] = []
        self.granted: list[tuple[int, ...]] = []
        self.received: list[tuple[str, bytes, int]] = []
        self.lost: list[int] = []
        self.client.on_connect = lambda client, user, flags, code: self.codes.append(code)
        self.client.on_publish = lambda client, user, mid: self.acknowledged.append(mid)
        self.client.on_subscribe = lambda client, user, mid, granted: self.granted.append(granted)
        self.client.on_message = lambda client, user, one: self.received.append((one.topic, one.payload, one.qos))
        self.client.on_disconnect = lambda client, user, code: self.lost.append(code)

    async def start(self, port: int, keepalive_s: int = 60) -> None:
        await anyio.to_thread.run_sync(self.client.connect, "127.0.0.1", port, keepalive_s)
        self.client.loop_start()

    async def stop(self) -> None:
        self.client.disconnect()
        await anyio.to_thread.run_sync(self.client.loop_stop)


@asynccontextmanager
async def paho_device(port: int, name: str, **options: object) -> AsyncIterator[PahoDevice]:
    device = PahoDevice(name, **options)
    await device.start(port)
    try:
        await until(lambda: device.codes == [0])
        yield device
    finally:
        await device.stop()


@pytest.mark.parametrize("protocol", [paho.MQTTv31, paho.MQTTv311])
async def test_the_reference_client_publishes_subscribes_and_receives(bus: NatsBus, protocol: int) -> None:
    async with (
        running_hub(bus) as hub,
        running_door(bus) as door,
        paho_device(door.port, "dev1", protocol=protocol) as device,
    ):
        device.client.subscribe([(topic("dev1", "#"), 1), (topic("dev2", "#"), 1)])
        await until(lambda: device.granted == [(1, 0x80)])
        for payload in (b"small", b"x" * 200_000):
            device.client.publish(topic("dev1"), payload, qos=1)
        await until(lambda: len(device.acknowledged) == 2)
        assert [one.payload for one in hub.messages] == [b"small", b"x" * 200_000]
        down = DownMessage(f"{PK}&dev1", topic("dev1", "x"), b"y" * 200_000, qos=1)
        assert await hub.tell(down) == "delivered"
        await until(lambda: device.received == [(down.topic, down.payload, 1)])


async def test_the_reference_client_of_version_5_understands_that_it_is_refused(bus: NatsBus) -> None:
    async with running_door(bus) as door:
        client = paho.Client("x", protocol=paho.MQTTv5)
        reasons: list[str] = []
        client.on_connect = lambda client, user, flags, reason, properties: reasons.append(str(reason))
        await anyio.to_thread.run_sync(client.connect, "127.0.0.1", door.port)
        client.loop_start()
        try:
            await until(lambda: bool(reasons))
        finally:
            client.disconnect()
            await anyio.to_thread.run_sync(client.loop_stop)
        assert reasons[0] == "Unsupported protocol version"


def certify(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / "door.pem", folder / "door.key"
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    key_file.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return certificate_file, key_file


async def test_with_a_certificate_the_door_speaks_tls(bus: NatsBus, tmp_path: Path) -> None:
    certificate, key = certify(tmp_path)
    async with running_hub(bus) as hub, running_door(bus, certificate=certificate, key=key) as door:
        device = PahoDevice("dev1")
        context = ssl.create_default_context(cafile=str(certificate))
        context.check_hostname = False
        device.client.tls_set_context(context)
        await device.start(door.port)
        try:
            device.client.publish(topic("dev1"), b"x" * 100_000, qos=1)
            await until(lambda: len(device.acknowledged) == 1)
        finally:
            await device.stop()
        assert len(hub.messages[0].payload) == 100_000
        # Plain text at the same port gets nowhere.
        async with knocking(door.port) as plain:
            await plain.send(connect_packet("dev2"))
            with pytest.raises((Closed, ProtocolError)):
                await plain.next()
        assert door.counts.admitted == 1


async def test_nothing_acknowledged_is_lost_when_nats_server_is_killed(tmp_path: Path) -> None:
    engine = NatsEngine(tmp_path)
    bus = NatsBus(engine.link)
    async with anyio.create_task_group() as tasks:
        await tasks.start(lambda *, task_status: engine.run(task_status=task_status))
        await tasks.start(lambda *, task_status: bus.run(task_status=task_status))
        async with running_hub(bus) as hub, running_door(bus) as door, connected(door.port, "dev1") as probe:
            acknowledged: list[int] = []

            async def read() -> None:
                while True:
                    packet = await probe.next(within_s=30)
                    if isinstance(packet, Puback):
                        acknowledged.append(packet.packet_id)

            tasks.start_soon(read)
            for index in range(1, 601):
                await probe.send(post("dev1", index, b"%d" % index))
                if index in (200, 400):
                    (pid,) = children_named("nats-server")
                    os.kill(pid, signal.SIGKILL)
                await anyio.sleep(0.002)
            await until(lambda: len(acknowledged) == 600, within_s=30)
            kept = {int(one.payload) for one in hub.messages}
            assert kept >= set(acknowledged) == set(range(1, 601))
            assert door.counts.connections == 1
            assert engine.restarts == 2
            tasks.cancel_scope.cancel()


def children_named(name: str) -> list[int]:
    return [child.pid for child in psutil.Process().children(recursive=True) if child.name() == name]
