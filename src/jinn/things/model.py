"""What the home has: products and things, and what came of a command."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from jinn.kernel import AreaId, CommandId, Invalid, Names, Secret, ThingId
from jinn.things.meaning import Meaning
from jinn.things.thing_model import ThingModel
from jinn.things.values import Json

_SAFE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_DEVICE_NAME = re.compile(r"[A-Za-z0-9_.:@-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A make of things.

    Attributes:
        version: of its model; grows by one with each model that differs.
        kind: light, curtain, air_conditioner, … ; `domain` and `device_class` as Home Assistant spells them.
        property_names, service_names, event_names: what people call them, by identifier.
        option_names: what people call the values of an enum or bool property, by identifier and value.
        update_key: the public key (Ed25519, 64 hexadecimal digits) of who may sign its firmware; None: nobody.
    """

    product_key: str
    model: ThingModel
    meaning: Meaning
    kind: str
    domain: str
    names: Names
    device_class: str | None = None
    version: int = 1
    property_names: Mapping[str, Names] = field(default_factory=dict)
    option_names: Mapping[str, Mapping[int, Names]] = field(default_factory=dict)
    service_names: Mapping[str, Names] = field(default_factory=dict)
    event_names: Mapping[str, Names] = field(default_factory=dict)
    update_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """A device as the home knows it.

    Attributes:
        gateway: the thing over whose connection this one speaks; None: it has its own.
    """

    id: ThingId
    product_key: str
    device_name: str
    secret: Secret = field(compare=False)
    names: Names
    area: AreaId | None = None
    gateway: ThingId | None = None
    is_enabled: bool = True
    created_ms: int = 0

    @property
    def device(self) -> str:
        """`productKey&deviceName`, its name on the wire."""
        return f"{self.product_key}&{self.device_name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCredentials:
    """What a device needs to connect."""

    thing: ThingId
    product_key: str
    device_name: str
    device_secret: Secret


class CommandOutcome(StrEnum):
    """What came of one asked value."""

    CONFIRMED = "confirmed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    TIMED_OUT = "timed_out"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandResult:
    """What came of one property of a command.

    Attributes:
        reported: what the thing itself says now; None when it has never said.
        ms: from the call to the outcome.
        code: the thing's own code when it refused; else why, in our words; empty when there is nothing to say.
    """

    thing: ThingId
    property: str
    asked: Json
    reported: Json
    outcome: CommandOutcome
    ms: float
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceResult:
    """What came of a service call; `outputs` is what the thing answered."""

    thing: ThingId
    service: str
    command: CommandId
    outcome: CommandOutcome
    outputs: Mapping[str, Json]
    ms: float
    code: str = ""


def checked_name(text: str, what: str) -> str:
    """A product key, device name or id that is safe in every subject, topic, path and URL.

    Raises:
        Invalid: code `bad-name`.
    """
    if not _SAFE.fullmatch(text):
        raise Invalid(f"{text[:80]!r} cannot be a {what}: 1 to 64 of A-Z, a-z, 0-9, _ and -.", code="bad-name")
    return text


def checked_device_name(text: str) -> str:
    """A device name as its maker burnt it in; it stands in topics, not in subjects or paths.

    Raises:
        Invalid: code `bad-name`.
    """
    if not is_device_name(text):
        raise Invalid(
            f"{text[:80]!r} cannot be a device name: 1 to 64 of A-Z, a-z, 0-9, _, -, ., : and @.", code="bad-name"
        )
    return text


def is_device_name(text: str) -> bool:
    return _DEVICE_NAME.fullmatch(text) is not None


def is_safe_name(text: str) -> bool:
    return _SAFE.fullmatch(text) is not None
