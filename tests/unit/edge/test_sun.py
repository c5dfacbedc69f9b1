"""Does the sun rise where and when almanacs say? Times in UTC, as public almanacs give them, to the minute."""

from datetime import UTC, date, datetime, timedelta

import pytest

from jinn.edge.sun import Place, is_sun_up, sun_times

GREENWICH = Place(latitude=51.4769, longitude=0.0)
BEIJING = Place(latitude=39.9042, longitude=116.4074)
SYDNEY = Place(latitude=-33.8688, longitude=151.2093)
QUITO = Place(latitude=-0.1807, longitude=-78.4678)
TROMSO = Place(latitude=69.6492, longitude=18.9553)


@pytest.mark.parametrize(
    ("place", "day", "rises", "sets"),
    [
        (GREENWICH, date(2024, 6, 20), "03:43", "20:21"),
        (GREENWICH, date(2024, 12, 21), "08:03", "15:53"),
        (BEIJING, date(2024, 3, 20), "22:16", "10:26"),
        (SYDNEY, date(2024, 12, 21), "18:41", "09:05"),
        (QUITO, date(2024, 9, 22), "11:03", "23:09"),
    ],
)
def test_the_sun_keeps_the_hours_of_the_almanac(place: Place, day: date, rises: str, sets: str) -> None:
    times = sun_times(day, place)
    assert times.sunrise is not None
    assert times.sunset is not None
    for told, found in ((rises, times.sunrise), (sets, times.sunset)):
        hours, minutes = (int(part) for part in told.split(":"))
        far_min = abs((found.hour * 60 + found.minute + found.second / 60) - (hours * 60 + minutes))
        assert min(far_min, 1440 - far_min) <= 2


def test_in_the_polar_night_it_neither_rises_nor_sets() -> None:
    assert sun_times(date(2024, 12, 21), TROMSO).sunrise is None
    assert not is_sun_up(datetime(2024, 12, 21, 11, tzinfo=UTC), TROMSO)
    assert is_sun_up(datetime(2024, 6, 21, 23, 30, tzinfo=UTC), TROMSO)


def test_it_is_up_between_rising_and_setting() -> None:
    for number in range(0, 365, 7):
        times = sun_times(date(2025, 1, 1) + timedelta(days=number), BEIJING)
        assert times.sunrise is not None
        assert times.sunset is not None
        assert times.sunrise < times.sunset
        for moment, is_up in ((times.sunrise, False), (times.sunset, True)):
            assert is_sun_up(moment - timedelta(minutes=3), BEIJING) is is_up
            assert is_sun_up(moment + timedelta(minutes=3), BEIJING) is not is_up
