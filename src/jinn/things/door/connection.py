"""One device's TCP connection: speaks MQTT, and leaves every decision to its owner."""

import asyncio
from typing import Protocol, cast

from jinn.things.door.allowing import AllowList
from jinn.things.door.codec import (
    CONNACK_OF_MQTT_5,
    Connack,
    Connect,
    Decoder,
    Disconnect,
    Packet,
    Pingreq,
    Pingresp,
    ProtocolError,
    Puback,
    Publish,
    Suback,
    Subscribe,
    Unsuback,
    Unsubscribe,
    UnsupportedVersion,
    Will,
    encode,
)
from jinn.things.door.listening import certified_names

_PINGRESP = encode(Pingresp())
_NOBODY = AllowList(())
_VERSION_5 = 5
_ROOTS = ("/sys/", "/ext/", "/ota/", "/shadow/", "/broadcast/")
QOS_MAX = 1
REFUSED_FILTER = 0x80


class Owner(Protocol):
    """Who decides. All of these are called from the connection's own callbacks and return at once.

    Attributes:
        now_s: seconds since some moment, renewed once a second: enough for keep-alive, and free.
        unread_bytes_max: bytes written to a device but not read by it; then it is slow.
    """

    now_s: int
    unread_bytes_max: int

    def opened(self, connection: "Connection") -> bool:
        """Whether it may stay."""
        ...

    def asked(self, connection: "Connection", connect: Connect) -> None:
        """A CONNECT came; the connection reads on only after `admit`."""
        ...

    def posted(self, connection: "Connection", publish: Publish) -> None: ...

    def acknowledged(self, connection: "Connection", packet_id: int) -> None: ...

    def broke(self, connection: "Connection", why: str) -> None:
        """It sent what it may not, and is being closed."""
        ...

    def lagged(self, connection: "Connection") -> None:
        """It does not read what is written to it, and is being closed."""
        ...

    def lost(self, connection: "Connection") -> None:
        """It is gone; nothing more is called."""
        ...


