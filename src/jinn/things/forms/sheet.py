"""What must a device of this model do? A list of checks, made of the model alone."""

import re
from typing import Literal

import msgspec

from jinn.things.model import Product
from jinn.things.thing_model import BoolType, DataType, EnumType, NumberType, Property, TextType
from jinn.things.values import Json

CheckKind = Literal["reports", "sets", "refuses-value", "refuses-write", "refuses-name", "calls", "refuses-call"]

OPTIONS_TRIED_MAX = 12
_NO_SUCH = "no_such_thing_here"


class Check(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing to do, and what must come of it.

    Attributes:
        name: the property or service; empty for the whole device.
        value: what is asked.
    """

    id: str
    kind: CheckKind
    does: str
    expects: str
    name: str = ""
    value: object = None


class CheckDone(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a check; `saw` is what there was instead, or besides."""

    id: str
    does: str
    expects: str
    is_passed: bool
    saw: str = ""


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """All checks of a model, in the order in which they are made."""

    product: str
    checks: list[Check]


class SheetResult(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a sheet on one device; `is_restored`: everything that was set is as it was before."""

    thing: str
    product: str
    is_restored: bool
    checks: list[CheckDone]


def sheet_of(product: Product) -> Sheet:
    """Every property reported, set at its ends and refused beyond them; every service answered."""
    checks: list[Check] = []
    for member in product.model.properties.values():
        checks.append(_reports(member))
        if member.is_writable:
            checks += _sets(member) + _refusals(member)
        else:
            value = next(iter(samples(member)), 0)
            checks.append(Check(
                id=f"{member.identifier}-read-only", kind="refuses-write", name=member.identifier, value=value,
                does=f"asks for {member.identifier} = {value!r} although it can be read only",
                expects="it answers that it will not, and stays as it is",
            ))  # fmt: skip
    checks.append(Check(
        id="unknown-property", kind="refuses-name", name=_NO_SUCH, value=1,
        does="asks for a property that is not there", expects="it answers that there is none",
    ))  # fmt: skip
    for service in product.model.services.values():
        if not service.inputs:
            checks.append(Check(
                id=f"{service.identifier}-answers", kind="calls", name=service.identifier,
                does=f"calls {service.identifier}", expects="it answers, with yes or with a reason",
            ))  # fmt: skip
    checks.append(Check(
        id="unknown-service", kind="refuses-call", name=_NO_SUCH, does="calls a service that is not there",
        expects="it answers that there is none, or nothing at all, and stays connected",
    ))  # fmt: skip
    return Sheet(product=product.product_key, checks=checks)


def samples(member: Property) -> list[Json]:
    """Values that a property must be able to have: the ends and the middle of its range, or every option."""
    kind = member.type
    match kind:
        case BoolType():
            found: list[Json] = [0, 1]
        case EnumType():
            found = [*list(kind.labels)[:OPTIONS_TRIED_MAX]]
        case NumberType(min=float() | int() as low, max=float() | int() as high):
            middle = low + (high - low) / 2
            if kind.step:
                middle = low + round((middle - low) / kind.step) * kind.step
            plain = [low, middle, high]
            found = [int(one) if kind.kind == "int" else round(one, 6) for one in plain if low <= one <= high]
        case TextType():
            # A colour is the one text whose shape we know; what other texts may say only their device knows.
            found = ["#ff8800", "#00ff00"] if _is_color(member) and kind.length >= 7 else []
        case _:
            found = []
    return found


def beyond(kind: DataType) -> list[tuple[str, Json]]:
    """Values that a property must refuse, each with what is wrong with it."""
    match kind:
        case NumberType():
            found: list[tuple[str, Json]] = [("wrong-type", "warm")]
            if kind.max is not None:
                found.append(("above", _beside(kind.max, kind.step or 1, kind)))
            if kind.min is not None:
                found.append(("below", _beside(kind.min, -(kind.step or 1), kind)))
        case BoolType():
            found = [("neither", 2), ("wrong-type", "on")]
        case EnumType():
            found = [("no-option", max(kind.labels) + 1), ("wrong-type", "auto")]
        case TextType():
            found = [("too-long", "x" * (kind.length + 1)), ("wrong-type", 7)]
        case _:
            found = [("wrong-type", True)]
    return found


def _reports(member: Property) -> Check:
    return Check(
        id=f"{member.identifier}-reported", kind="reports", name=member.identifier,
        does=f"looks at what it said of {member.identifier}", expects="it has said it, and the value fits the model",
    )  # fmt: skip


def _sets(member: Property) -> list[Check]:
    return [
        Check(
            id=f"{member.identifier}-set-{_slug(value)}", kind="sets", name=member.identifier, value=value,
            does=f"asks for {member.identifier} = {value!r}", expects="it reports that value",
        )
        for value in samples(member)
    ]  # fmt: skip


def _refusals(member: Property) -> list[Check]:
    return [
        Check(
            id=f"{member.identifier}-refuses-{what}", kind="refuses-value", name=member.identifier, value=value,
            does=f"asks for {member.identifier} = {_short(value)}",
            expects="it answers that it will not, and stays as it is",
        )
        for what, value in beyond(member.type)
    ]  # fmt: skip


def _is_color(member: Property) -> bool:
    return "color" in member.identifier.lower() or "colour" in member.identifier.lower()


def _beside(bound: float, step: float, kind: NumberType) -> Json:
    found = bound + step
    return int(found) if kind.kind == "int" else found


def _slug(value: Json) -> str:
    return re.sub(r"[^A-Za-z0-9.-]+", "", str(value)) or "value"


def _short(value: Json) -> str:
    shown = repr(value)
    return shown if len(shown) <= 40 else f"{shown[:37]}…"
