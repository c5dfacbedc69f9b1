"""How is a Matter lock locked, and what must it be told to be unlocked from afar?"""

import base64
from collections.abc import Mapping

from jinn.kernel import Invalid, Names
from jinn.things.forms.matter_happening import DOOR_LOCK
from jinn.things.forms.matter_model import Action, Attributes, Feature, Order, whole
from jinn.things.thing_model import DataType, EnumType, Field, TextType
from jinn.things.values import Json

REQUIRES_PIN = 51
"""`RequirePINforRemoteOperation`."""

TIMED_MS = 10_000
"""Locks take orders in a timed exchange only, so that none can be kept and played again later."""

PIN = "pin"
_STATES = {0: "not fully locked", 1: "locked", 2: "unlocked", 3: "unlatched"}
_DOOR = {0: "open", 1: "closed", 2: "jammed", 3: "forced open", 4: "failed", 5: "ajar"}


def _state(identifier: str, names: Names, attribute: int, labels: dict[int, str]) -> Feature:
    def value_of(attributes: Attributes) -> Json:
        raw = whole(attributes.get(attribute))
        return raw if raw in labels else None

    def stated(kind: DataType) -> dict[int, Json] | None:
        return {attribute: None} if isinstance(kind, EnumType) and kind.labels == labels else None

    return Feature(
        identifier=identifier, ability="", names=names, cluster=DOOR_LOCK, attributes=(attribute,),
        type_of=lambda _: EnumType(labels=labels), value_of=value_of, stated=stated,
    )  # fmt: skip


LOCK_FEATURES: tuple[Feature, ...] = (
    _state("lock_state", Names(en="lock", zh="门锁"), 0, _STATES),
    _state("door_state", Names(en="door", zh="门"), 3, _DOOR),
)


def _ordered(identifier: str, names: Names, command: str) -> Action:
    def inputs_of(attributes: Attributes) -> Mapping[str, Field]:
        if attributes.get(REQUIRES_PIN) is not True:
            return {}
        return {PIN: Field(identifier=PIN, name="PIN", type=TextType(length=16))}

    def with_inputs(attributes: Attributes, inputs: Mapping[str, Json]) -> Order:
        pin = inputs.get(PIN)
        if attributes.get(REQUIRES_PIN) is True and not pin:
            raise Invalid("This lock wants to be told its PIN when it is asked from afar.", code="pin-needed")
        payload: dict[str, Json] = {}
        if isinstance(pin, str) and pin:
            if not pin.isascii() or not pin.isdigit():
                raise Invalid("The PIN of a lock is made of digits.", code="bad-pin")
            payload["PINCode"] = base64.b64encode(pin.encode()).decode()
        return Order(cluster=DOOR_LOCK, command=command, payload=payload, timed_ms=TIMED_MS)

    return Action(
        identifier=identifier, names=names, cluster=DOOR_LOCK, inputs_of=inputs_of, with_inputs=with_inputs,
        order_of=lambda _: Order(cluster=DOOR_LOCK, command=command, timed_ms=TIMED_MS),
    )  # fmt: skip


LOCK_ACTIONS: tuple[Action, ...] = (
    _ordered("lock", Names(en="lock", zh="上锁"), "LockDoor"),
    _ordered("unlock", Names(en="unlock", zh="开锁"), "UnlockDoor"),
)
