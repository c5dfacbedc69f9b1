"""How is a manifest read that is too large for the heap? Piece by piece, with one file's entry held at a time."""

import json

from jinn_os.port import const

ENTRY_BYTES_MAX = const(1024)
"""A path, a size and a hash in hexadecimal digits are 200; every character of the path could be written as six."""
REST_BYTES_MAX = const(2048)
"""Some names and numbers."""

WANTED = (b'"product_key"', b'"version"', b'"module"', b'"counter"', b'"size"', b'"sha256"', b'"files"')
"""All else is let pass: notes for people may be longer than there is room for."""

_SPACE = b" \t\r\n"
_QUOTE, _BACKSLASH, _COMMA, _COLON = const(34), const(92), const(44), const(58)
_OPENING, _CLOSING = b"[{", b"]}"


def read_listing(pieces, take):
    """The manifest's object with an empty list as its `files`; each entry of that list was handed to `take(entry)`.

    An entry is whatever JSON list stood there. Members that nobody wants are 0. Raises `ValueError` for what is no such
    JSON, and what `take` raises.
    """
    reader = _Reader(take)
    for piece in pieces:
        reader.feed(bytes(piece))
    return reader.end()


class _Reader:
    def __init__(self, take):
        self._take = take
        self._kept = bytearray()
        self._depth = 0
        self._is_text = False
        self._is_escaped = False
        self._is_skipping = False
        self._key = None  # of the member whose value we are in; None before a colon
        self._key_at = 0
        self._is_list = False
        self._has_list = False
        self._entry = b""
        self._count = 0
        self._needs_comma = False

    def feed(self, data):
        while data:
            if not self._is_list:
                data = data[self._members(data) :]
            elif self._entry:
                data = self._inside(data)
            else:
                data = self._between(data)

    def end(self):
        form = json.loads(bytes(self._kept))
        if not isinstance(form, dict) or form.get("files") != []:
            raise ValueError("it has no list of files")
        return form

    def _members(self, data):
        """Read the object itself, up to the bracket that opens its list of files; how many bytes that took."""
        for at, byte in enumerate(data):
            if self._step(byte):
                self._kept.append(byte)
                if len(self._kept) > REST_BYTES_MAX:
                    raise ValueError("it is no manifest")
            if self._is_list:
                return at + 1
        return len(data)

    def _step(self, byte):
        """Whether it is to be kept."""
        is_kept = not self._is_skipping
        if self._is_text:
            self._go_on_with_text(byte)
        elif byte == _QUOTE:
            self._is_text = True
            if self._depth == 1 and self._key is None:
                self._key_at = len(self._kept)
        elif byte in _OPENING:
            self._depth += 1
            if self._depth == 2 and self._key == WANTED[-1] and byte == _OPENING[0]:
                self._open_list()
        elif byte in _CLOSING:
            self._depth -= 1
            if not self._depth:
                self._is_skipping, is_kept = False, True
        elif self._depth == 1:
            is_kept = self._pass_mark(byte)
        return is_kept

    def _go_on_with_text(self, byte):
        if self._is_escaped:
            self._is_escaped = False
        elif byte == _BACKSLASH:
            self._is_escaped = True
        elif byte == _QUOTE:
            self._is_text = False

    def _pass_mark(self, byte):
        """What stands between members, or between a name and its value; whether it is to be kept."""
        if byte == _COMMA:
            self._key, self._is_skipping = None, False
            return True
        if byte == _COLON and self._key is None:
            self._key = bytes(self._kept[self._key_at :]).strip(_SPACE)
            if self._key not in WANTED:
                self._is_skipping = True
                self._kept.extend(b":0")
                return False
        return not self._is_skipping

    def _open_list(self):
        if self._has_list:
            raise ValueError("it lists its files twice")
        self._is_list = self._has_list = True

    def _between(self, data):
        data = data.lstrip(_SPACE)
        first, rest = data[:1], data[1:]
        if first == b"," and self._needs_comma:
            self._needs_comma = False
        elif first == b"[" and not self._needs_comma:
            self._entry = first
        elif first == b"]" and (self._needs_comma or not self._count):
            self._is_list = False
            return data
        elif first:
            raise ValueError("its files are no list of lists")
        return rest

    def _inside(self, data):
        """No path that is allowed has a bracket in it, so that the next one ends the entry."""
        end = data.find(b"]") + 1
        self._entry += data[:end] if end else data
        if len(self._entry) > ENTRY_BYTES_MAX:
            raise ValueError("one of its files takes too many words")
        if not end:
            return b""
        entry, self._entry = self._entry, b""
        self._take(json.loads(entry))
        self._count += 1
        self._needs_comma = True
        return data[end:]
