"""What tests of the door need: devices with secrets, a hub that answers by script, and a bare MQTT client."""

import hmac
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import anyio.abc
import msgspec

from jinn.kernel import Clock, Forbidden, HomeId, Secret, SystemClock
from jinn.people.grants import DeviceProof, Grant
from jinn.runtime import Bus
from jinn.things.door import Authorize, Door, DoorOptions, Limits, Provisioning
from jinn.things.door.codec import Connack, Connect, Decoder, Packet, Publish, Will, encode
from jinn.things.frames import DownAnswer, DownMessage, Presence, UpAnswer, UpFrame, UpMessage, UpResult

PK = "a1TESTPK"
HOME = HomeId("home")


def secret_of(device_name: str) -> str:
    return f"secret-of-{device_name}"


def grant_of(device_name: str, *, expires_ms: int | None = None) -> Grant:
    own = f"{PK}/{device_name}"
    patterns = (
        f"/sys/{own}/#",
        f"/{own}/user/#",
        f"/ext/ntp/{own}/#",
        f"/ext/session/{own}/#",
        "/ext/rrpc/#",
        f"/ota/device/inform/{own}",
    )
    return Grant(
        home=HOME,
        subject=f"device:{PK}&{device_name}",
        publish=patterns,
        subscribe=patterns,
        expires_ms=expires_ms,
    )


async def authorize(proof: DeviceProof) -> Grant:
    """Lets every device in that signs with its `secret_of`."""
    key = secret_of(proof.device_name).encode()
    digest = hmac.new(key, proof.text.encode(), proof.method.removeprefix("hmac")).hexdigest()
    if not hmac.compare_digest(digest, proof.signature.lower()):
        raise Forbidden("The signature is wrong.", code="bad-signature")
    return grant_of(proof.device_name)


def connect_packet(
    device_name: str,
    *,
    keepalive_s: int = 60,
    will: Will | None = None,
    is_clean: bool = True,
    secret: str | None = None,
    level: int = 4,
) -> Connect:
    """A well-signed CONNECT, as the Python SDK writes it."""
    free = f"{PK}&{device_name}"
    text = f"clientId{free}deviceName{device_name}productKey{PK}timestamp1"
    password = hmac.new((secret or secret_of(device_name)).encode(), text.encode(), "sha1").hexdigest()
    return Connect(
        client_id=f"{free}|securemode=3,signmethod=hmacsha1,_ss=1,timestamp=1|",
        username=f"{device_name}&{PK}",
        password=password.encode(),
        keepalive_s=keepalive_s,
        will=will,
        is_clean=is_clean,
        level=level,
    )


def topic(device_name: str, rest: str = "thing/event/property/post") -> str:
    return f"/sys/{PK}/{device_name}/{rest}"


@dataclass(slots=True)
class ScriptedHub:
    """Answers frames as it is told, and remembers what it kept, in order.

    Attributes:
        keep: whether to keep a message or presence.
        answer: what a device is told at once.
        is_mute: take frames and never answer.
    """

    bus: Bus
    keep: Callable[[UpMessage | Presence], bool] = lambda entry: True
    answer: Callable[[UpMessage | Presence], tuple[DownMessage, ...]] = lambda entry: ()
    is_mute: bool = False
    seen: list[UpMessage | Presence] = field(default_factory=list)
    frames: list[UpFrame] = field(default_factory=list)

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        async with self.bus.subscribe("up.*", queue="hub") as messages:
            task_status.started()
            async for message in messages:
                frame = msgspec.msgpack.decode(message.payload, type=UpFrame)
                self.frames.append(frame)
                if self.is_mute:
                    continue
                results = []
                for entry in (*frame.presences, *frame.messages):
                    is_kept = self.keep(entry)
                    if is_kept:
                        self.seen.append(entry)
                    results.append(UpResult(entry.id, is_kept, self.answer(entry) if is_kept else ()))
                await self.bus.publish(message.reply, msgspec.msgpack.encode(UpAnswer(tuple(results))))

    @property
    def messages(self) -> list[UpMessage]:
        return [entry for entry in self.seen if isinstance(entry, UpMessage)]

    @property
    def presences(self) -> list[Presence]:
        return [entry for entry in self.seen if isinstance(entry, Presence)]

    async def until(self, is_so: Callable[["ScriptedHub"], bool], *, within_s: float = 30) -> None:
        await until(lambda: is_so(self), within_s=within_s)

    async def tell(self, message: DownMessage, *, door: str = "door", within_s: float = 30) -> str:
        raw = await self.bus.request(f"dn.{door}", msgspec.msgpack.encode(message), within_s=within_s)
        return msgspec.msgpack.decode(raw, type=DownAnswer).outcome


