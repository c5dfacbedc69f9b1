"""When the sun rises and sets: the equations of NOAA's solar calculator, after Meeus' Astronomical Algorithms."""

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

_ZENITH_DEG = 90.833
"""The upper rim of the sun on the horizon, with the air's refraction, as almanacs count it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Degrees; north and east are positive."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SunTimes:
    """In UTC; None: the sun does not rise or set on that day."""

    sunrise: datetime | None
    sunset: datetime | None


def sun_times(day: date, place: Place) -> SunTimes:
    """The sunrise and sunset of the day that it is at that longitude; to about a minute."""
    return SunTimes(sunrise=_crossing(day, place, -1.0), sunset=_crossing(day, place, 1.0))


def is_sun_up(moment: datetime, place: Place) -> bool:
    """Whether the sun's upper rim is above the horizon."""
    declination_deg, equation_min = _sun(_julian_century(moment))
    utc_min = moment.astimezone(UTC).hour * 60 + moment.minute + moment.second / 60
    hour_deg = (utc_min + equation_min + 4 * place.longitude) / 4 - 180
    latitude, declination = math.radians(place.latitude), math.radians(declination_deg)
    height = math.sin(latitude) * math.sin(declination) + math.cos(latitude) * math.cos(declination) * math.cos(
        math.radians(hour_deg)
    )
    return height > math.cos(math.radians(_ZENITH_DEG))


def _crossing(day: date, place: Place, side: float) -> datetime | None:
    """Where the sun crosses the horizon before (-1) or after (1) noon, found from its place at about that time."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    moment = midnight + timedelta(minutes=720 - 4 * place.longitude)
    for _ in range(3):
        declination_deg, equation_min = _sun(_julian_century(moment))
        latitude, declination = math.radians(place.latitude), math.radians(declination_deg)
        cosine = math.cos(math.radians(_ZENITH_DEG)) / (math.cos(latitude) * math.cos(declination)) - math.tan(
            latitude
        ) * math.tan(declination)
        if not -1 <= cosine <= 1:
            return None
        hour_deg = math.degrees(math.acos(cosine))
        moment = midnight + timedelta(minutes=720 - 4 * place.longitude - equation_min + side * 4 * hour_deg)
    return moment


def _julian_century(moment: datetime) -> float:
    return (moment.timestamp() / 86_400 + 2_440_587.5 - 2_451_545) / 36_525


def _sun(century: float) -> tuple[float, float]:
    """The sun's declination in degrees, and the equation of time in minutes."""
    mean_longitude = (280.46646 + century * (36_000.76983 + century * 0.0003032)) % 360
    anomaly = math.radians(357.52911 + century * (35_999.05029 - 0.0001537 * century))
    eccentricity = 0.016708634 - century * (0.000042037 + 0.0000001267 * century)
    centre = (
        math.sin(anomaly) * (1.914602 - century * (0.004817 + 0.000014 * century))
        + math.sin(2 * anomaly) * (0.019993 - 0.000101 * century)
        + math.sin(3 * anomaly) * 0.000289
    )
    node = math.radians(125.04 - 1934.136 * century)
    apparent = math.radians(mean_longitude + centre - 0.00569 - 0.00478 * math.sin(node))
    seconds = 21.448 - century * (46.815 + century * (0.00059 - century * 0.001813))
    obliquity = math.radians(23 + (26 + seconds / 60) / 60 + 0.00256 * math.cos(node))
    declination = math.degrees(math.asin(math.sin(obliquity) * math.sin(apparent)))
    y = math.tan(obliquity / 2) ** 2
    longitude = math.radians(mean_longitude)
    equation = math.degrees(
        y * math.sin(2 * longitude)
        - 2 * eccentricity * math.sin(anomaly)
        + 4 * eccentricity * y * math.sin(anomaly) * math.cos(2 * longitude)
        - 0.5 * y * y * math.sin(4 * longitude)
        - 1.25 * eccentricity * eccentricity * math.sin(2 * anomaly)
    )
    return declination, 4 * equation
