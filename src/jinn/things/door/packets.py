"""Which control packets MQTT 3.1 and 3.1.1 have, as values."""

import msgspec

from jinn.kernel import Refused


class ProtocolError(Refused):
    """The bytes are not MQTT as this side may receive it; the connection cannot go on."""

    code = "mqtt-protocol"


class UnsupportedVersion(ProtocolError):
    """A well-formed CONNECT of another version of MQTT."""

    code = "mqtt-version"

    def __init__(self, level: int) -> None:
        super().__init__(f"MQTT protocol level {level} is not spoken here.", level=level)
        self.level = level


class Will(msgspec.Struct, frozen=True, kw_only=True):
    topic: str
    payload: bytes
    qos: int = 0
    is_retained: bool = False


class Connect(msgspec.Struct, frozen=True, kw_only=True):
    """Attributes:
    level: 3 for MQTT 3.1 ("MQIsdp"), 4 for 3.1.1.
    keepalive_s: 0 switches it off.
    """

    client_id: str
    username: str | None = None
    password: bytes | None = None
    keepalive_s: int = 60
    is_clean: bool = True
    will: Will | None = None
    level: int = 4


class Connack(msgspec.Struct, frozen=True, gc=False):
    """Attributes:
    code: 0 accepted, 1 version, 2 client id, 3 unavailable, 4 bad credentials, 5 not authorised.
    """

    code: int
    is_session_present: bool = False


class Publish(msgspec.Struct, frozen=True, gc=False):
    """Attributes:
    packet_id: 1–65535 at QoS 1, 0 at QoS 0.
    """

    topic: str
    payload: bytes
    qos: int = 0
    packet_id: int = 0
    is_dup: bool = False
    is_retained: bool = False


class Puback(msgspec.Struct, frozen=True, gc=False):
    packet_id: int


class Subscribe(msgspec.Struct, frozen=True):
    """Attributes:
    filters: each with the QoS asked for, 0–2.
    """

    packet_id: int
    filters: tuple[tuple[str, int], ...]


class Suback(msgspec.Struct, frozen=True):
    """Attributes:
    codes: the QoS granted, or 0x80 for a filter that is refused; in the order of the filters.
    """

    packet_id: int
    codes: tuple[int, ...]


class Unsubscribe(msgspec.Struct, frozen=True):
    packet_id: int
    filters: tuple[str, ...]


class Unsuback(msgspec.Struct, frozen=True, gc=False):
    packet_id: int


class Pingreq(msgspec.Struct, frozen=True, gc=False):
    pass


class Pingresp(msgspec.Struct, frozen=True, gc=False):
    pass


class Disconnect(msgspec.Struct, frozen=True, gc=False):
    pass


Packet = (
    Connect | Connack | Publish | Puback | Subscribe | Suback | Unsubscribe | Unsuback | Pingreq | Pingresp | Disconnect
)
