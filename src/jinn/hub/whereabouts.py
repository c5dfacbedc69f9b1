"""Where the home is, and what its clock shows: from the settings, else from this machine's time zone."""

import os
import re
from datetime import tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jinn.edge import Place, read_calendar
from jinn.edge.holidays import WeekAndHolidays
from jinn.hub.settings import HomeSettings
from jinn.kernel import Invalid

_ZONES = Path("/usr/share/zoneinfo")
_COORDINATES = re.compile(r"([+-])(\d{2})(\d{2})(\d{2})?([+-])(\d{3})(\d{2})(\d{2})?")


def zone_of(home: HomeSettings) -> tzinfo:
    """The zone that is set, else this machine's. Raises `Invalid` with code `settings`."""
    name = home.timezone or local_zone_name()
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as wrong:
        raise Invalid(f"home.timezone {name!r} is no time zone of this machine.", code="settings") from wrong


def place_of(home: HomeSettings) -> Place | None:
    """Where the sun is looked at from; without a setting, the chief city of the time zone; None: nobody knows.

    Raises `Invalid` with code `settings`.
    """
    if home.latitude is None and home.longitude is None:
        return _city_of(home.timezone or local_zone_name())
    latitude, longitude = home.latitude, home.longitude
    if latitude is None or longitude is None or not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise Invalid("home.latitude and home.longitude are degrees, and belong together.", code="settings")
    return Place(latitude=latitude, longitude=longitude)


def holidays_of(home: HomeSettings) -> WeekAndHolidays:
    """Weekends, and the calendar file that is set. Raises `Invalid`: `settings`, `calendar-malformed`."""
    if home.holidays is None:
        return WeekAndHolidays()
    try:
        text = Path(home.holidays).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        raise Invalid(f"home.holidays {home.holidays!r} cannot be read.", code="settings") from wrong
    return read_calendar(text)


def local_zone_name() -> str:
    """`Europe/Berlin`, as `$TZ`, /etc/timezone or the link /etc/localtime tell; UTC when none does."""
    if (chosen := os.environ.get("TZ", "").lstrip(":")) and _is_zone(chosen):
        return chosen
    try:
        target = os.readlink("/etc/localtime")
    except OSError:
        target = ""
    _, found, name = target.partition("zoneinfo/")
    if found and _is_zone(name):
        return name
    try:
        written = Path("/etc/timezone").read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return "UTC"
    return written if _is_zone(written) else "UTC"


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _city_of(zone: str) -> Place | None:
    """From the table that the time zone database brings; UTC has no city."""
    try:
        lines = (_ZONES / "zone1970.tab").read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    for line in lines:
        fields = line.split("\t")
        if len(fields) >= 3 and fields[2] == zone and (found := _COORDINATES.fullmatch(fields[1])):
            north, east = found.groups()[:4], found.groups()[4:]
            return Place(latitude=_degrees(north), longitude=_degrees(east))
    return None


def _degrees(parts: tuple[str | None, ...]) -> float:
    sign, degrees, minutes, seconds = parts
    whole = int(degrees or 0) + int(minutes or 0) / 60 + int(seconds or 0) / 3600
    return -whole if sign == "-" else whole
