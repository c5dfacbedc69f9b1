"""The past as something that can be asked about: how warm it was, whether the door was open, when and how often."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from jinn.kernel import Clock, JinnError, Lang, ThingId, millis
from jinn.language import Card, Chart, Intent, Outcome, Reply, SpanMaker, join_replies, past_stretch
from jinn.things.answering import is_so, state_knob
from jinn.things.history import saying
from jinn.things.history.finding import Spell, figures, holes_of, known_ms, spells, times_of, unknown
from jinn.things.history.model import HOLDS_OVER_MS, Point, Series
from jinn.things.history.reading import History
from jinn.things.wishes import Handle, Knob

CHART_POINTS = 120
"""A step of four pixels on a small screen."""

LIST_MAX = 3
"""Things told of one after the other; more nobody listens to."""

MINUTE_MS = 60_000
TODAY = {Lang.EN: "today", Lang.ZH: "今天"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question of one thing, with its moments.

    Attributes:
        when: the stretch as it was said.
        has_span: one was said.
    """

    intent: Intent
    handle: Handle
    lang: Lang
    now: datetime
    when: str
    from_ms: int
    to_ms: int
    is_point: bool
    has_span: bool

    def moment(self, at_ms: int) -> datetime:
        return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(self.now.tzinfo)


class PastSkill:
    """Answers for what was. What it does not know it says, and what it could not know, too."""

    intents = frozenset({"JinnPastAbility", "JinnPastState", "JinnPastChange", "JinnPastCount", "JinnPastDuration"})

    def __init__(self, *, history: History, handle: Callable[[ThingId], Handle | None], clock: Clock) -> None:
        self._history = history
        self._handle = handle
        self._clock = clock

    async def answer(self, intents: tuple[Intent, ...], *, lang: Lang, span: SpanMaker) -> Reply:
        replies: list[Reply] = []
        with span("looked back"):
            for intent in intents:
                handles = [handle for thing in intent.targets if (handle := self._handle(thing))]
                replies += [await self._of(intent, handle, lang) for handle in handles[:LIST_MAX]]
        if not replies:
            said = "There is nothing like that in this home." if lang is Lang.EN else "家里没有这样的设备。"
            return Reply(said=said, outcome=Outcome.REFUSED)
        return join_replies(replies, lang)

    async def _of(self, intent: Intent, handle: Handle, lang: Lang) -> Reply:
        try:
            asked = self._asked(intent, handle, lang)
            if asked is None:
                return Reply(said=saying.not_yet(lang), outcome=Outcome.DONE)
            if intent.name == "JinnPastAbility":
                return await self._ability(asked)
            return await self._state(asked)
        except JinnError as no:
            return Reply(said=no.sentence, outcome=Outcome.UNAVAILABLE)

    def _asked(self, intent: Intent, handle: Handle, lang: Lang) -> Asked | None:
        """The question with its moments; None when it is about the future."""
        now = self._clock.now().astimezone()
        words, span = intent.slots.get("when"), intent.slots.get("span")
        has_span = isinstance(span, str)
        stretch = past_stretch(span if isinstance(span, str) else "0@00:00..now", now)
        if stretch.start >= now:
            return None
        return Asked(
            intent=intent,
            handle=handle,
            lang=lang,
            now=now,
            when=str(words) if has_span else TODAY[lang],
            from_ms=millis(stretch.start),
            to_ms=max(millis(stretch.end), millis(stretch.start) + 1),
            is_point=stretch.is_point,
            has_span=has_span,
        )

    async def _ability(self, asked: Asked) -> Reply:
        ability = str(asked.intent.slots.get("ability"))
        knob = asked.handle.knobs.get(ability)
        if knob is None and ability == "temperature":
            knob = asked.handle.knobs.get("cold_temperature")
        if knob is None:
            return Reply(said=saying.cannot_say(asked.handle.names, asked.lang), outcome=Outcome.DONE)
        if asked.is_point:
            return await self._ability_at(asked, knob)
        series = await self._history.series(
            asked.handle.id, knob.property, from_ms=asked.from_ms, to_ms=asked.to_ms, points=CHART_POINTS
        )
        found = figures(series)
        if series.kind != "number" or found is None:
            return await self._nothing(asked, knob)
        figure = asked.intent.slots.get("figure")
        if figure is None and knob.ability == "steps":
            figure = "highest"
        moments = {
            "highest": await self._moment(asked, knob, found.high, found.high_ms),
            "lowest": await self._moment(asked, knob, found.low, found.low_ms),
        }
        names, lang = asked.handle.names, asked.lang
        holes = [(asked.moment(start), asked.moment(end)) for start, end in
                 holes_of(series, to_ms=asked.to_ms, least_ms=2 * HOLDS_OVER_MS)]  # fmt: skip
        said = saying.figures_sentence(
            names,
            knob.ability,
            asked.when,
            found,
            lang,
            figure=str(figure) if figure else None,
            moment=moments.get(str(figure)),
            is_whole=not holes,
        )
        said += saying.holes_sentence(holes, asked.now, lang, new_from=await self._new_from(asked, knob))
        shown = {"highest": found.high, "lowest": found.low}.get(str(figure), found.mean)
        card = Card(
            title=names.of(lang),
            figure=saying.amount(shown, knob.ability, lang),
            facts=_facts(found.low, found.high, moments, knob.ability, lang),
            chart=_line(series),
        )
        return Reply(said=said, outcome=Outcome.DONE, card=card)

    async def _moment(self, asked: Asked, knob: Knob, value: float, step_ms: int) -> str:
        exact = await self._history.moment_of(
            asked.handle.id, knob.property, value, from_ms=asked.from_ms, to_ms=asked.to_ms
        )
        moment = asked.moment(exact if exact is not None else step_ms)
        is_long = asked.to_ms - asked.from_ms > 25 * 3_600_000
        if is_long:
            return saying.moment_words(moment, asked.now, asked.lang)
        return f"at {saying.clock(moment, asked.lang)}" if asked.lang is Lang.EN else saying.clock(moment, asked.lang)

    async def _ability_at(self, asked: Asked, knob: Knob) -> Reply:
        half_ms = 60 * MINUTE_MS
        around = await self._history.series(
            asked.handle.id, knob.property, from_ms=asked.from_ms - half_ms, to_ms=asked.from_ms + half_ms,
            points=CHART_POINTS,
        )  # fmt: skip
        point = next((one for one in reversed(around.points) if one.at_ms <= asked.from_ms), None)
        if point is None or point.value is None:
            return await self._nothing(asked, knob)
        names, lang = asked.handle.names, asked.lang
        option = knob.option(point.value) if around.kind == "state" else None
        value = option.of(lang) if option is not None else saying.amount(point.value, knob.ability, lang)
        said = saying.point_sentence(names, knob.ability, asked.when, value, lang)
        chart = _line(around) if around.kind == "number" else None
        return Reply(said=said, outcome=Outcome.DONE, card=Card(title=names.of(lang), figure=value, chart=chart))

    async def _new_from(self, asked: Asked, knob: Knob) -> datetime | None:
        """The start of what was asked for, where nothing had been told before it."""
        had_told = await self._history.had_told(asked.handle.id, knob.property, before_ms=asked.from_ms)
        return None if had_told else asked.moment(asked.from_ms)

    async def _nothing(self, asked: Asked, knob: Knob) -> Reply:
        was_away = await self._history.had_told(asked.handle.id, knob.property, before_ms=asked.to_ms)
        said = saying.nothing_known(asked.handle.names, asked.when, was_away=was_away, lang=asked.lang)
        return Reply(said=said, outcome=Outcome.DONE)

    async def _state(self, asked: Asked) -> Reply:
        state = str(asked.intent.slots.get("state"))
        knob = state_knob(asked.handle, state)
        names, lang = asked.handle.names, asked.lang
        if knob is None:
            return Reply(said=saying.cannot_say(names, lang), outcome=Outcome.DONE)
        if asked.intent.name == "JinnPastChange" and not asked.has_span:
            return await self._last(asked, knob, state)
        rows = await self._history.changes(asked.handle.id, knob.property, from_ms=asked.from_ms, to_ms=asked.to_ms)
        gaps = await self._history.gaps(
            asked.handle.id, from_ms=asked.from_ms, to_ms=asked.to_ms, told=rows[0] if rows else None
        )
        found = spells(rows, gaps, from_ms=asked.from_ms, to_ms=asked.to_ms, is_so=_test(knob, state))
        if not found:
            return await self._nothing(asked, knob)
        if asked.is_point:
            said = saying.state_at(names, state, asked.when, holds=found[0].is_so, lang=lang)
            return Reply(said=said, outcome=Outcome.DONE)
        said, figure = _told_state(asked, state, found, await self._new_from(asked, knob))
        times = [asked.moment(at_ms) for at_ms in times_of(found)]
        steps = await self._history.series(
            asked.handle.id, knob.property, from_ms=asked.from_ms, to_ms=asked.to_ms, points=CHART_POINTS
        )
        facts = tuple(saying.clock(moment, lang) for moment in times[-3:])
        card = Card(title=names.of(lang), figure=figure, facts=facts, chart=_steps(steps, knob))
        return Reply(said=said, outcome=Outcome.DONE, card=card)

    async def _last(self, asked: Asked, knob: Knob, state: str) -> Reply:
        names, lang, now_ms = asked.handle.names, asked.lang, millis(asked.now)
        found = await self._history.last_change(
            asked.handle.id, knob.property, _test(knob, state), before_ms=now_ms + 1
        )
        if found is not None:
            said = saying.last_sentence(names, state, asked.moment(found.at_ms), asked.now, lang)
            return Reply(said=said, outcome=Outcome.DONE, card=Card(title=names.of(lang), facts=(said,)))
        first = await self._history.first_of(asked.handle.id, knob.property)
        since = asked.moment(first.at_ms) if first is not None else None
        return Reply(said=saying.never_sentence(names, state, since, asked.now, lang), outcome=Outcome.DONE)


