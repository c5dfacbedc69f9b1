"""What must become so, or be so, as people say it: "the door has been open for two minutes", 客厅温度高于26度.

Which thing a subject means is asked of understanding by a question that it knows: "the door opens" becomes "is the
door open", so that names, aliases, areas and words of nearly the same sound work here as they do everywhere.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from jinn.edge.listening import Situation, WhichOne
from jinn.edge.model import Comparison, PeopleTest, PresenceTrigger, PropertyTest
from jinn.edge.spoken_measures import LESS, MORE, compared_en, compared_zh, only_one
from jinn.edge.spoken_numbers import (
    EN_DURATION,
    ZH_DURATION,
    duration_en,
    duration_zh,
)
from jinn.edge.spoken_people import people_test
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
    if not is_en:
        atom = re.sub(r"(?<=.)(?:要是|如果|假如|万一|一旦)(?!.*就)", "", atom)
    people = people_test(atom, situation.lang)
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
    within = re.search(rf"(?:连续|持续|一直)(?:超过|满)?(?P<d>{ZH_DURATION})(?:以上|都|内)*(?=.)", atom)
    seconds = duration_zh(within["d"]) if within else None
    if within is not None and seconds is not None and within.start() and within.end() < len(atom):
        return atom[: within.start()] + atom[within.end() :], seconds
    found = re.search(
        rf"(?:已经|持续|连续|一直)*(?:超过|满|达到|持续|连续)?了?(?P<d>{ZH_DURATION})"
        r"(?:了|以上|还没关|还没有关|没关|没有关上?|没人关)*$", atom,
    )  # fmt: skip
    seconds = duration_zh(found["d"]) if found else None
    if found is None or seconds is None:
        return atom, 0.0
    rest = atom[: found.start()]
    if "没" in found.group() and not re.search(r"开", rest):
        rest += "开着"
    return re.sub(r"(?:已经|一直|持续|连续)(?=开|关|亮)", "", rest), seconds


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
                tests = tuple(_tests(probe.format(_without_all(found["s"])), state, situation))
                yield from _one_meant(tests, atom, found["s"], situation)

    return read


_SEVERAL_EN = re.compile(r"(?:any|an?|some|one of|all|every|each|both|either)\b")
_SEVERAL_ZH = re.compile("任何|任意|哪个|某|所有|全部|全|都|有[^人]|每|和|们")


def says_all(clause: str, lang: Lang) -> bool:
    """ "All lights are off" is another thing than "any light is off"."""
    return re.search(r"\b(?:all|every|both)\b" if lang is Lang.EN else "所有|全部|全都|全|都", clause) is not None


def _without_all(subject: str) -> str:
    return re.sub(
        r"^(?:all|any|every|one)(?: of)? (?:the )?|^(?:所有|全部|任何一?个?|任意一?个?|有一?个?)的?|(?:全|都)$",
        "",
        subject,
    )


def _one_meant(
    tests: tuple[PropertyTest, ...], atom: str, subject: str, situation: Situation
) -> tuple[PropertyTest, ...]:
    """Of "the light" in a home of several, somebody must say which; "any light" and "the lights" are all of them."""
    if situation.lang is Lang.EN:
        several = _SEVERAL_EN.match(atom) is not None or re.search(r"[^s]s$| and ", subject) is not None
    else:
        several = _SEVERAL_ZH.search(atom) is not None
    picked = tuple(test for test in tests if test.thing in situation.chosen)
    if len(tests) < 2 or several or picked:
        return picked or tests
    things = tuple(test.thing for test in tests)
    raise WhichOne(Ambiguous(intent=Intent(name="HassGetState", canon="home.query"), choices=things))


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


_ENDED_EN = re.compile(
    r"(?P<s>.+?) (?:is |has |gets? )?(?:finished|done|finishes|stopped|stops|completed|completes|through|ready)"
    r"(?: with)?(?: (?:the )?(?P<w>\w+))?"
)
_ENDED_ZH = re.compile(r"(?P<s>.+?)(?P<w>打扫|扫地|扫|清扫|工作|清洁|充电)?(?:完成|结束|完)(?:了|毕|工)*")
_RESTING = ("docked", "charging", "idle", "standby", "done", "finished", "complete")
"""What the enums of appliances call having come to an end, the likeliest first."""


def _ended(atom: str, situation: Situation) -> Iterator[PropertyTest]:
    """ "The vacuum has finished cleaning": it is in the state in which it rests."""
    is_en = situation.lang is Lang.EN
    found = (_ENDED_EN if is_en else _ENDED_ZH).fullmatch(atom)
    if found is None:
        return
    probe = "what is the state of {}" if is_en else "{}在做什么"
    for thing in situation.candidates(probe.format(found["s"])):
        known = situation.known.thing(thing)
        for name, member in known.product.model.properties.items() if known else ():
            if not isinstance(member.type, EnumType):
                continue
            options = {label.lower(): value for value, label in member.type.labels.items()}
            resting = next((options[word] for word in _RESTING if word in options), None)
            if resting is not None:
                yield PropertyTest(thing=thing, property=name, comparison=Comparison.IS, value=resting)
                return


def _before(atom: str, option: str, *, is_en: bool) -> tuple[str, int] | None:
    """What stands before the option, and how much of the option was said."""
    if is_en:
        verbs = "is|gets|becomes|has|starts|goes|is now|changes to|has been|is being"
        # Only words that change nothing may stand between and behind: "has finished cleaning" is no cleaning.
        found = re.fullmatch(
            rf"(?P<s>.+?) (?:{verbs})(?: (?:now|just|again|already|still|currently))? ?{re.escape(option)}"
            r"(?: (?:now|again|already|somewhere|under .+))?", atom,
        )  # fmt: skip
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
    yield from only_one(able, probe, situation)


_WHO = "(?:someone|somebody|anyone|anybody|i|we|you)"
_READERS_EN: tuple[_Reader, ...] = (
    _negated_en,
    compared_en(MORE, Comparison.ABOVE),
    compared_en(LESS, Comparison.BELOW),
    _online_en,
    _ended,
    _options,
    _moved_en,
    _stated_en(rf"{_THE}(?P<s>.+?) {_BE_EN}(?:opened|opens|open)(?: up)?", _OPEN, "is the {} open"),
    _stated_en(
        rf"{_THE}(?P<s>.+?) {_BE_EN}(?:closed|closes|close|shut|shuts)(?: again)?", _CLOSED, "is the {} open"
    ),
    _stated_en(rf"{_WHO} (?:open|opens) (?P<s>.+)", _OPEN, "is {} open"),
    _stated_en(rf"{_WHO} (?:leaves?|left|has left) (?P<s>.+) open", _OPEN, "is {} open"),
    _stated_en(rf"{_WHO} (?:close|closes|shuts?) (?P<s>.+)", _CLOSED, "is {} open"),
    _stated_en(rf"{_WHO} (?:turns?|switch(?:es)?|leaves?) (?P<s>.+) on", _ON, "is {} on"),
    _stated_en(rf"{_WHO} (?:turns?|switch(?:es)?) (?P<s>.+) off", _OFF, "is {} on"),
    _stated_en(rf"{_WHO} (?:turns?|switch(?:es)?) on (?P<s>.+)", _ON, "is {} on"),
    _stated_en(rf"{_WHO} (?:turns?|switch(?:es)?) off (?P<s>.+)", _OFF, "is {} on"),
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
    compared_zh("高于|大于|超过了?|高过|升到|升至|达到|到了|高到|多于|热过|不止", Comparison.ABOVE),
    compared_zh("低于|小于|降到|降至|不到|少于|低过|低到|不足|掉到|剩不到|只剩", Comparison.BELOW),
    _online_zh,
    _ended,
    _options,
    _moved_zh,
    _stated_zh(r"(?P<s>.+?)(?:被|一|是|还|没关上?|忘了关|没有关)*(?:打开|开|亮|开启)(?:了|着|的|起来)*", _OPEN_OR_ON),
    _stated_zh(r"(?P<s>.+?)(?:没关|没关上|忘了关|没有关上?)(?:了|着)*", _OPEN_OR_ON),
    _stated_zh(r"(?P<s>.+?)(?:被|一|是)*(?:关上|关掉|关闭|关|灭|熄灭)(?:了|着|的)*", _CLOSED_OR_OFF),
    _stated_zh(r"(?:有人|我们?|谁|大家)?一?(?:打开|拉开|开)了?(?P<s>.+)", _OPEN_OR_ON),
    _stated_zh(r"(?:有人|我们?|谁|大家)?一?(?:关上|关掉|关闭|拉上|关)了?(?P<s>.+)", _CLOSED_OR_OFF),
)  # fmt: skip
