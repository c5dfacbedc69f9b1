"""What waits for a screen: each thing once and as it is last, numbers without a gap, a bound for the rest."""

import anyio
import anyio.lowlevel
import msgspec
import pytest

from jinn.hub.screen_line import FORMS_MAX, PENDING_MAX, Forms, Pace, ScreenLine
from jinn.hub.screen_wire import Answer, RulesChanged
from jinn.kernel import ThingId
from jinn.things import WireThing
from jinn.things.products import WireNames

pytestmark = pytest.mark.anyio

LAMP, DOOR = ThingId("lamp"), ThingId("door")


class Things:
    """Things whose versions the test counts."""

    def __init__(self) -> None:
        self.versions = {LAMP: 1, DOOR: 1}
        self.made = 0

    def thing(self, thing_id: ThingId) -> WireThing | None:
        self.made += 1
        version = self.versions.get(thing_id)
        if version is None:
            return None
        return WireThing(
            id=thing_id, product_key="k", device_name="d", kind="light", names=WireNames(en="lamp", zh="灯"), area=None,
            online=True, seen_ms=1, version=version, specs=[], properties={}, services=[], events=[],
        )  # fmt: skip


async def sent(line: ScreenLine) -> dict[str, object]:
    text = await line.next()
    assert text is not None
    return dict(msgspec.json.decode(text))


async def test_a_thing_that_changes_while_it_waits_is_sent_once_as_it_is_last() -> None:
    things = Things()
    forms = Forms(things.thing)
    line = ScreenLine(forms)
    for version in range(1, 50):
        things.versions[LAMP] = version
        forms.changed(LAMP)
        line.tell_thing(LAMP)
    line.tell_thing(DOOR)
    first, second = await sent(line), await sent(line)
    assert (first["type"], first["seq"]) == ("thing", 1)
    assert first["thing"]["version"] == 49  # type: ignore[index]
    assert (second["seq"], second["thing"]["id"]) == (2, "door")  # type: ignore[index]
    assert things.made == 2


async def test_a_thing_that_changes_after_it_was_sent_is_sent_again() -> None:
    things = Things()
    forms = Forms(things.thing)
    line = ScreenLine(forms)
    line.tell_thing(LAMP)
    await sent(line)
    things.versions[LAMP] = 2
    forms.changed(LAMP)
    line.tell_thing(LAMP)
    assert (await sent(line))["thing"]["version"] == 2  # type: ignore[index]


async def test_a_thing_is_put_into_its_form_once_for_all_screens() -> None:
    things = Things()
    forms = Forms(things.thing)
    lines = [ScreenLine(forms) for _ in range(3)]
    for line in lines:
        line.tell_thing(LAMP)
    assert [(await sent(line))["seq"] for line in lines] == [1, 1, 1]
    assert things.made == 1


async def test_numbers_grow_by_one_over_all_changes_and_answers_have_none() -> None:
    things = Things()
    line = ScreenLine(Forms(things.thing))
    line.tell_thing(LAMP)
    line.tell(Answer(id="1", ok=True))
    line.tell(lambda seq: RulesChanged(seq=seq))
    del things.versions[DOOR]
    line.tell_thing(DOOR)
    told = [await sent(line) for _ in range(4)]
    assert [one["type"] for one in told] == ["thing", "answer", "rules", "thing_removed"]
    assert [one.get("seq") for one in told] == [1, None, 2, 3]


async def test_a_screen_that_is_too_far_behind_is_let_go() -> None:
    line = ScreenLine(Forms(Things().thing))
    for _ in range(PENDING_MAX):
        line.tell(lambda seq: RulesChanged(seq=seq))
        line.tell_thing(LAMP)
    assert not line.is_too_slow
    line.tell(lambda seq: RulesChanged(seq=seq))
    assert await line.next() is None


async def test_who_waits_for_news_is_woken() -> None:
    line = ScreenLine(Forms(Things().thing))
    told: list[str | None] = []

    async def wait() -> None:
        told.append(await line.next())

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(wait)
        await anyio.lowlevel.checkpoint()
        line.tell_thing(LAMP)
    assert len(told) == 1


def test_forms_are_kept_for_some_things_only() -> None:
    things = Things()
    forms = Forms(things.thing)
    for number in range(FORMS_MAX):
        forms.of(ThingId(str(number)))
    forms.of(LAMP)
    forms.of(LAMP)
    assert things.made == FORMS_MAX + 1


def test_a_thing_is_told_of_at_once_and_then_at_its_pace() -> None:
    pace = Pace(every_s=0.05)
    assert pace.is_now(LAMP, 10.0)
    assert not pace.is_now(LAMP, 10.01)
    assert not pace.is_now(LAMP, 10.02)
    assert pace.is_now(DOOR, 10.02)
    assert pace.next_s() == pytest.approx(10.05)
    assert pace.take(10.04) == []
    assert pace.take(10.06) == [LAMP]
    assert pace.next_s() is None
    assert not pace.is_now(LAMP, 10.10)
    assert pace.take(10.2) == [LAMP]


def test_a_thing_that_changes_all_the_time_is_told_of_twenty_times_a_second() -> None:
    pace, told = Pace(), 0
    for step in range(1, 1_001):
        now_s = 100 + step / 1000
        told += len(pace.take(now_s))
        told += pace.is_now(LAMP, now_s)
    assert 18 <= told <= 21