def _told_state(asked: Asked, state: str, found: Sequence[Spell], new_from: datetime | None) -> tuple[str, str | None]:
    """The sentence about a stretch, and the figure for the card."""
    names, lang, when = asked.handle.names, asked.lang, asked.when
    times = [asked.moment(at_ms) for at_ms in times_of(found)]
    so = [spell for spell in found if spell.is_so]
    length = timedelta(milliseconds=known_ms(so))
    holes = unknown(found, from_ms=asked.from_ms, to_ms=asked.to_ms, least_ms=2 * HOLDS_OVER_MS)
    figure: str | None = None
    match asked.intent.name:
        case "JinnPastCount":
            said, figure = saying.count_sentence(names, state, when, times, lang), str(len(times))
        case "JinnPastChange":
            said = saying.times_sentence(names, state, when, times, lang)
        case "JinnPastDuration":
            said = saying.duration_sentence(names, state, when, length, lang)
            figure = saying.length_words(length, lang) if length else None
        case _:
            spans = [(asked.moment(spell.start_ms), asked.moment(spell.end_ms)) for spell in so]
            is_all = len(so) == len(found) and not holes
            said = saying.state_sentence(names, state, when, spans, is_all=is_all, length=length, lang=lang)
    missing = [(asked.moment(start), asked.moment(end)) for start, end in holes]
    return said + saying.holes_sentence(missing, asked.now, lang, new_from=new_from), figure


