"""Which features of Matter only measure?"""

from collections.abc import Callable

from jinn.kernel import Names
from jinn.things.forms.matter_model import Attributes, Feature, whole
from jinn.things.forms.matter_scales import lux_of, measured_of_lux
from jinn.things.thing_model import BoolType, DataType, NumberType
from jinn.things.values import Json

TEMPERATURE, HUMIDITY, ILLUMINANCE, PRESSURE = 0x0402, 0x0405, 0x0400, 0x0403
OCCUPANCY, BOOLEAN_STATE, POWER_SOURCE, PM25, FRIDGE_ALARM = 0x0406, 0x0045, 0x002F, 0x042A, 0x0057
_DOOR = {0: "closed", 1: "open"}


def _measured(
    identifier: str, names: Names, cluster: int, unit: tuple[str, str], *, scale: int, device_type: int
) -> Feature:
    """A measurement cluster: MeasuredValue 0, MinMeasuredValue 1, MaxMeasuredValue 2, all times `scale`."""

    def type_of(attributes: Attributes) -> DataType:
        low, high = whole(attributes.get(1)), whole(attributes.get(2))
        is_range = low is not None and high is not None and low < high
        return NumberType(
            kind="double", min=low / scale if is_range and low is not None else None,
            max=high / scale if is_range and high is not None else None, step=0.1, unit=unit[0], unit_name=unit[1],
        )  # fmt: skip

    def value_of(attributes: Attributes) -> Json:
        raw = whole(attributes.get(0))
        return None if raw is None else raw / scale

    return Feature(
        identifier=identifier, ability=identifier, names=names, cluster=cluster, attributes=(0,), type_of=type_of,
        value_of=value_of, stated=lambda kind: _stated_range(kind, scale), device_type=device_type,
    )  # fmt: skip


def _stated_range(kind: DataType, scale: int) -> dict[int, Json] | None:
    if not isinstance(kind, NumberType):
        return None
    low = None if kind.min is None else max(-32_767, round(kind.min * scale))
    high = None if kind.max is None else min(32_767, round(kind.max * scale))
    return {0: None, 1: low, 2: high}


def _lux_type(attributes: Attributes) -> DataType:
    return NumberType(kind="double", min=0, max=200_000, step=0.1, unit="lx", unit_name="lux")


def _lux_stated(kind: DataType) -> dict[int, Json] | None:
    if not isinstance(kind, NumberType):
        return None
    return {0: None, 1: 1, 2: measured_of_lux(kind.max if kind.max is not None else 100_000)}


def _lux_value(attributes: Attributes) -> Json:
    raw = whole(attributes.get(0))
    return None if raw is None else lux_of(raw)


def _battery_value(attributes: Attributes) -> Json:
    """Half percents."""
    raw = whole(attributes.get(12))
    return None if raw is None else min(100, raw // 2)


def _truth(
    identifier: str, ability: str, names: Names, cluster: int, attribute: int, *, flip: bool = False,
    labels: dict[int, str] | None = None, device_type: int = 0,
) -> Feature:  # fmt: skip
    """True or false, or the lowest bit of a bitmap."""

    def value_of(attributes: Attributes) -> Json:
        raw = attributes.get(attribute)
        if not isinstance(raw, bool | int):
            return None
        return int(bool(int(raw) & 1) is not flip)

    return Feature(
        identifier=identifier, ability=ability, names=names, cluster=cluster, attributes=(attribute,),
        type_of=lambda _: BoolType(labels=labels or {}), value_of=value_of, device_type=device_type,
        stated=lambda kind: {attribute: flip} if isinstance(kind, BoolType) else None,
    )  # fmt: skip


def _number(
    identifier: str, names: Names, at: tuple[int, int], kind: NumberType, value_of: Callable[[Attributes], Json],
    *, device_type: int,
) -> Feature:  # fmt: skip
    return Feature(
        identifier=identifier, ability=identifier, names=names, cluster=at[0], attributes=(at[1],),
        type_of=lambda _: kind, value_of=value_of, device_type=device_type,
        stated=lambda stated: {at[1]: None} if isinstance(stated, NumberType) else None,
    )  # fmt: skip


def _pm25_value(attributes: Attributes) -> Json:
    raw = attributes.get(0)
    return round(float(raw), 1) if isinstance(raw, int | float) and not isinstance(raw, bool) else None


_CELSIUS = ("°C", "degree Celsius")

AIR_TEMPERATURE = _measured(
    "temperature", Names(en="temperature", zh="温度"), TEMPERATURE, _CELSIUS, scale=100, device_type=0x0302
)
COLD_TEMPERATURE = _measured(
    "cold_temperature", Names(en="fridge temperature", zh="冷藏温度"), TEMPERATURE, _CELSIUS, scale=100, device_type=0
)
FREEZER_TEMPERATURE = _measured(
    "freezer_temperature", Names(en="freezer temperature", zh="冷冻温度"), TEMPERATURE, _CELSIUS, scale=100,
    device_type=0,
)  # fmt: skip

CONTACT = _truth(
    "open", "contact", Names(en="door", zh="门"), BOOLEAN_STATE, 0, flip=True, labels=_DOOR, device_type=0x0015
)
WATER_LEAK = _truth("water_leak", "", Names(en="water leak", zh="漏水"), BOOLEAN_STATE, 0)
FREEZING = _truth("freezing", "", Names(en="freezing", zh="结冰"), BOOLEAN_STATE, 0)
RAIN = _truth("rain", "", Names(en="rain", zh="下雨"), BOOLEAN_STATE, 0)
FRIDGE_DOOR = _truth("door", "contact", Names(en="door", zh="门"), FRIDGE_ALARM, 2, labels=_DOOR)

BATTERY = _number(
    "battery", Names(en="battery", zh="电量"), (POWER_SOURCE, 12),
    NumberType(kind="int", min=0, max=100, step=1, unit="%", unit_name="percent"), _battery_value, device_type=0x0011,
)  # fmt: skip

SENSORS: tuple[Feature, ...] = (
    AIR_TEMPERATURE,
    _measured("humidity", Names(en="humidity", zh="湿度"), HUMIDITY, ("%", "percent"), scale=100, device_type=0x0307),
    _measured("pressure", Names(en="pressure", zh="气压"), PRESSURE, ("hPa", "hectopascal"), scale=1,
              device_type=0x0305),
    Feature(
        identifier="illuminance", ability="illuminance", names=Names(en="illuminance", zh="光照度"),
        cluster=ILLUMINANCE, attributes=(0,), type_of=_lux_type, value_of=_lux_value, stated=_lux_stated,
        device_type=0x0106,
    ),
    _truth("motion", "motion", Names(en="motion", zh="有人移动"), OCCUPANCY, 0, device_type=0x0107),
    _number("pm25", Names(en="PM2.5", zh="细颗粒物"), (PM25, 0),
            NumberType(kind="double", min=0, step=0.1, unit="μg/m³", unit_name="microgram per cubic metre"),
            _pm25_value, device_type=0x002C),
    BATTERY,
    FRIDGE_DOOR,
)  # fmt: skip
