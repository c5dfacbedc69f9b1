"""Which words does MIoT-Spec have for what our things are, have and do? Names and numbers of its published types."""

from collections.abc import Mapping

STANDARD = "miot-spec-v2"
OWN = "jinn-spec"
"""The namespace of types that MIoT-Spec does not define; it provides for one of each maker."""

DEVICES: Mapping[str, tuple[str, str]] = {
    "light": ("light", "0000A001"),
    "switch": ("switch", "0000A003"),
    "air_conditioner": ("air-conditioner", "0000A004"),
    "fan": ("fan", "0000A005"),
    "vacuum": ("vacuum", "0000A006"),
    "curtain": ("curtain", "0000A00C"),
    "fridge": ("fridge", "0000A00F"),
    "television": ("television", "0000A010"),
    "motion_sensor": ("motion-sensor", "0000A014"),
    "speaker": ("speaker", "0000A015"),
    "door_sensor": ("magnet-sensor", "0000A016"),
}
"""Kind → name and number of the device type."""

SERVICES: Mapping[str, tuple[str, str]] = {
    "light": ("light", "00007802"),
    "switch": ("switch", "0000780C"),
    "air_conditioner": ("air-conditioner", "0000780F"),
    "fan": ("fan", "00007808"),
    "vacuum": ("vacuum", "00007810"),
    "curtain": ("curtain", "00007816"),
    "fridge": ("fridge", "00007819"),
    "speaker": ("speaker", "0000781C"),
    "motion_sensor": ("motion-sensor", "00007825"),
    "door_sensor": ("magnet-sensor", "00007827"),
}
BATTERY_SERVICE = ("battery", "00007805")
INFORMATION_SERVICE = ("device-information", "00007801")

PROPERTIES: Mapping[str, tuple[str, str, str]] = {
    "power": ("on", "00000006", "on"),
    "mode": ("mode", "00000008", "mode"),
    "activity": ("status", "00000007", "state"),
    "humidity": ("relative-humidity", "0000000C", "humidity"),
    "brightness": ("brightness", "0000000D", "brightness"),
    "color_temperature": ("color-temperature", "0000000F", "color_temperature"),
    "volume": ("volume", "00000013", "volume"),
    "battery": ("battery-level", "00000014", "battery"),
    "fan_speed": ("fan-level", "00000016", "fan"),
    "child_lock": ("physical-controls-locked", "0000001D", "child_lock"),
    "temperature": ("temperature", "00000020", "temperature"),
    "target_temperature": ("target-temperature", "00000021", "target_temperature"),
    "pm25": ("pm2.5-density", "00000034", "pm25"),
    "position": ("target-position", "0000003B", "position"),
    "mute": ("mute", "00000040", "mute"),
    "illuminance": ("illumination", "0000004E", "illuminance"),
    "motion": ("motion-state", "0000007D", "motion"),
}
"""Ability → name and number of the property type, and the identifier that a reader gives it.

An open door is not among them: `contact-state` is true while the door is *shut*. Nor is a colour as text: theirs is
a number.
"""

ACTIONS: Mapping[str, tuple[str, str, str]] = {
    "dock": ("start-charge", "00002802", "dock"),
    "start": ("start-sweep", "00002804", "start"),
    "stop": ("stop-sweeping", "00002805", "stop"),
    "clean_area": ("start-room-sweep", "00002826", "clean_area"),
    "toggle": ("toggle", "00002811", "toggle"),
}
SWEEPING = frozenset({"start", "stop", "clean_area", "dock"})
"""Of a vacuum only; others start and stop something else."""

UNITS: Mapping[str, tuple[str, str]] = {
    "percentage": ("%", "percent"),
    "celsius": ("°C", "degree Celsius"),
    "fahrenheit": ("°F", "degree Fahrenheit"),
    "kelvin": ("K", "kelvin"),
    "seconds": ("s", "second"),
    "minutes": ("min", "minute"),
    "hours": ("h", "hour"),
    "days": ("d", "day"),
    "lux": ("lx", "lux"),
    "pascal": ("Pa", "pascal"),
    "arcdegrees": ("°", "degree"),
    "watt": ("W", "watt"),
    "ppm": ("ppm", "parts per million"),
    "μg/m3": ("μg/m³", "microgram per cubic metre"),
    "mg/m3": ("mg/m³", "milligram per cubic metre"),
}
"""MIoT's unit → our symbol and name."""

UNIT_OF = {symbol: unit for unit, (symbol, _) in UNITS.items()}

READ_NAMES: Mapping[str, str] = {
    "contact-state": "contact_made",
    **{name: identifier for name, _, identifier in PROPERTIES.values()},
}
ACTION_NAMES: Mapping[str, str] = {name: identifier for name, _, identifier in ACTIONS.values()}
KIND_OF: Mapping[str, str] = {name: kind for kind, (name, _) in DEVICES.items()}
"""MIoT's names → ours. `contact_made` has no ability: taken for an open door, it would say the opposite."""
