"""The words of an expression in a template, and of the text around it."""

import ast
import re
from typing import NamedTuple

from jinn.kernel import Invalid

TEMPLATE_CHARS_MAX = 8_192
TOKENS_MAX = 2_048

_PIECE = re.compile(r"\{([{%#])(-?)(.*?)(-?)[}%#]\}", re.DOTALL)
_ENDS = {"{": "}}", "%": "%}", "#": "#}"}
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<number>\d+\.\d+(?:[eE][+-]?\d+)?|0[xX][0-9a-fA-F]+|\d+(?:[eE][+-]?\d+)?)
    |(?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    |(?P<name>[A-Za-z_]\w*)
    |(?P<sign>==|!=|<=|>=|//|\*\*|[-+*/%~<>|.,:()\[\]{}=])
    )""",
    re.VERBOSE,
)


class Token(NamedTuple):
    """`kind`: number, string, name, sign or end. `value`: what a number or string is."""

    kind: str
    text: str
    value: object = None


class Piece(NamedTuple):
    """`kind`: text, expression or statement."""

    kind: str
    text: str


END = Token("end", "")


def refused(why: str) -> Invalid:
    return Invalid(f"That template cannot be used here: {why}", code="bad-template")


def pieces_of(template: str) -> list[Piece]:
    """Text, expressions and statements in order; blanks are cut where a `-` says so. Raises `Invalid`."""
    if len(template) > TEMPLATE_CHARS_MAX:
        raise refused(f"it has more than {TEMPLATE_CHARS_MAX} characters.")
    found: list[Piece] = []
    position = 0
    is_cut = False
    while (start := _next_opening(template, position)) >= 0:
        text = template[position:start]
        opening = template[start + 1]
        end = _closing(template, start + 2, opening)
        inner = template[start + 2 : end]
        before, after = inner.startswith("-"), inner.endswith("-") and len(inner) > 1
        text = text.lstrip() if is_cut else text
        found.append(Piece("text", text.rstrip() if before else text))
        if opening != "#":
            kind = "expression" if opening == "{" else "statement"
            found.append(Piece(kind, inner[before : len(inner) - after].strip()))
        is_cut = after
        position = end + 2
        if opening == "%" and template[position : position + 1] == "\n" and not is_cut:
            position += 1
    rest = template[position:]
    found.append(Piece("text", rest.lstrip() if is_cut else rest))
    return [piece for piece in found if piece.kind != "text" or piece.text]


def _next_opening(template: str, position: int) -> int:
    starts = [at for mark in ("{{", "{%", "{#") if (at := template.find(mark, position)) >= 0]
    return min(starts, default=-1)


def _closing(template: str, position: int, opening: str) -> int:
    """Where the braces that were opened are closed, outside of any string."""
    wanted = _ENDS[opening]
    quote = ""
    at = position
    while at < len(template):
        letter = template[at]
        if quote:
            if letter == "\\":
                at += 1
            elif letter == quote:
                quote = ""
        elif letter in "'\"" and opening != "#":
            quote = letter
        elif template.startswith(wanted, at):
            # `}}}` closes a dict literal first.
            while opening == "{" and template.startswith("}", at + 2) and _is_open(template[position:at]):
                at += 1
            return at
        at += 1
    raise refused("a brace is not closed.")


def _is_open(text: str) -> bool:
    plain = re.sub(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", "", text)
    return plain.count("{") > plain.count("}")


def tokens_of(text: str) -> list[Token]:
    """Raises `Invalid`."""
    found: list[Token] = []
    position = 0
    while text[position:].strip():
        match = _TOKEN.match(text, position)
        if match is None:
            raise refused(f"{text[position : position + 20]!r} has no meaning.")
        kind = str(match.lastgroup)
        word = match.group(kind)
        found.append(Token(kind, word, _value(kind, word)))
        position = match.end()
        if len(found) > TOKENS_MAX:
            raise refused(f"it has more than {TOKENS_MAX} words.")
    return found


def _value(kind: str, word: str) -> object:
    try:
        if kind == "number":
            return int(word, 16) if word[:2] in ("0x", "0X") else int(word) if word.isdigit() else float(word)
        return ast.literal_eval(word) if kind == "string" else None
    except (ValueError, SyntaxError) as wrong:
        raise refused(f"{word[:20]!r} has no meaning.") from wrong