class Connection(asyncio.Protocol):
    """From accept to close. Slots and no task, queue or timer of its own: an idle one takes some 3 kB.

    Attributes:
        device: `productKey&deviceName`, empty until admitted.
        own: `productKey/deviceName`, as it stands in topics.
        session: a new one for each CONNECT; empty until admitted.
        is_gateway: it has asked to log in devices behind it; whose topics it then may use, the hub decides each time.
        unkept: messages of this session that the hub has not kept.
        unacked: packet id → where the hub waits for the answer, for commands at QoS 1.
        heard_s: when the device last sent anything, by the owner's clock.
        silence_max_s: 1.5 keep-alives; 0: none.
        expires_s: when its grant ends, by the owner's clock; 0: never.
        due_s: the wheel's.
    """

    __slots__ = (
        "_asked",
        "_decoder",
        "_is_full",
        "_is_held",
        "_owner",
        "_packet_id",
        "_transport",
        "device",
        "due_s",
        "expires_s",
        "has_said_goodbye",
        "heard_s",
        "is_gateway",
        "may_publish",
        "may_subscribe",
        "own",
        "session",
        "silence_max_s",
        "unacked",
        "unkept",
        "will",
    )

    def __init__(self, owner: Owner, *, connect_bytes_max: int) -> None:
        self._owner = owner
        self._decoder = Decoder(connect_bytes_max)
        self._transport: asyncio.Transport | None = None
        self._asked = False
        self._is_full = False
        self._is_held = False
        self._packet_id = 0
        self.device = ""
        self.own = ""
        self.session = ""
        self.may_publish = _NOBODY
        self.may_subscribe = _NOBODY
        self.will: Will | None = None
        self.has_said_goodbye = False
        self.is_gateway = False
        self.unkept = 0
        self.unacked: dict[int, str] | None = None
        self.heard_s = owner.now_s
        self.silence_max_s = 0
        self.expires_s = 0
        self.due_s = -1

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    @property
    def is_held(self) -> bool:
        return self._is_held

    @property
    def certified(self) -> frozenset[str]:
        """The devices that its TLS certificate speaks for; none without one."""
        certificate = self._transport.get_extra_info("peercert") if self._transport else None
        return certified_names(certificate)

    @property
    def address(self) -> str:
        peer = self._transport.get_extra_info("peername") if self._transport else None
        return str(peer[0]) if peer else ""

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=self._owner.unread_bytes_max)
        if not self._owner.opened(self):
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self.heard_s = self._owner.now_s
        self._decoder.feed(data)
        if not self._is_held:
            self._read()

    def pause_writing(self) -> None:
        self._is_full = True

    def resume_writing(self) -> None:
        self._is_full = False

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._owner.lost(self)

    # What the owner calls.

    def admit(self, *, packet_bytes_max: int) -> None:
        """Accept the CONNECT and read on. Device, session and the rest are set before."""
        self._decoder.packet_bytes_max = packet_bytes_max
        self.send(encode(Connack(0)))
        self.release()

    def refuse(self, code: int) -> None:
        self.send(encode(Connack(code)))
        self.close()

    def hold(self) -> None:
        """Read no more: the device's own TCP then holds it back."""
        if not self._is_held and self._transport is not None:
            self._is_held = True
            self._transport.pause_reading()

    def release(self) -> None:
        """Read on, first what had come before the hold."""
        if not self._is_held:
            return
        self._is_held = False
        self.heard_s = self._owner.now_s
        if self.is_open:
            self._read()
        if self.is_open and not self._is_held and self._transport is not None:
            self._transport.resume_reading()

    def send(self, data: bytes) -> bool:
        """Write; False when the connection is gone or too slow, and then nothing is written."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return False
        if self._is_full:
            self._owner.lagged(self)
            transport.abort()
            return False
        transport.write(data)
        return True

    def next_packet_id(self) -> int:
        """One that is not in use."""
        while True:
            self._packet_id = self._packet_id % 65_535 + 1
            if self.unacked is None or self._packet_id not in self.unacked:
                return self._packet_id

    def close(self) -> None:
        """After what has been written is sent."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """At once: the other end is not there or not to be trusted."""
        if self._transport is not None:
            self._transport.abort()

    def _read(self) -> None:
        try:
            while not self._is_held and (packet := self._decoder.next()) is not None:
                if type(packet) is Publish and self.session:
                    self._owner.posted(self, packet)
                else:
                    self._take(packet)
                if self._transport is None or self._transport.is_closing():
                    return
        except UnsupportedVersion as other:
            if self._asked:
                self._break(other.sentence)
            elif other.level == _VERSION_5:
                self.send(CONNACK_OF_MQTT_5)
                self.close()
            else:
                self.refuse(1)
        except ProtocolError as wrong:
            self._break(wrong.sentence)

    def _take(self, packet: Packet) -> None:
        if not self._asked:
            if not isinstance(packet, Connect):
                raise ProtocolError("The first packet of a connection is CONNECT.")
            self._asked = True
            self.hold()
            self._owner.asked(self, packet)
            return
        match packet:
            case Puback(packet_id):
                self._owner.acknowledged(self, packet_id)
            case Pingreq():
                self.send(_PINGRESP)
            case Subscribe(packet_id, filters):
                codes = tuple(self._granted(one, qos) for one, qos in filters)
                self.send(encode(Suback(packet_id, codes)))
            case Unsubscribe(packet_id):
                self.send(encode(Unsuback(packet_id)))
            case Disconnect():
                self.has_said_goodbye = True
                self.close()
            case _:
                raise ProtocolError("A device may not send such a packet now.")

    def _granted(self, topic_filter: str, qos: int) -> int:
        # A subscription brings nothing that is not pushed anyway, so for a gateway's others the roots are enough.
        is_behind = self.is_gateway and topic_filter.startswith(_ROOTS)
        is_granted = is_behind or self.may_subscribe.permits(topic_filter, self.own)
        return min(qos, QOS_MAX) if is_granted else REFUSED_FILTER

    def _break(self, why: str) -> None:
        self._owner.broke(self, why)
        self.abort()
