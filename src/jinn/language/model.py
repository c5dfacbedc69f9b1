"""The words of a conversation: intents, understandings, replies and turns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from jinn.kernel import AreaId, Lang, Names, SatelliteId, ThingId, TurnId

SlotValue = str | int | float | bool | tuple[str, ...]


DeedOutcome = Literal["confirmed", "unchanged", "refused", "timed_out", "offline"]


class Layer(StrEnum):
    """Which layer understood the words."""

    EXACT = "exact"
    SOUND = "sound"
    DIALOGUE = "dialogue"


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaWords:
    """What an area of the home is called."""

    id: AreaId
    names: Names
    floor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingWords:
    """What a thing is called, where it is, and what can be said of it.

    Attributes:
        kind: light, curtain, air_conditioner, fridge, vacuum, door_sensor, speaker, television, shirt, …
        domain: the domain that Home Assistant's sentences use: light, cover, climate, vacuum, media_player, …
        device_class: as Home Assistant spells it (door, temperature, curtain, …), else None.
        abilities: what it can do, in neutral words: power, brightness, color, color_temperature, position,
            target_temperature, mode, fan_speed, volume, mute, channel, temperature, contact, battery, …
    """

    id: ThingId
    names: Names
    area: AreaId | None
    kind: str
    domain: str
    device_class: str | None = None
    abilities: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeWords:
    """Every name of one home; what understanding needs to know of it, and nothing of its state."""

    areas: tuple[AreaWords, ...] = ()
    things: tuple[ThingWords, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One thing that somebody wants.

    Attributes:
        name: the template's own name, such as HassTurnOn or JinnSetChannel.
        canon: the neutral name of the taxonomy, such as home.light.on.
        slots: by Home Assistant's slot names (name, area, floor, domain, device_class, brightness, color,
            temperature, position, volume_level, …); values as its tests spell them.
        targets: the things that are meant; empty when the intent names none.
        confidence: 0 to 1; 1 for an exact match.
        form: of a question: one, one_yesno, any, all, which or how_many; None when it is no question.
    """

    name: str
    canon: str
    slots: Mapping[str, SlotValue] = field(default_factory=dict)
    targets: tuple[ThingId, ...] = ()
    confidence: float = 1.0
    layer: Layer = Layer.EXACT
    form: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """One intent, or several in the order in which they were said."""

    intents: tuple[Intent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ambiguous:
    """The words fit several things; the answer to `choices` completes `intent`.

    Attributes:
        before: what the same sentence asked for before that, and is clear.
    """

    intent: Intent
    choices: tuple[ThingId, ...]
    before: tuple[Intent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotUnderstood:
    """Nothing fits.

    Attributes:
        unknown: the part that looked like a name but is none of this home's, when there is one.
    """

    unknown: str | None = None


Understanding = Understood | Ambiguous | NotUnderstood


class Outcome(StrEnum):
    """How a whole turn ended."""

    DONE = "done"
    ASKED = "asked"
    REFUSED = "refused"
    NOT_UNDERSTOOD = "not_understood"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One property that was asked of a thing, and what the thing said of it.

    Attributes:
        outcome: `unchanged`: it was so already; `timed_out`: asked, and no report came in time.
    """

    thing: ThingId
    property: str
    asked: SlotValue | None
    reported: SlotValue | None
    outcome: DeedOutcome
    ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A line over time.

    Attributes:
        points: (ms since 1970, value), oldest first; None is a gap: nothing is known.
        is_steps: the value holds until the next point, as a switch's 0 and 1 do.
    """

    unit: str
    points: tuple[tuple[int, float | None], ...]
    from_ms: int
    to_ms: int
    is_steps: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What the screen shows beside a reply: a title, a figure, up to three facts, up to two actions, a chart."""

    title: str
    figure: str | None = None
    facts: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    chart: Chart | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a skill answers.

    Attributes:
        follow_up: the satellite should listen on without a wake word.
        proposes: what a yes to this reply wants; asked of the satellite that heard the reply, and of no other.
    """

    said: str
    outcome: Outcome
    did: tuple[Deed, ...] = ()
    card: Card | None = None
    follow_up: bool = False
    proposes: Intent | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Words that reached us, spoken or typed.

    Attributes:
        confidence: of the recogniser, 0 to 1; 1 for typed words.
        spans: what was measured before the words were there: (name, start_ms, ms).
    """

    text: str
    lang: Lang
    confidence: float = 1.0
    spans: tuple[tuple[str, float, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One stage of a turn; `start_ms` counts from the turn's own start."""

    name: str
    start_ms: float
    ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One exchange with all that happened in it. The wire form is `Turn` in contracts/."""

    id: TurnId
    satellite: SatelliteId
    lang: Lang
    heard: Heard | None
    understood: tuple[Intent, ...]
    reply: Reply
    at_ms: int
    spans: tuple[Span, ...] = ()