def _test(knob: Knob, state: str) -> Callable[[float], bool]:
    """Whether a value of that property is the state that was asked for."""
    return lambda value: bool(is_so(replace(knob, value=int(value)), state))


def _facts(low: float, high: float, moments: Mapping[str, str], ability: str, lang: Lang) -> tuple[str, ...]:
    most, least = (saying.amount(value, ability, lang) for value in (high, low))
    if most == least:
        return ()
    if lang is Lang.EN:
        return f"Highest {most} {moments['highest']}", f"Lowest {least} {moments['lowest']}"
    return f"最高{most}，{moments['highest']}", f"最低{least}，{moments['lowest']}"


def _line(series: Series) -> Chart:
    return Chart(unit=series.unit, points=tuple(map(_place, series.points)), from_ms=series.from_ms, to_ms=series.to_ms)


def _steps(series: Series, knob: Knob) -> Chart:
    """A switch as steps; where it changed within one step the card shows that it was so at all."""
    shown = [
        (point.at_ms, None if point.value is None else max(point.value, point.high or 0.0)) for point in series.points
    ]
    unit = "%" if knob.ability == "position" else ""
    return Chart(unit=unit, points=tuple(shown), from_ms=series.from_ms, to_ms=series.to_ms, is_steps=True)


def _place(point: Point) -> tuple[int, float | None]:
    return point.at_ms, None if point.value is None else round(point.value, 2)
