"""Which sentence templates fit a text: hassil's matcher behind an index of the words each template needs."""

import copy
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Final, cast

import yaml
from hassil import Intents, recognize_all
from hassil.expression import Alternative, Expression, Group, ListReference, RuleReference, Sentence, TextChunk
from hassil.intents import Intent as IntentTemplates
from hassil.intents import IntentData, RangeSlotList, SlotList, TextSlotList, WildcardSlotList
from hassil.numbers import get_rbnf_engine
from hassil.parse_expression import parse_sentence
from hassil.recognize import RecognizeResult, is_match

from jinn.kernel import Lang
from jinn.language.writing import has_cjk

HOME_ASSISTANT_LANGUAGE = {Lang.EN: "en", Lang.ZH: "zh-CN"}
NAMED_LISTS = frozenset({"name", "area", "floor", "target"})
"""The lists whose words come from the home; a template that needs one is skipped when the text names none."""


@dataclass(frozen=True, slots=True)
class Template:
    """One sentence template with what a text must contain for it to fit at all.

    Attributes:
        clauses: bit masks over the grammar's fragments; a text needs one fragment of each.
        needs: the lists of the home it cannot do without.
        is_wild: it takes free text.
    """

    intent: str
    data: IntentData
    clauses: tuple[int, ...]
    needs: frozenset[str]
    is_wild: bool


class Grammar:
    """All templates of one language from one source."""

    def __init__(self, raw: Mapping[str, object]) -> None:
        self._intents = Intents.from_dict(_one_template_each(raw))
        _keep_multiplied_apart(self._intents)
        self._templates: list[Template] = []
        bits: dict[str, int] = {}
        for intent in self._intents.intents.values():
            for data in intent.data:
                self._templates.append(self._template(intent.name, data, bits))
        self._fragments = list(bits)
        self._by_fragment: dict[int, list[Template]] = {}
        for template in self._templates:
            for bit in _bits(min(template.clauses, key=int.bit_count, default=1 << len(bits))):
                self._by_fragment.setdefault(bit, []).append(template)
        self._vocabulary = Vocabulary(self.literals() | set(self._intents.skip_words), self._number_words())

    def warm_up(self) -> None:
        """Have hassil write out the number words of every range now; the first sentence would wait for it."""
        for name, slot_list in self._intents.slot_lists.items():
            if isinstance(slot_list, RangeSlotList):
                language = self._intents.language
                is_match("?", parse_sentence(f"{{{name}}}"), slot_lists=self._intents.slot_lists, language=language)

    def matches(
        self,
        text: str,
        lists: Mapping[str, SlotList],
        context: Mapping[str, object],
        *,
        others: Iterable[str],
        wild: bool,
    ) -> Iterator[RecognizeResult]:
        """Every reading of the text; with `wild`, those that take free text, and else only the others.

        Args:
            others: the words of the text that no list of the home covers. Without free text a template must contain
                every one of them, so one that no template knows ends the search before it begins.
        """
        if not wild and not all(map(self._vocabulary.knows, others)):
            return
        named = {name for name in NAMED_LISTS if getattr(lists.get(name), "values", None)}
        fitting = self._fitting(text, named, wild)
        if not fitting:
            return
        by_intent: dict[str, list[IntentData]] = {}
        for template in fitting:
            by_intent.setdefault(template.intent, []).append(template.data)
        chosen = replace(
            self._intents,
            intents={name: IntentTemplates(name=name, data=data) for name, data in by_intent.items()},
        )
        yield from recognize_all(text, chosen, slot_lists=dict(lists), intent_context=dict(context))

    def literals(self) -> set[str]:
        """Every fixed piece of text that some template contains."""
        expressions: list[Expression] = [rule.expression for rule in self._intents.expansion_rules.values()]
        expressions += [sentence.expression for template in self._templates for sentence in template.data.sentences]
        for slot_list in self._intents.slot_lists.values():
            if isinstance(slot_list, TextSlotList):
                expressions += [value.text_in for value in slot_list.values]
        return {text for expression in expressions for text in _texts(expression)}

    def _fitting(self, text: str, named: set[str], wild: bool) -> list[Template]:
        hay = text.casefold()
        hay += "\n" + "".join(hay.split())
        found = 1 << len(self._fragments)
        for bit, fragment in enumerate(self._fragments):
            if fragment in hay:
                found |= 1 << bit
        fitting: dict[int, Template] = {}
        for bit in _bits(found):
            for template in self._by_fragment.get(bit, ()):
                if template.is_wild == wild and template.needs <= named and _has_all(template.clauses, found):
                    fitting[id(template)] = template
        return list(fitting.values())

    def knows(self, word: str) -> bool:
        """Whether some template may contain this word or Chinese sign."""
        return self._vocabulary.knows(word)

    def _number_words(self) -> set[str]:
        language = self._intents.language
        if not any(isinstance(slot_list, RangeSlotList) for slot_list in self._intents.slot_lists.values()):
            return set()
        engine = get_rbnf_engine(language)
        spelt = (words for number in range(101) for words in engine.format_number(number).text_by_ruleset.values())
        return {word for words in spelt for word in words.replace("-", " ").split()} | {"minus", "point"}

    def _template(self, intent: str, data: IntentData, bits: dict[str, int]) -> Template:
        sentence = data.sentences[0]
        rules = {**self._intents.expansion_rules, **data.expansion_rules}
        lists = {**self._intents.slot_lists, **data.slot_lists}
        clauses = []
        for clause in sentence.get_required_clauses(rules):
            mask = 0
            for fragment in clause:
                mask |= 1 << bits.setdefault(fragment, len(bits))
            clauses.append(mask)
        wild = any(isinstance(lists.get(name), WildcardSlotList) for name in sentence.list_names(rules))
        needs = _needed_lists(sentence.expression, rules) & NAMED_LISTS
        return Template(intent, data, tuple(clauses), needs, wild)


