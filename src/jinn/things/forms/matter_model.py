"""What is a feature of Matter: one thing that a cluster says or can be told, in our words?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from jinn.kernel import Names
from jinn.things.thing_model import DataType, EventKind, Field
from jinn.things.values import Json

Attributes = Mapping[int, Json]
"""Those of one cluster on one endpoint, by number."""

FEATURE_MAP, ACCEPTED_COMMANDS = 65532, 65529
DESCRIPTOR, BASIC_INFORMATION = 0x001D, 0x0028


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a node is told: a command with its payload, or, without a name, an attribute to write.

    Attributes:
        timed_ms: the exchange is a timed one of so long; 0: it is not.
    """

    cluster: int
    command: str = ""
    payload: Mapping[str, Json] = field(default_factory=dict)
    attribute: int = 0
    value: Json = None
    timed_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Feature:
    """A property as a cluster has it.

    Attributes:
        attributes: those that its value is made of; the first must be there.
        type_of: its data type, by what the cluster says of its bounds.
        value_of: its value; None while the node knows none.
        order_of: what sets it; None when it can only be read.
        echo: attribute → what an order calls it, where our unit and theirs do not fit exactly: a node that says the
            very number that it was told does what was asked, although that number alone means a little else.
        stated: the attributes that say such a data type, for a node that is written down; None when it cannot be said.
        device_type: of the endpoint that such a feature stands on when the thing's own has no room for it; 0: it has.
    """

    identifier: str
    ability: str
    names: Names
    cluster: int
    attributes: tuple[int, ...]
    type_of: Callable[[Attributes], DataType]
    value_of: Callable[[Attributes], Json]
    order_of: Callable[[Json, Attributes], Order] | None = None
    stated: Callable[[DataType], dict[int, Json] | None]
    device_type: int = 0
    echo: Mapping[int, str] = field(default_factory=dict)

    def is_obeyed(self, order: "Order", attributes: "Attributes") -> bool:
        """Whether a node that says this has done exactly what it was told."""
        if not self.echo:
            return False
        return all(attributes.get(attribute) == order.payload.get(word) for attribute, word in self.echo.items())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Action:
    """A service as a cluster has it: an order that needs no more said, or one with inputs.

    Attributes:
        inputs_of: what this node has to be told besides.
        with_inputs: the order with that; None: there is nothing besides. Raises `Invalid`.
    """

    identifier: str
    names: Names
    cluster: int
    order_of: Callable[[Attributes], Order | None]
    """None when this node cannot do it."""
    inputs_of: Callable[[Attributes], Mapping[str, Field]] = lambda _: {}
    with_inputs: Callable[[Attributes, Mapping[str, Json]], Order] | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Happens:
    """An event as a cluster has it.

    Attributes:
        is_there: whether a node with these attributes can ever say it.
        words: output → what the node calls it.
    """

    identifier: str
    names: Names
    cluster: int
    event: int
    kind: EventKind
    is_there: Callable[[Attributes], bool]
    outputs: Mapping[str, Field]
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Where on a node a property of ours is."""

    endpoint: int
    feature: Feature


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPoint:
    """Where on a node an event of ours happens."""

    endpoint: int
    happens: Happens


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePoint:
    """Where on a node a service of ours is."""

    endpoint: int
    action: Action


def whole(value: Json) -> int | None:
    """A whole number of a node; None for null and for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def bits(attributes: Attributes) -> int:
    """The feature map of a cluster."""
    return whole(attributes.get(FEATURE_MAP)) or 0
