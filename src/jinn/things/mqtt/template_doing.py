"""What each part of an expression does when a template is used."""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from jinn.things.mqtt.template_words import UNDEFINED, TemplateFailed, Value, number_of, text_of

_NUMBER_MAX = 10**30
_REPEATED_CHARS_MAX = 1_000

Scope = dict[str, Value]
Node = Callable[[Scope], Value]

COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge,
}  # fmt: skip


def constant(value: Value) -> Node:
    return lambda scope: value


def joined(parts: Sequence[Node]) -> Node:
    """All of them as one text."""

    def join(scope: Scope) -> Value:
        return text_of("".join([text_of(part(scope)) for part in parts]))

    return join


def key_of(value: Value) -> Value:
    if isinstance(value, str | int | float | bool) or value is None:
        return value
    raise TemplateFailed("Such a value is no key.")


def chosen(condition: Node, yes: Node, no: Node) -> Node:
    return lambda scope: yes(scope) if condition(scope) else no(scope)


def either(left: Node, right: Node) -> Node:
    return lambda scope: left(scope) or right(scope)


def both(left: Node, right: Node) -> Node:
    return lambda scope: left(scope) and right(scope)


def compared(left: Node, compare: Callable[[Any, Any], bool], right: Node) -> Node:
    return lambda scope: compare(left(scope), right(scope))


def within(left: Node, right: Node, *, is_wanted: bool) -> Node:
    def is_within(scope: Scope) -> Value:
        value, whole = left(scope), right(scope)
        if whole is UNDEFINED:
            return not is_wanted
        if not isinstance(whole, str | list | dict):
            raise TemplateFailed("Nothing is in that.")
        return (value in whole) is is_wanted

    return is_within


def tested(left: Node, test: Callable[[Value], bool], *, is_wanted: bool) -> Node:
    return lambda scope: test(left(scope)) is is_wanted


def calculated(left: Node, sign: str, right: Node) -> Node:
    def calculate(scope: Scope) -> Value:
        one, other = left(scope), right(scope)
        if sign == "+" and isinstance(one, str) and isinstance(other, str):
            return text_of(one + other)
        if sign == "*" and isinstance(one, str) and isinstance(other, int) and len(one) * other <= _REPEATED_CHARS_MAX:
            return one * other
        first, second = number_of(one), number_of(other)
        if abs(first) > _NUMBER_MAX or abs(second) > _NUMBER_MAX:
            raise TemplateFailed("The number is too large.")
        return _ARITHMETIC[sign](first, second)

    return calculate


_ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "%": operator.mod,
}  # fmt: skip


def called(function: Callable[..., Value], args: Sequence[Node], named: Mapping[str, Node]) -> Node:
    if not named:
        return lambda scope: function(*[arg(scope) for arg in args])
    return lambda scope: function(
        *[arg(scope) for arg in args], **{name: value(scope) for name, value in named.items()}
    )


def method_call(node: Node, method: Callable[..., Value], args: Sequence[Node]) -> Node:
    def call(scope: Scope) -> Value:
        value = node(scope)
        if not isinstance(value, str):
            raise TemplateFailed("Only a text has that method.")
        return method(value, *[arg(scope) for arg in args])

    return call


def got_member(node: Node, args: Sequence[Node]) -> Node:
    def got(scope: Scope) -> Value:
        whole = node(scope)
        if not isinstance(whole, dict):
            raise TemplateFailed("Only an object has a get.")
        return whole.get(key_of(args[0](scope)), args[1](scope) if len(args) > 1 else None)

    return got


def member_of(node: Node, name: str) -> Node:
    """A member of an object by its name, of a list by its place; never an attribute of Python's."""

    def member(scope: Scope) -> Value:
        whole = node(scope)
        if isinstance(whole, dict):
            return whole.get(name, UNDEFINED)
        if whole is UNDEFINED:
            raise TemplateFailed(f"There is no {name} of what is not there.")
        if isinstance(whole, list) and name.isdigit():
            return whole[int(name)] if int(name) < len(whole) else UNDEFINED
        return UNDEFINED

    return member


def item_of(node: Node, index: Node) -> Node:
    def item(scope: Scope) -> Value:
        whole, at = node(scope), index(scope)
        if whole is UNDEFINED:
            raise TemplateFailed("There is no part of what is not there.")
        if isinstance(whole, dict):
            return whole.get(key_of(at), UNDEFINED)
        if isinstance(whole, str | list) and isinstance(at, int):
            return whole[at] if -len(whole) <= at < len(whole) else UNDEFINED
        return UNDEFINED

    return item


def sliced(node: Node, low: Node | None, high: Node | None) -> Node:
    def cut(scope: Scope) -> Value:
        whole = node(scope)
        if not isinstance(whole, str | list):
            raise TemplateFailed("Only text and lists have parts from here to there.")
        first = None if low is None else int(number_of(low(scope)))
        last = None if high is None else int(number_of(high(scope)))
        return whole[first:last]

    return cut


def listed(items: Sequence[Node]) -> Node:
    return lambda scope: [item(scope) for item in items]
