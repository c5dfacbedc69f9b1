"""The door's limits and counts, and what doors tell each other."""

from dataclasses import dataclass

import msgspec

from jinn.things.door.codec import PACKET_BYTES_MAX

TAKEOVER_SUBJECT = "door.takeover"


class Takeover(msgspec.Struct, frozen=True, array_like=True):
    """`door.takeover`: a device has connected at `door`; every other door closes its older connection.

    With an empty `door` all of them do: so a device is shut out that has been removed or disabled.
    """

    device: str
    session: str
    door: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds, each with what it protects.

    Attributes:
        connections_max: memory, at some 3 kB for an idle one.
        connects_per_s, connects_burst: for one address; a home's devices all come back at once after a power cut.
        connect_within_s: from the first byte of TCP to the whole CONNECT.
        connect_bytes_max: what a stranger may make us hold.
        admitting_max: CONNECTs whose proof is being looked up.
        unkept_per_device_max: messages of one device that the hub has not kept; then its socket is not read.
        unkept_bytes_max: of all devices; then QoS 0 is dropped and whoever sends QoS 1 is not read.
        unacked_per_device_max: commands at QoS 1 that a device has not acknowledged; then it is slow.
        unread_bytes_max: written to a device that does not read; then it is slow and is closed.
        ack_within_s: for a device's PUBACK.
        frame_messages_max, frame_bytes_max: of one frame to the hub; a message of the bus holds 1 MB.
        answer_within_s: for the hub's answer to a frame; then the frame is sent again.
        authorize_within_s: for the word on a proof.
        outbox_max: answers and takeovers waiting for the bus.
        farewell_within_s: at a stop, to tell the hub that all devices are gone.
    """

    connections_max: int = 20_000
    connects_per_s: float = 100.0
    connects_burst: int = 1_000
    connect_within_s: int = 10
    connect_bytes_max: int = 16_384
    admitting_max: int = 256
    packet_bytes_max: int = PACKET_BYTES_MAX
    unkept_per_device_max: int = 64
    unkept_bytes_max: int = 33_554_432
    unacked_per_device_max: int = 32
    unread_bytes_max: int = 262_144
    ack_within_s: int = 10
    frame_messages_max: int = 256
    frame_bytes_max: int = 524_288
    answer_within_s: float = 2.0
    authorize_within_s: float = 5.0
    outbox_max: int = 10_000
    farewell_within_s: float = 2.0


@dataclass(slots=True, kw_only=True)
class Counts:
    """What has happened since the start; only ever grows, but for `connections` and `unkept`.

    Attributes:
        connections: TCP connections that are open now.
        unkept: messages that wait for the hub's word now.
        lost_qos0: best-effort messages that were dropped.
        held: times that a socket was not read because the hub was behind.
        slow: times that a device did not read or acknowledge in time.
        refused: CONNECTs that were answered with a code other than 0.
        shunned: connections over the number allowed, closed unread, or over the rate, told to come later.
        broken: connections closed for what they sent.
    """

    connections: int = 0
    unkept: int = 0
    unkept_bytes: int = 0
    admitted: int = 0
    refused: int = 0
    shunned: int = 0
    broken: int = 0
    taken_over: int = 0
    expired: int = 0
    received: int = 0
    kept: int = 0
    frames: int = 0
    repeated: int = 0
    lost_qos0: int = 0
    held: int = 0
    delivered: int = 0
    undelivered: int = 0
    slow: int = 0
    unsaid: int = 0
