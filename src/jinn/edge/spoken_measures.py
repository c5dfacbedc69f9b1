"""Figures in a rule: "the fridge gets warmer than eight degrees", 卧室超过二十八度; which property is meant by them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from jinn.edge.listening import Situation, WhichOne
from jinn.edge.model import Comparison, PropertyTest
from jinn.edge.spoken_numbers import EN_NUMBER, ZH_NUMBER, number_en, number_zh
from jinn.kernel import ThingId
from jinn.language import Ambiguous, Intent

Reader = Callable[[str, Situation], Iterator[PropertyTest]]


_UNIT_EN = (
    r"(?: ?(?P<u>degrees?(?: (?:celsius|centigrade))?|percent|%|°c?|lux|beats(?: (?:a|per) minute)?|bpm|kelvin|steps))?"
)
MORE = (
    r"(?:(?:rises|goes|gets|climbs|is|becomes|are|goes up|reads|shows|measures|get|go|rise) )?"
    r"(?P<c>above|over|beyond|exceeds|reaches|hits|past|to more than"
    r"|(?:more|higher|warmer|hotter|greater|brighter|louder|fuller) than)"
)
LESS = (
    r"(?:(?:falls|drops|goes|gets|sinks|is|becomes|are|goes down|reads|shows|measures|get|go|fall|drop) )?"
    r"(?P<c>below|under|to less than"
    r"|(?:less|lower|colder|cooler|fewer|darker|quieter|emptier) than)"
)
_MEASURES = (
    (re.compile("warm|hot|cold|cool|degree|°|热|冷|度|℃"), "temperature"), (re.compile("loud|quiet"), "volume"),
    (re.compile("beats|bpm"), "heart_rate"), (re.compile("steps|步"), "steps"),
    (re.compile("bright|dark"), "brightness"),
)  # fmt: skip
"""What a comparison is about when only its adjective or its unit says so."""

_UNITS = {"percent": "%", "%": "%", "百分之": "%", "degree": "°C", "degrees": "°C", "°": "°C", "°c": "°C", "度": "°C",
          "摄氏度": "°C", "℃": "°C"}  # fmt: skip


def compared_en(words: str, comparison: Comparison) -> Reader:
    form = re.compile(rf"(?:(?P<s>.+?) )?{words} (?P<n>{EN_NUMBER}){_UNIT_EN}(?P<w> (?:in|on|of) .+)?")

    def read(atom: str, situation: Situation) -> Iterator[PropertyTest]:
        found = form.fullmatch(atom)
        value = number_en(found["n"]) if found else None
        if found is None or value is None:
            return
        subject = f"{found['s'] or 'it'}{found['w'] or ''}"
        if re.fullmatch(r"it(?: (?:in|on) .+)?", subject):
            subject = subject.replace("it", "the temperature", 1)
        unit = (found["u"] or "").split(" ")[0]
        about = _about(f"{found['c']} {unit}")
        probes = [f"what is {subject}"]
        if about is not None:
            said = about.replace("_", " ")
            probes += [f"what is the {said} in {subject}", f"what is the {said} of {subject}"]
        yield from _measured(probes, about, _UNITS.get(unit), PropertyTestOf(comparison, value), situation)

    return read


@dataclass(frozen=True, slots=True)
class PropertyTestOf:
    """A comparison that still lacks its property."""

    comparison: Comparison
    value: float


def _about(words: str) -> str | None:
    return next((ability for pattern, ability in _MEASURES if pattern.search(words)), None)


_UNIT_ZH = r"(?P<u>摄氏度|度|℃|%|次|勒克斯|步|K)?"


def compared_zh(words: str, comparison: Comparison) -> Reader:
    forms = (
        re.compile(rf"(?P<s>.+?)(?:{words})(?P<p>百分之)?(?P<n>{ZH_NUMBER}){_UNIT_ZH}(?:以上|以下|时|了)?"),
        re.compile(rf"(?P<s>.+?)比(?P<p>百分之)?(?P<n>{ZH_NUMBER}){_UNIT_ZH}(?:还|要|更)*"
                   rf"(?:{'热|高|暖|亮' if comparison is Comparison.ABOVE else '冷|低|凉|暗'})(?:了|的)?"),
    )  # fmt: skip

    def read(atom: str, situation: Situation) -> Iterator[PropertyTest]:
        found = next((match for form in forms if (match := form.fullmatch(atom))), None)
        value = number_zh(found["n"]) if found else None
        if found is None or value is None:
            return
        subject = re.sub(r"(?:里面?|里头)?的?$", "", found["s"]) or found["s"]
        unit = found["p"] or found["u"] or ""
        about = _about(unit)
        probes = [f"{found['s']}是多少"]
        if about is not None:
            said = {"temperature": "温度", "steps": "步数"}.get(about, "")
            probes += [f"{subject}{said}是多少", f"{subject}的{said}是多少"]
        yield from _measured(probes, about, _UNITS.get(unit), PropertyTestOf(comparison, value), situation)

    return read


def _measured(
    probes: list[str], about: str | None, unit: str | None, test: PropertyTestOf, situation: Situation
) -> Iterator[PropertyTest]:
    """The property that a question for a figure asks for; it must be measured in what was said."""
    whole = int(test.value) if float(test.value).is_integer() else test.value
    for probe in dict.fromkeys(probes):
        ability = _asked_ability(probe, situation)
        if ability is None or not _may_be(ability, about, probe):
            continue
        able = []
        for thing in situation.candidates(probe):
            handle = situation.things.handle(thing)
            knob = handle.knobs.get(ability) or handle.knobs.get("cold_temperature") if handle else None
            if knob is not None and _is_in(unit, thing, knob.property, situation):
                able.append(PropertyTest(thing=thing, property=knob.property, comparison=test.comparison, value=whole))
        if able:
            yield from only_one(able, probe, situation)
            return


def _asked_ability(probe: str, situation: Situation) -> str | None:
    meant = situation.words.understand(
        probe, situation.lang, situation.home, area=situation.area, focus=situation.focus
    )
    intents = (meant.intent,) if isinstance(meant, Ambiguous) else getattr(meant, "intents", ())
    if not intents:
        return None
    name = intents[0].name
    return "temperature" if name == "HassClimateGetTemperature" else str(intents[0].slots.get("ability"))


def _may_be(ability: str, about: str | None, probe: str) -> bool:
    """ "Colder than 18" is about a temperature; and nobody means the channel who does not say so."""
    if about is not None:
        return ability.endswith(about) or (about == "brightness" and ability == "illuminance")
    return ability != "channel" or any(word in probe for word in ("channel", "频道", "台"))


def _is_in(unit: str | None, thing: ThingId, name: str, situation: Situation) -> bool:
    known = situation.known.thing(thing)
    member = known.product.model.properties.get(name) if known else None
    return unit is None or member is None or getattr(member.type, "unit", "") in (unit, "")


def only_one(able: list[PropertyTest], probe: str, situation: Situation) -> Iterator[PropertyTest]:
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
