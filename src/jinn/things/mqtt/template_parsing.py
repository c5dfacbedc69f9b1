"""An expression of a template, made into a function: each level of precedence is one method."""

from collections.abc import Mapping, Sequence

from jinn.things.mqtt.template_doing import (
    COMPARISONS,
    Node,
    both,
    calculated,
    called,
    chosen,
    compared,
    constant,
    either,
    got_member,
    item_of,
    joined,
    key_of,
    listed,
    member_of,
    method_call,
    sliced,
    tested,
    within,
)
from jinn.things.mqtt.template_reading import END, Token, refused, tokens_of
from jinn.things.mqtt.template_words import FILTERS, FUNCTIONS, METHODS, TESTS, UNDEFINED, Value, number_of

DEPTH_MAX = 40

_CONSTANTS: Mapping[str, Value] = {
    "true": True, "True": True, "false": False, "False": False, "none": None, "None": None,
}  # fmt: skip


def read_expression(tokens: Sequence[Token]) -> Node:
    """Raises `Invalid` with code `bad-template`."""
    return _Parser(tokens).whole()


def expression(text: str) -> Node:
    """Raises `Invalid` with code `bad-template`."""
    return read_expression(tokens_of(text))


class _Parser:
    """Recursive descent over the tokens of one expression."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def whole(self) -> Node:
        node = self._choice()
        if self._peek() is not END:
            raise refused(f"{self._peek().text[:20]!r} is not expected.")
        return node

    def _peek(self, ahead: int = 0) -> Token:
        at = self._at + ahead
        return self._tokens[at] if at < len(self._tokens) else END

    def _take(self, *texts: str) -> str:
        """The next token when it is one of these, and no string; else nothing."""
        token = self._peek()
        if token.kind in ("sign", "name") and token.text in texts:
            self._at += 1
            return token.text
        return ""

    def _need(self, text: str) -> None:
        if not self._take(text):
            raise refused(f"{text!r} is missing.")

    def _choice(self) -> Node:
        """`yes if condition else no`."""
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise refused("it is too deep.")
        yes = self._or()
        found: Node = yes
        if self._take("if"):
            condition = self._or()
            no = self._choice() if self._take("else") else constant(UNDEFINED)
            found = chosen(condition, yes, no)
        self._depth -= 1
        return found

    def _or(self) -> Node:
        left = self._and()
        while self._take("or"):
            left = either(left, self._and())
        return left

    def _and(self) -> Node:
        left = self._not()
        while self._take("and"):
            left = both(left, self._not())
        return left

    def _not(self) -> Node:
        count = 0
        while self._take("not"):
            count += 1
        inner = self._comparison()
        if not count:
            return inner
        return (lambda scope: not inner(scope)) if count % 2 else (lambda scope: bool(inner(scope)))

    def _comparison(self) -> Node:
        left = self._joined()
        while True:
            sign = self._take(*COMPARISONS, "in", "is")
            if sign in COMPARISONS:
                left = compared(left, COMPARISONS[sign], self._joined())
            elif sign == "in":
                left = within(left, self._joined(), is_wanted=True)
            elif sign == "is":
                left = self._tested(left)
            elif self._peek().text == "not" and self._peek(1).text == "in":
                self._at += 2
                left = within(left, self._joined(), is_wanted=False)
            else:
                return left

    def _tested(self, left: Node) -> Node:
        is_wanted = not self._take("not")
        name = self._peek()
        test = TESTS.get(name.text)
        if test is None or name.kind != "name":
            raise refused(f"the test {name.text[:20]!r} is not used here.")
        self._at += 1
        return tested(left, test, is_wanted=is_wanted)

    def _joined(self) -> Node:
        left = self._sum()
        while self._take("~"):
            left = joined([left, self._sum()])
        return left

    def _sum(self) -> Node:
        left = self._product()
        while sign := self._take("+", "-"):
            left = calculated(left, sign, self._product())
        return left

    def _product(self) -> Node:
        left = self._unary()
        while sign := self._take("*", "/", "//", "%"):
            left = calculated(left, sign, self._unary())
        return left

    def _unary(self) -> Node:
        if self._take("-"):
            self._depth += 1
            if self._depth > DEPTH_MAX:
                raise refused("it is too deep.")
            inner = self._unary()
            self._depth -= 1
            return lambda scope: -number_of(inner(scope))
        if self._take("+"):
            return self._unary()
        return self._filtered(self._postfix(self._atom()))

    def _filtered(self, node: Node) -> Node:
        while self._take("|"):
            name = self._peek().text
            found = FILTERS.get(name)
            if found is None or self._peek().kind != "name":
                raise refused(f"the filter {name[:20]!r} is not used here.")
            self._at += 1
            args, named = self._arguments() if self._take("(") else ([], {})
            node = self._postfix(called(found, [node, *args], named))
        return node

    def _postfix(self, node: Node) -> Node:
        while True:
            if self._take("."):
                node = self._attribute(node)
            elif self._take("["):
                node = self._indexed(node)
            else:
                return node

    def _attribute(self, node: Node) -> Node:
        token = self._peek()
        self._at += 1
        if token.kind not in ("name", "number"):
            raise refused("a name must follow the dot.")
        if not self._take("("):
            return member_of(node, token.text)
        args, named = self._arguments()
        if named:
            raise refused("arguments of a method have no names.")
        if token.text == "get" and 1 <= len(args) <= 2:
            return got_member(node, args)
        method = METHODS.get(token.text)
        if method is None:
            raise refused(f"the method {token.text[:20]!r} is not used here.")
        return method_call(node, method, args)

    def _indexed(self, node: Node) -> Node:
        low = None if self._peek().text == ":" else self._choice()
        if self._take(":"):
            high = None if self._peek().text == "]" else self._choice()
            self._need("]")
            return sliced(node, low, high)
        self._need("]")
        assert low is not None, "without a colon there is an index"
        return item_of(node, low)

    def _arguments(self) -> tuple[list[Node], dict[str, Node]]:
        """After the opening bracket."""
        args: list[Node] = []
        named: dict[str, Node] = {}
        while not self._take(")"):
            if self._peek().kind == "name" and self._peek(1).text == "=":
                name = self._peek().text
                self._at += 2
                named[name] = self._choice()
            else:
                args.append(self._choice())
            if not self._take(",") and self._peek().text != ")":
                raise refused("an argument list is not closed.")
        return args, named

    def _atom(self) -> Node:
        token = self._peek()
        if token is END:
            raise refused("something is missing at its end.")
        self._at += 1
        if token.kind in ("number", "string"):
            return constant(token.value)
        if token.kind == "name":
            return self._name(token.text)
        if token.text == "(":
            return self._grouped()
        if token.text == "[":
            return listed(self._items("]"))
        if token.text == "{":
            return self._mapping()
        raise refused(f"{token.text[:20]!r} is not expected.")

    def _name(self, name: str) -> Node:
        if name in _CONSTANTS:
            return constant(_CONSTANTS[name])
        if self._take("("):
            function = FUNCTIONS.get(name)
            if function is None:
                raise refused(f"the function {name[:20]!r} is not used here.")
            args, named = self._arguments()
            return called(function, args, named)
        return lambda scope: scope.get(name, UNDEFINED)

    def _grouped(self) -> Node:
        inner = self._choice()
        if self._take(","):
            return listed([inner, *self._items(")")])
        self._need(")")
        return inner

    def _items(self, end: str) -> list[Node]:
        found: list[Node] = []
        while not self._take(end):
            found.append(self._choice())
            if not self._take(",") and self._peek().text != end:
                raise refused(f"{end!r} is missing.")
        return found

    def _mapping(self) -> Node:
        pairs: list[tuple[Node, Node]] = []
        while not self._take("}"):
            key = self._choice()
            self._need(":")
            pairs.append((key, self._choice()))
            if not self._take(",") and self._peek().text != "}":
                raise refused("'}' is missing.")
        return lambda scope: {key_of(key(scope)): value(scope) for key, value in pairs}
