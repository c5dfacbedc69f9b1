"""Which part of the home is a robot to clean? The areas of its map, one at a time or all."""

from jinn.kernel import Names
from jinn.things.forms.matter_model import Attributes, Feature, Order, whole
from jinn.things.thing_model import EnumType
from jinn.things.values import Json

SERVICE_AREA = 0x0150
EVERYWHERE = 0
AREAS_MAX = 255
_SUPPORTED, _SELECTED, _CURRENT = 0, 2, 3


def _areas(attributes: Attributes) -> dict[int, str]:
    """Number of ours → what the robot calls it. Ours are one more than its own: 0 is everywhere."""
    found: dict[int, str] = {}
    listed = attributes.get(_SUPPORTED)
    for area in listed[:AREAS_MAX] if isinstance(listed, list) else ():
        number = whole(area.get("0")) if isinstance(area, dict) else None
        if isinstance(area, dict) and number is not None and 0 <= number < 2**31 - 1:
            found[number + 1] = _called(area.get("2")) or f"area {number}"
    return found


def _called(info: Json) -> str:
    location = info.get("0") if isinstance(info, dict) else None
    name = location.get("0") if isinstance(location, dict) else None
    return "".join(sign for sign in name if sign.isprintable()).strip()[:64] if isinstance(name, str) else ""


def _selected(attributes: Attributes) -> Json:
    """None when it was told several elsewhere, for which there is no word here."""
    selected = attributes.get(_SELECTED)
    if not isinstance(selected, list):
        return None
    if not selected or len(selected) == len(_areas(attributes)):
        return EVERYWHERE
    number = whole(selected[0])
    return number + 1 if len(selected) == 1 and number is not None else None


def _current(attributes: Attributes) -> Json:
    number = whole(attributes.get(_CURRENT))
    return None if number is None else number + 1


def _select(value: Json, _: Attributes) -> Order:
    assert isinstance(value, int)
    payload: dict[str, Json] = {"newAreas": [] if value == EVERYWHERE else [value - 1]}
    return Order(cluster=SERVICE_AREA, command="SelectAreas", payload=payload)


AREA_FEATURES: tuple[Feature, ...] = (
    Feature(
        identifier="clean_area", ability="", names=Names(en="area to clean", zh="清扫区域"), cluster=SERVICE_AREA,
        attributes=(_SELECTED,), value_of=_selected, order_of=_select, stated=lambda _: None,
        type_of=lambda attributes: EnumType(labels={EVERYWHERE: "everywhere", **_areas(attributes)}),
    ),
    Feature(
        identifier="current_area", ability="", names=Names(en="area being cleaned", zh="正在清扫的区域"),
        cluster=SERVICE_AREA, attributes=(_CURRENT,), value_of=_current, stated=lambda _: None,
        type_of=lambda attributes: EnumType(labels=_areas(attributes) or {1: "area 0"}),
    ),
)  # fmt: skip
