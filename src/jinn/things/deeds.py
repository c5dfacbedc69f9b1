"""Command results as deeds: the form in which a turn and the wire tell them."""

from jinn.kernel import ThingId
from jinn.language import Deed, SlotValue
from jinn.things import store
from jinn.things.model import CommandResult
from jinn.things.values import Json


def deed_of(result: CommandResult) -> Deed:
    return Deed(
        thing=ThingId(result.thing),
        property=result.property,
        asked=plain(result.asked),
        reported=plain(result.reported),
        outcome=result.outcome.value,
        ms=result.ms,
    )


def plain(value: Json) -> SlotValue | None:
    """Arrays as texts, structs as their JSON: a deed is read by people."""
    if isinstance(value, list):
        return tuple(str(item) for item in value)
    return store.encoded(value) if isinstance(value, dict) else value