async def until(is_so: Callable[[], bool], *, within_s: float = 30) -> None:
    with anyio.fail_after(within_s):
        while not is_so():  # noqa: ASYNC110 - what is waited for is plain state
            await anyio.sleep(0.005)


class Closed(Exception):
    """The door has closed the connection."""


class Probe:
    """A bare MQTT client: sends what it is told, whether it makes sense or not."""

    def __init__(self, stream: anyio.abc.ByteStream) -> None:
        self.stream = stream
        self._decoder = Decoder()

    async def send(self, packet: Packet) -> None:
        await self.stream.send(encode(packet))

    async def send_raw(self, data: bytes) -> None:
        await self.stream.send(data)

    async def next(self, *, within_s: float = 30) -> Packet:
        """The next packet of the door. Raises `Closed`, or TimeoutError when it says nothing."""
        with anyio.fail_after(within_s):
            while (packet := self._decoder.next()) is None:
                try:
                    self._decoder.feed(await self.stream.receive())
                except (anyio.EndOfStream, anyio.BrokenResourceError) as end:
                    raise Closed from end
        return packet

    async def raw(self, count: int, *, within_s: float = 30) -> bytes:
        data = b""
        with anyio.fail_after(within_s):
            while len(data) < count:
                data += await self.stream.receive()
        return data

    async def is_silent(self, seconds: float = 0.2) -> bool:
        try:
            await self.next(within_s=seconds)
        except TimeoutError:
            return True
        return False

    async def close(self) -> None:
        await self.stream.aclose()


@asynccontextmanager
async def knocking(port: int) -> AsyncIterator[Probe]:
    """A TCP connection to the door, nothing said yet."""
    stream = await anyio.connect_tcp("127.0.0.1", port)
    stream.extra(anyio.abc.SocketAttribute.raw_socket).setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    async with stream:
        yield Probe(stream)


@asynccontextmanager
async def connected(port: int, device_name: str, **options: object) -> AsyncIterator[Probe]:
    """A device that has been let in."""
    async with knocking(port) as probe:
        await probe.send(connect_packet(device_name, **options))  # type: ignore[arg-type]
        assert await probe.next() == Connack(0)
        yield probe


@asynccontextmanager
async def running_door(
    bus: Bus,
    *,
    limits: Limits | None = None,
    let_in: Authorize = authorize,
    provisioning: Provisioning | None = None,
    clock: Clock | None = None,
    id: str = "door",
    certificate: Path | None = None,
    key: Path | None = None,
) -> AsyncIterator[Door]:
    door = Door(
        options=DoorOptions(port=0, id=id, limits=limits or Limits(), certificate=certificate, key=key),
        bus=bus,
        authorize=let_in,
        clock=clock or SystemClock(),
        provisioning=provisioning,
    )
    async with anyio.create_task_group() as tasks:
        await tasks.start(lambda *, task_status: door.run(task_status=task_status))
        yield door
        tasks.cancel_scope.cancel()


@asynccontextmanager
async def running_hub(bus: Bus) -> AsyncIterator[ScriptedHub]:
    hub = ScriptedHub(bus)
    async with anyio.create_task_group() as tasks:
        await tasks.start(lambda *, task_status: hub.run(task_status=task_status))
        yield hub
        tasks.cancel_scope.cancel()


def reply_to(entry: UpMessage | Presence) -> tuple[DownMessage, ...]:
    """The answer of the ecosystem to a post."""
    if not isinstance(entry, UpMessage) or not entry.topic.startswith("/sys/"):
        return ()
    asked = msgspec.json.decode(entry.payload, type=dict[str, object])
    told = {"code": 200, "data": {}, "id": asked["id"], "message": "success", "method": asked.get("method", "")}
    told["version"] = "1.0"
    return (DownMessage(entry.device, f"{entry.topic}_reply", msgspec.json.encode(told)),)


def post(
    device_name: str, packet_id: int = 1, payload: bytes = b'{"id":"1","params":{"on":1}}', qos: int = 1
) -> Publish:
    return Publish(topic(device_name), payload, qos, packet_id if qos else 0)


def product_secret() -> Secret:
    return Secret("secret-of-the-product")