class Vocabulary:
    """Every word that templates can contain; it may know too many, never too few."""

    def __init__(self, literals: set[str], number_words: set[str]) -> None:
        pieces = {piece for literal in literals | number_words for piece in _WORD.findall(literal.casefold())}
        self._pieces = pieces
        self._signs = {sign for piece in pieces if has_cjk(piece) for sign in piece}
        self._known: dict[str, bool] = {}

    def knows(self, word: str) -> bool:
        if len(self._known) > _WORDS_REMEMBERED:
            self._known.clear()
        known = self._known.get(word)
        if known is None:
            known = self._known[word] = self._is_made_of_pieces(word)
        return known

    def _is_made_of_pieces(self, word: str) -> bool:
        """Templates write "light[s]" and "colo[u]r": a word may be put together from pieces."""
        if not any(char.isalpha() for char in word):
            return True
        if has_cjk(word):
            return all(sign in self._signs or not sign.isalpha() for sign in word)
        ends = {0}
        for stop in range(1, min(len(word), _LETTERS_MAX) + 1):
            if any(word[start:stop] in self._pieces for start in ends):
                ends.add(stop)
        return len(word) in ends


_WORD: Final = re.compile(r"[^\W\d_]+")
_LETTERS_MAX: Final = 24
_WORDS_REMEMBERED: Final = 20_000
"""Enough for every word of daily speech; then the memory starts anew."""


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _has_all(clauses: tuple[int, ...], found: int) -> bool:
    return all(clause & found for clause in clauses)


def home_assistant_grammar(lang: Lang) -> Grammar:
    """The sentences of the home-assistant-intents package."""
    path = files("home_assistant_intents") / "data" / f"{HOME_ASSISTANT_LANGUAGE[lang]}.json"
    return Grammar(json.loads(path.read_text("utf-8")))


def own_grammar(lang: Lang, name: str = "") -> Grammar:
    """The sentences of this folder. Their `{target}` stands for whatever the words point at.

    Args:
        name: of a part with sentences of its own: `past`.
    """
    path = files("jinn.language") / "sentences" / f"{name + '_' if name else ''}{lang.value}.yaml"
    return Grammar(yaml.safe_load(path.read_text("utf-8")))


def _keep_multiplied_apart(intents: Intents) -> None:
    """Give ranges with a multiplier number words of their own.

    hassil remembers the words of a range by its bounds alone, so "down by twenty" (a range times -1) would give
    whichever of +20 and -20 was asked for first. A language name of their own keeps them apart; hassil falls back to
    the part before the hyphen for the words themselves.
    """
    for slot_list in intents.slot_lists.values():
        if isinstance(slot_list, RangeSlotList) and slot_list.multiplier is not None:
            slot_list.words_language = f"{intents.language}-times{slot_list.multiplier}"


def _one_template_each(raw: Mapping[str, object]) -> dict[str, object]:
    """The same intents with one sentence in each block, so that a block can be chosen by its sentence."""
    split = dict(raw)
    intents = copy.copy(cast("dict[str, dict[str, list[dict[str, list[str]]]]]", raw["intents"]))
    split["intents"] = {
        name: {
            **intent,
            "data": [{**block, "sentences": [one]} for block in intent["data"] for one in block["sentences"]],
        }
        for name, intent in intents.items()
    }
    return split


def _needed_lists(expression: Expression, rules: Mapping[str, Sentence]) -> frozenset[str]:
    """The lists without which the expression cannot match."""
    if isinstance(expression, ListReference):
        return frozenset({expression.list_name})
    if isinstance(expression, RuleReference):
        rule = rules.get(expression.rule_name)
        return _needed_lists(rule.expression, rules) if rule else frozenset()
    if isinstance(expression, Alternative):
        if expression.is_optional or not expression.items:
            return frozenset()
        return frozenset.intersection(*(_needed_lists(item, rules) for item in expression.items))
    if isinstance(expression, Group):
        return _union(_needed_lists(item, rules) for item in expression.items)
    return frozenset()


def _texts(expression: Expression) -> Iterator[str]:
    if isinstance(expression, TextChunk):
        yield expression.text.strip()
    elif isinstance(expression, Group):
        for item in expression.items:
            yield from _texts(item)


def _union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)
