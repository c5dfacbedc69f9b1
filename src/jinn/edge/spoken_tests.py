"""What must become so, or be so, as people say it: "the door has been open for two minutes", 客厅温度高于26度.

Which thing a subject means is asked of understanding by a question that it knows: "the door opens" becomes "is the
door open", so that names, aliases, areas and words of nearly the same sound work here as they do everywhere.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from jinn.edge.listening import Situation, WhichOne
from jinn.edge.model import Comparison, PeopleTest, PresenceTrigger, PropertyTest, Who
from jinn.edge.spoken_numbers import (
    EN_DURATION,
    EN_NUMBER,
    ZH_DURATION,
    ZH_NUMBER,
    duration_en,
    duration_zh,
    number_en,
    number_zh,
)
from jinn.kernel import Lang, ThingId
from jinn.language import Ambiguous, Intent
from jinn.things import EnumType, Json

Test = PropertyTest | PeopleTest | PresenceTrigger


@dataclass(frozen=True, slots=True)
class _State:
    """What a verb says of a thing, by what the thing can do: the first ability that it has counts."""

    forms: tuple[tuple[str, Comparison, Json], ...]


_OPEN = _State((("contact", Comparison.IS, 1), ("position", Comparison.ABOVE, 0)))
_CLOSED = _State((("contact", Comparison.IS, 0), ("position", Comparison.IS, 0)))
_ON = _State((("power", Comparison.IS, 1), ("mute", Comparison.IS, 0)))
_OFF = _State((("power", Comparison.IS, 0), ("mute", Comparison.IS, 1)))
_OPEN_OR_ON = _State((*_OPEN.forms, *_ON.forms))
_CLOSED_OR_OFF = _State((*_CLOSED.forms, *_OFF.forms))
_MOTION, _NO_MOTION = _State((("motion", Comparison.IS, 1),)), _State((("motion", Comparison.IS, 0),))

_OPPOSITE = {
    Comparison.IS: Comparison.IS_NOT, Comparison.IS_NOT: Comparison.IS, Comparison.ABOVE: Comparison.BELOW,
    Comparison.BELOW: Comparison.ABOVE,
}  # fmt: skip


def tests_of(atom: str, situation: Situation) -> tuple[Test, ...] | None:
    """What one clause tests; several where it is said of several things. None: it is no such clause.

    Raises:
        WhichOne: it may be said of several things.
    """
    is_en = situation.lang is Lang.EN
    people = _people(atom, _PEOPLE_EN if is_en else _PEOPLE_ZH)
    if people is not None:
        return (people,)
    atom, for_s = (_lasting_en if is_en else _lasting_zh)(atom)
    if not atom:
        return None
    readers: tuple[_Reader, ...] = _READERS_EN if is_en else _READERS_ZH
    for read in readers:
        found = tuple(read(atom, situation))
        if found:
            return tuple(one if isinstance(one, PeopleTest) else replace(one, for_s=for_s) for one in found)
    return None


_Reader = Callable[[str, Situation], Iterator[PropertyTest | PresenceTrigger]]


def _people(atom: str, patterns: "tuple[tuple[re.Pattern[str], Who, bool], ...]") -> PeopleTest | None:
    for pattern, who, is_home in patterns:
        if pattern.fullmatch(atom):
            return PeopleTest(who=who, is_home=is_home)
    return None


def _lasting_en(atom: str) -> tuple[str, float]:
    found = re.search(
        rf" (?:for|since|longer than)(?: (?:more than|longer than|at least|over|about|the last))? (?P<d>{EN_DURATION})"
        rf"(?: or (?:more|longer))?(?: already)?(?= |$)", atom,
    )  # fmt: skip
    seconds = duration_en(found["d"]) if found else None
    if found is None or seconds is None:
        return atom, 0.0
    return (atom[: found.start()] + atom[found.end() :]).strip(), seconds


def _lasting_zh(atom: str) -> tuple[str, float]:
    found = re.search(
        rf"(?:已经|持续|一直)*(?:超过|满|达到|持续)?了?(?P<d>{ZH_DURATION})"
        r"(?:了|以上|还没关|还没有关|没关|没有关上?)*$", atom,
    )  # fmt: skip
    seconds = duration_zh(found["d"]) if found else None
    if found is None or seconds is None:
        return atom, 0.0
    rest = atom[: found.start()]
    if "没" in found.group() and not re.search(r"开", rest):
        rest += "开着"
    return re.sub(r"(?:已经|一直|持续)(?=开|关|亮)", "", rest), seconds


_THE = r"(?:the |my |our |any |a |an )?"
_BE_EN = (
    r"(?:is |are |gets? |was |were |has been |have been |stays? |remains? |is left |are left |has been left |is still "
    r"|is standing |being |stands )?"
)


def _stated_en(pattern: str, state: _State, probe: str) -> _Reader:
    form = re.compile(pattern)

    def read(atom: str, situation: Situation) -> Iterator[PropertyTest]:
        found = form.fullmatch(atom)
        if found is not None:
            if found["s"] in ("it", "它"):
                yield from _states(situation.focus, state, situation)
            else:
                yield from _tests(probe.format(found["s"]), state, situation)

    return read


def _negated_en(atom: str, situation: Situation) -> Iterator[PropertyTest | PresenceTrigger]:
    plain, count = re.subn(r"\b(?:is not|isn't|are not|aren't|is no longer)\b", "is", atom)
    if count != 1:
        return
    for read in _READERS_EN[1:]:
        found = tuple(read(plain, situation))
        if found:
            yield from (_not(one) for one in found if isinstance(one, PropertyTest))
            return


def _not(test: PropertyTest) -> PropertyTest:
    return replace(test, comparison=_OPPOSITE[test.comparison])


_UNIT_EN = r"(?: ?(?:degrees?(?: celsius)?|percent|%|°c?|lux|beats(?: (?:a|per) minute)?|bpm|kelvin|steps))?"
_MORE_EN = (
    r"(?:(?:rises|goes|gets|climbs|is|becomes|are|goes up|reads|shows|measures) )?"
    r"(?:above|over|beyond|exceeds|(?:more|higher|warmer|hotter|greater|brighter|louder) than)"
)
_LESS_EN = (
    r"(?:(?:falls|drops|goes|gets|sinks|is|becomes|are|goes down|reads|shows|measures) )?"
    r"(?:below|under|less than|lower than|colder than|cooler than|fewer than|darker than)"
)


def _compared_en(words: str, comparison: Comparison) -> _Reader:
    form = re.compile(rf"(?P<s>.+?) {words} (?P<n>{EN_NUMBER}){_UNIT_EN}(?P<w> (?:in|on|of) .+)?")

    def read(atom: str, situation: Situation) -> Iterator[PropertyTest]:
        found = form.fullmatch(atom)
        value = number_en(found["n"]) if found else None
        if found is None or value is None:
            return
        subject = f"{found['s']}{found['w'] or ''}"
        if re.fullmatch(r"it(?: (?:in|on) .+)?", subject):
            subject = subject.replace("it", "the temperature", 1)
        yield from _measured(f"what is {subject}", comparison, value, situation)

    return read


def _options(atom: str, situation: Situation) -> Iterator[PropertyTest]:
    """ "The vacuum is stuck", 扫地机器人被困住了: an option's own name behind the thing's; the longest that fits."""
    is_en = situation.lang is Lang.EN
    probe = "what is the state of {}" if is_en else "{}在做什么"
    fitting: list[tuple[int, str, PropertyTest]] = []
    for word in situation.home.things:
        for name, value, said in _enum_options(word.id, situation):
            found = _before(atom, said, is_en=is_en)
            if found is not None:
                test = PropertyTest(thing=word.id, property=name, comparison=Comparison.IS, value=value)
                fitting.append((found[1], found[0], test))
    for _, subject, test in sorted(fitting, key=lambda one: -one[0]):
        if test.thing in situation.candidates(probe.format(subject)):
            yield test
            return


def _enum_options(thing: ThingId, situation: Situation) -> Iterator[tuple[str, int, str]]:
    known = situation.known.thing(thing)
    for name, options in known.product.option_names.items() if known else ():
        member = known.product.model.properties.get(name) if known else None
        if member is not None and isinstance(member.type, EnumType):
            for value, names in options.items():
                yield name, value, names.of(situation.lang).lower()


def _before(atom: str, option: str, *, is_en: bool) -> tuple[str, int] | None:
    """What stands before the option, and how much of the option was said."""
    if is_en:
        verbs = "is|gets|becomes|has|starts|goes|is now|changes to|has been"
        found = re.fullmatch(rf"(?P<s>.+?) (?:{verbs})(?: \w+)? ?{re.escape(option)}.*", atom)
        return (found["s"], len(option)) if found else None
    for core in dict.fromkeys((option, option.removeprefix("已").removesuffix("中"))):
        found = re.fullmatch(
            rf"(?P<s>.+?)(?:变成|处于|正在|在|被|开始|已经?|进入)*{re.escape(core)}(?:了|中|的时候|状态)*", atom
        )
        if found is not None:
            return found["s"], len(core)
    return None


def _moved_en(atom: str, situation: Situation) -> Iterator[PropertyTest]:
    found = re.fullmatch(
        r"(?:there is |someone |somebody |anyone |anybody |a person )?(?P<n>no )?(?:is )?"
        r"(?:motion|movement|moves|moving|walks|walking|comes)(?: is)?(?: detected| seen)?"
        r"(?: in| into| through| at)? (?P<s>.+)", atom,
    )  # fmt: skip
    if found is not None:
        yield from _moved(found["s"], situation, _NO_MOTION if found["n"] else _MOTION)


def _moved_zh(atom: str, situation: Situation) -> Iterator[PropertyTest]:
    found = re.fullmatch(
        r"(?:检测到|发现)?(?P<s>.+?)(?:里|内|中)?(?P<n>没有人|没人|无人|有人|有动静)(?:经过|活动|移动|走动|走过|了)*",
        atom,
    )
    if found is not None:
        yield from _moved(found["s"], situation, _NO_MOTION if found["n"] in ("没有人", "没人", "无人") else _MOTION)


def _moved(where: str, situation: Situation, state: _State) -> Iterator[PropertyTest]:
    """The motion sensors of an area, or the one that is named."""
    area = situation.things.area(re.sub(r"^the ", "", where))
    for word in situation.home.things:
        handle = situation.things.handle(word.id)
        if handle is None or "motion" not in handle.knobs:
            continue
        is_named = any(where.removeprefix("the ") == name.lower() for name in word.names.all_of(situation.lang))
        if is_named or (area is not None and word.area == area):
            yield from _states((word.id,), state, situation)


def _online_en(atom: str, situation: Situation) -> Iterator[PresenceTrigger]:
    found = re.fullmatch(
        r"(?P<s>.+?) (?:goes|is|comes|gets|has gone)(?: back)? (?P<o>online|offline|disconnected)", atom
    )
    if found is not None:
        for thing in situation.candidates(f"what is the state of {found['s']}"):
            yield PresenceTrigger(thing=thing, is_online=found["o"] == "online")


def _online_zh(atom: str, situation: Situation) -> Iterator[PresenceTrigger]:
    found = re.fullmatch(r"(?P<s>.+?)(?P<o>离线|掉线|断线|断开|上线)了?", atom)
    if found is not None:
        for thing in situation.candidates(f"{found['s']}开着吗"):
            yield PresenceTrigger(thing=thing, is_online=found["o"] == "上线")


def _stated_zh(pattern: str, state: _State, probe: str = "{}开着吗") -> _Reader:
    return _stated_en(pattern, state, probe)


def _compared_zh(words: str, comparison: Comparison) -> _Reader:
    form = re.compile(
        rf"(?P<s>.+?)(?:{words})(?:百分之)?(?P<n>{ZH_NUMBER})(?:摄氏度|度|℃|%|次|勒克斯|步|K)?(?:以上|以下|时|了)?"
    )

    def read(atom: str, situation: Situation) -> Iterator[PropertyTest]:
        found = form.fullmatch(atom)
        value = number_zh(found["n"]) if found else None
        if found is not None and value is not None:
            yield from _measured(f"{found['s']}是多少", comparison, value, situation)

    return read


def _tests(probe: str, state: _State, situation: Situation) -> Iterator[PropertyTest]:
    yield from _states(situation.candidates(probe), state, situation, probe=probe)


def _states(
    things: tuple[ThingId, ...], state: _State, situation: Situation, *, probe: str = ""
) -> Iterator[PropertyTest]:
    able: list[PropertyTest] = []
    for thing in things:
        handle = situation.things.handle(thing)
        for ability, comparison, value in state.forms if handle else ():
            assert handle is not None
            if ability in handle.knobs:
                name = handle.knobs[ability].property
                able.append(PropertyTest(thing=thing, property=name, comparison=comparison, value=value))
                break
    yield from _only_one(able, probe, situation)


def _measured(probe: str, comparison: Comparison, value: float, situation: Situation) -> Iterator[PropertyTest]:
    """The property that a question for a figure asks for."""
    meant = situation.words.understand(
        probe, situation.lang, situation.home, area=situation.area, focus=situation.focus
    )
    intents = (meant.intent,) if isinstance(meant, Ambiguous) else getattr(meant, "intents", ())
    if not intents:
        return
    ability = "temperature" if intents[0].name == "HassClimateGetTemperature" else str(intents[0].slots.get("ability"))
    whole = int(value) if float(value).is_integer() else value
    able = []
    for thing in situation.candidates(probe):
        handle = situation.things.handle(thing)
        knob = handle.knobs.get(ability) or handle.knobs.get("cold_temperature") if handle else None
        if knob is not None:
            able.append(PropertyTest(thing=thing, property=knob.property, comparison=comparison, value=whole))
    yield from _only_one(able, probe, situation)


def _only_one(able: list[PropertyTest], probe: str, situation: Situation) -> Iterator[PropertyTest]:
    """A test of one thing, or of all that were meant; where it was left open, somebody must say which."""
    meant = (
        situation.words.understand(probe, situation.lang, situation.home, area=situation.area, focus=situation.focus)
        if probe
        else None
    )
    if isinstance(meant, Ambiguous) and len(able) > 1 and not any(test.thing in situation.chosen for test in able):
        things = tuple(test.thing for test in able)
        raise WhichOne(Ambiguous(intent=Intent(name="HassGetState", canon="home.query"), choices=things))
    yield from able


_PEOPLE_EN: "tuple[tuple[re.Pattern[str], Who, bool], ...]" = tuple(
    (re.compile(pattern), who, is_home)  # type: ignore[misc]
    for pattern, who, is_home in (
        (r"(?:nobody|no one|no-one|noone) is (?:at )?(?:home|in|here|in the house)", "everyone", False),
        (r"(?:there is |there's )?nobody (?:at )?home", "everyone", False),
        (r"(?:everybody|everyone|we all|all of us|the last (?:person|one)) (?:has |have )?"
         r"(?:leaves?|left|goes|gone|is out|are out|is gone|went|is away)(?: (?:the )?(?:home|house|out|away))?",
         "everyone", False),
        (r"(?:we|we're|we are|i) (?:leave|left|go out|am out|are out|am away|are away|leaving|am gone)"
         r"(?: (?:the )?(?:home|house))?",
         "everyone", False),
        (r"(?:the )?(?:house|home) is empty", "everyone", False),
        (r"(?:somebody|someone|anybody|anyone|the first person|one of us) (?:is|comes|gets|arrives|is back|returns)"
         r"(?: back)?(?: at)?(?: home)?",
         "anyone", True),
        (r"(?:i|we) (?:come|get|arrive|am|are|return)(?: back)?(?: at)? home|(?:i|we) (?:return|come back)",
         "anyone", True),
        (r"(?:everybody|everyone) (?:is|comes|has come)(?: back)?(?: at)? home", "everyone", True),
        (r"(?:somebody|someone) (?:leaves|goes out|is out)(?: the house| home)?", "anyone", False),
    )
)  # fmt: skip
_PEOPLE_ZH: "tuple[tuple[re.Pattern[str], Who, bool], ...]" = tuple(
    (re.compile(pattern), who, is_home)  # type: ignore[misc]
    for pattern, who, is_home in (
        (r"(?:家里)?(?:没有人|没人|无人)(?:在家)?(?:里)?了?", "everyone", False),
        (r"(?:所有人|大家|全家人?|家里人|人|我们)都?(?:出门|离开|走|出去|外出|不在家)(?:家|光)?了?", "everyone", False),
        (r"最后一个人(?:出门|离开|走)(?:家)?了?|我(?:出门|离开家?|离家|走|外出)了?", "everyone", False),
        (r"(?:家里)?有人(?:在家|回家|回来|到家)了?|家里有人", "anyone", True),
        (r"(?:我|我们)(?:回家|回来|到家|回到家)了?", "anyone", True),
        (r"(?:所有人|大家|全家人?)都(?:在家|回家|回来|到家)了?", "everyone", True),
    )
)  # fmt: skip

_READERS_EN: tuple[_Reader, ...] = (
    _negated_en,
    _compared_en(_MORE_EN, Comparison.ABOVE),
    _compared_en(_LESS_EN, Comparison.BELOW),
    _online_en,
    _options,
    _moved_en,
    _stated_en(rf"{_THE}(?P<s>.+?) {_BE_EN}(?:opened|opens|open)(?: up)?", _OPEN, "is the {} open"),
    _stated_en(
        rf"{_THE}(?P<s>.+?) {_BE_EN}(?:closed|closes|close|shut|shuts)(?: again)?", _CLOSED, "is the {} open"
    ),
    _stated_en(r"(?:someone|somebody|anyone|i|we) (?:open|opens) (?P<s>.+)", _OPEN, "is {} open"),
    _stated_en(r"(?:someone|somebody|anyone|i|we) (?:close|closes|shuts?) (?P<s>.+)", _CLOSED, "is {} open"),
    _stated_en(r"(?:someone|somebody|anyone|i|we) (?:turns?|switch(?:es)?) on (?P<s>.+)", _ON, "is {} on"),
    _stated_en(r"(?:someone|somebody|anyone|i|we) (?:turns?|switch(?:es)?) off (?P<s>.+)", _OFF, "is {} on"),
    _stated_en(
        rf"{_THE}(?P<s>.+?) {_BE_EN}(?:turned |switched |turns? |switch(?:es)? |goes? |comes? )?on(?: again)?",
        _ON, "is the {} on",
    ),
    _stated_en(
        rf"{_THE}(?P<s>.+?) {_BE_EN}(?:turned |switched |turns? |switch(?:es)? |goes? )?(?:off|out)(?: again)?",
        _OFF, "is the {} on",
    ),
)  # fmt: skip
_READERS_ZH: tuple[_Reader, ...] = (
    _compared_zh("高于|大于|超过|高过|升到|升至|达到|高到|多于", Comparison.ABOVE),
    _compared_zh("低于|小于|降到|降至|不到|少于|低过|低到", Comparison.BELOW),
    _online_zh,
    _options,
    _moved_zh,
    _stated_zh(r"(?P<s>.+?)(?:被|一|是|还|没关上?|忘了关|没有关)*(?:打开|开|亮|开启)(?:了|着|的|起来)*", _OPEN_OR_ON),
    _stated_zh(r"(?P<s>.+?)(?:没关|没关上|忘了关|没有关上?)(?:了|着)*", _OPEN_OR_ON),
    _stated_zh(r"(?P<s>.+?)(?:被|一|是)*(?:关上|关掉|关闭|关|灭|熄灭)(?:了|着|的)*", _CLOSED_OR_OFF),
    _stated_zh(r"(?:有人|我)(?:打开|开)了?(?P<s>.+)", _OPEN_OR_ON),
    _stated_zh(r"(?:有人|我)(?:关上|关掉|关闭|关)了?(?P<s>.+)", _CLOSED_OR_OFF),
)  # fmt: skip
