"""Rules as files that people write: YAML to drafts and back, every mistake with its line."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
import yaml

from jinn.edge import wire
from jinn.edge.model import Draft
from jinn.edge.writing import draft_of, draft_to_wire
from jinn.kernel import Invalid

FILE_CHARS_MAX: Final = 1_000_000
RULES_MAX: Final = 2_000
_DEPTH_MAX: Final = 24

_PATH = re.compile(r"at `\$((?:\.[A-Za-z_]+|\[\d+\]|\[\.\.\.\])*)`")
_STEP = re.compile(r"\.([A-Za-z_]+)|\[(\d+)\]")


def read_rules(text: str) -> list[Draft]:
    """The rules of a file: one rule, a list of rules, or `rules:` with a list.

    Raises:
        Invalid: code `rule-file`; the sentence names the line.
    """
    if len(text) > FILE_CHARS_MAX:
        raise Invalid(f"A file of rules has at most {FILE_CHARS_MAX} characters.", code="rule-file")
    root = _composed(text)
    _check_depth(root)
    nodes = _rule_nodes(root)
    if len(nodes) > RULES_MAX:
        raise Invalid(f"A file has at most {RULES_MAX} rules.", code="rule-file")
    return [_draft(node) for node in nodes]


def write_rules(drafts: Sequence[Draft]) -> str:
    """The same rules as a file."""
    listed = [msgspec.to_builtins(draft_to_wire(draft)) for draft in drafts]
    return yaml.safe_dump({"rules": listed}, allow_unicode=True, sort_keys=False, width=110)


class _Loader(yaml.SafeLoader):
    """YAML without its surprises: `on`, `off`, `yes` and `07:30` stay what people see."""


_KEPT_TAGS: Final = {"tag:yaml.org,2002:null"}
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag in _KEPT_TAGS]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"-?[0-9]+\.[0-9]+\Z"), list("-0123456789"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(?:true|false)\Z"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"-?(?:0|[1-9][0-9]*)\Z"), list("-0123456789"))


def _composed(text: str) -> yaml.Node:
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as wrong:
        line = wrong.problem_mark.line + 1 if wrong.problem_mark else 1
        raise _at(line, wrong.problem or "this is no YAML") from wrong
    except (yaml.YAMLError, RecursionError, ValueError) as wrong:
        raise Invalid("This is no YAML.", code="rule-file") from wrong
    if root is None:
        raise _at(1, "there are no rules here")
    return root


def _check_depth(root: yaml.Node) -> None:
    """Neither deeper than a rule can be, nor an alias within itself."""
    level: list[yaml.Node] = [root]
    count = 0
    for _ in range(_DEPTH_MAX):
        level = [child for node in level for child in _children(node)]
        count += len(level)
        if not level:
            return
        if count > FILE_CHARS_MAX:
            break
    raise _at(root.start_mark.line + 1, "this goes too deep")


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _rule_nodes(root: yaml.Node) -> list[yaml.Node]:
    if isinstance(root, yaml.MappingNode):
        inside = next((value for key, value in root.value if key.value == "rules"), None)
        if inside is None:
            return [root]
        root = inside
    if not isinstance(root, yaml.SequenceNode):
        raise _at(root.start_mark.line + 1, "rules are a list")
    return list(root.value)


def _draft(node: yaml.Node) -> Draft:
    line = node.start_mark.line + 1
    value = _plain(node)
    if isinstance(value, dict):
        # What nobody must write: a rule may have no conditions, and one language is enough for a name.
        value = {"conditions": [], **value, "names": _names(value)}
    try:
        return draft_of(msgspec.convert(value, type=wire.RuleDraftWire))
    except msgspec.ValidationError as wrong:
        raise _at(_line_of(node, str(wrong)), str(wrong)) from wrong
    except Invalid as wrong:
        raise Invalid(f"Line {line}: {wrong.sentence}", code=wrong.stable_code(), line=line) from wrong


def _names(value: Mapping[str, object]) -> object:
    names = value.get("names")
    return {"en": names, "zh": names} if isinstance(names, str) else names


def _plain(node: yaml.Node) -> object:
    try:
        loader = _Loader("")
        value = loader.construct_document(node)
    except yaml.MarkedYAMLError as wrong:
        line = wrong.problem_mark.line + 1 if wrong.problem_mark else node.start_mark.line + 1
        raise _at(line, wrong.problem or "this is no value") from wrong
    except (yaml.YAMLError, ValueError, RecursionError) as wrong:
        raise _at(node.start_mark.line + 1, "this is no value") from wrong
    if isinstance(value, dict) and "names" not in value and "name" in value:
        value["names"] = value.pop("name")
    return value


def _line_of(node: yaml.Node, message: str) -> int:
    """The line of the part that the message names: "… - at `$.triggers[0].at`"."""
    path = _PATH.search(message)
    for name, number in _STEP.findall(path[1]) if path else ():
        found = _inside(node, name, int(number) if number else None)
        if found is None:
            break
        node = found
    return node.start_mark.line + 1


def _inside(node: yaml.Node, name: str, number: int | None) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and number is not None and number < len(node.value):
        return node.value[number]  # type: ignore[no-any-return]
    if isinstance(node, yaml.MappingNode) and name:
        return next((value for key, value in node.value if key.value == name), None)
    return None


def _at(line: int, problem: str) -> Invalid:
    problem = re.sub(r" - at `[^`]*`", "", problem)
    return Invalid(f"Line {line}: {problem}.", code="rule-file", line=line)
