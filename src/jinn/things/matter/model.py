"""What the Matter server says: its messages, and what of them the rest of us needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from jinn.things.values import Json

SCHEMA_SPOKEN = 11
"""The newest version of the server's protocol that is spoken here."""


class ServerInfo(msgspec.Struct, frozen=True):
    """The first message of every connection."""

    fabric_id: int
    compressed_fabric_id: int
    schema_version: int
    min_supported_schema_version: int
    sdk_version: str = ""
    wifi_credentials_set: bool = False
    thread_credentials_set: bool = False
    bluetooth_enabled: bool = False


class Incoming(msgspec.Struct, frozen=True):
    """Any later message: the answer to a request, or an event."""

    message_id: str | None = None
    result: msgspec.Raw = msgspec.Raw(b"null")
    error_code: int | None = None
    details: str | None = None
    event: str | None = None
    data: msgspec.Raw = msgspec.Raw(b"null")


class WireNode(msgspec.Struct, frozen=True):
    """A node with every attribute that the server holds of it, by `endpoint/cluster/attribute`."""

    node_id: int
    available: bool = False
    is_bridge: bool = False
    attributes: dict[str, object] = {}


class WireEvent(msgspec.Struct, frozen=True):
    """Something that happened on a node; `event_number` only grows, as long as the node is not made anew."""

    node_id: int
    endpoint_id: int
    cluster_id: int
    event_id: int
    event_number: int = 0
    data: dict[str, object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterNode:
    """A node as it is now."""

    id: int
    is_available: bool
    attributes: dict[str, Json] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Listed:
    """The server is there, with these nodes: all of them, and none besides."""

    info: ServerInfo
    nodes: tuple[MatterNode, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """A node is new or was described anew."""

    node: MatterNode


@dataclass(frozen=True, slots=True)
class Gone:
    """A node is no longer of this fabric."""

    node_id: int


@dataclass(frozen=True, slots=True)
class Changed:
    """One attribute of a node has this value now."""

    node_id: int
    path: str
    value: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """Something happened on a node that is no value: a press.

    Attributes:
        number: grows with each of a node's events.
        outputs: what is told of it, in the node's words.
    """

    node_id: int
    endpoint: int
    cluster: int
    event: int
    number: int
    outputs: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Lost:
    """The server is away; nothing is known of any node."""


Happening = Listed | Seen | Gone | Changed | Happened | Lost
