"""What the door and the hub say to each other over the bus: `contracts/subjects.md` in Python.

Encoded as MessagePack arrays. The door collects what devices sent in one turn of its loop into one frame, since
a bus message costs more than a frame's entry; the hub commits the frame and answers each entry.
"""

from typing import Literal

import msgspec


class UpMessage(msgspec.Struct, frozen=True, array_like=True):
    """One PUBLISH of a device.

    Attributes:
        id: unique per door; the answer carries it.
        device: `productKey&deviceName` of the connection that sent it (a gateway's own for its sub-devices).
        session: of that connection; a new one at each CONNECT.
        topic: as the device sent it.
        qos: 0 or 1; at 1 the PUBACK waits for `UpResult.is_kept`.
    """

    id: int
    device: str
    session: str
    topic: str
    payload: bytes
    qos: int


class Presence(msgspec.Struct, frozen=True, array_like=True):
    """A device came or went. `will` is set when it went without DISCONNECT and had left one."""

    id: int
    device: str
    session: str
    is_online: bool
    at_ms: int
    will: tuple[str, bytes] | None = None


class UpFrame(msgspec.Struct, frozen=True, array_like=True):
    """`up.<shard>`, door → hub, a request. Presence comes before the messages that follow it."""

    door: str
    presences: tuple[Presence, ...] = ()
    messages: tuple[UpMessage, ...] = ()


class DownMessage(msgspec.Struct, frozen=True, array_like=True):
    """A PUBLISH for a device; delivered once, dropped when it is late.

    Attributes:
        expires_ms: since 1970; after it the door answers `expired` instead of delivering.
    """

    device: str
    topic: str
    payload: bytes
    qos: int = 0
    expires_ms: int | None = None


class UpResult(msgspec.Struct, frozen=True, array_like=True):
    """The hub's word on one `UpMessage` or `Presence`.

    Attributes:
        is_kept: committed, or for good reason ignored: the door may send PUBACK. False: send it again later.
        down: what the device is told at once (its `_reply`), after the PUBACK.
    """

    id: int
    is_kept: bool
    down: tuple[DownMessage, ...] = ()


class UpAnswer(msgspec.Struct, frozen=True, array_like=True):
    """Answer to an `UpFrame`: one result for each of its entries."""

    results: tuple[UpResult, ...]


class DownAnswer(msgspec.Struct, frozen=True, array_like=True):
    """`dn.<door>` is a request with a `DownMessage`; this is the door's answer.

    `delivered`: written to the socket (QoS 0) or acknowledged by the device (QoS 1). `offline`: no such
    connection here. `expired`, `slow`: not delivered, for that reason.
    """

    outcome: Literal["delivered", "offline", "expired", "slow"]


SHARD_COUNT = 16
"""`up.<shard>` with shard = crc32(device) % 16: one device's messages stay in order at one hub."""
