"""How is a manifest read that is too large for the heap? Piece by piece, with one file's entry held at a time."""

import json

from jinn_os.port import const

ENTRY_BYTES_MAX = const(512)
"""A path, a size and a hash in hexadecimal digits are 200."""
REST_BYTES_MAX = const(2048)
"""Everything else: some names and numbers."""

_KEY = b'"files"'
_SPACE = b" \t\r\n"
_BEFORE, _WITHIN, _ENTRY, _BEHIND = const(0), const(1), const(2), const(3)


def read_listing(pieces, take):
    """The manifest's object with an empty list as its `files`; each entry of that list was handed to `take(entry)`.

    An entry is whatever JSON list stood there. Raises `ValueError` for what is no such JSON, and what `take` raises.
    """
    reader = _Reader(take)
    for piece in pieces:
        reader.feed(bytes(piece))
    return reader.end()


class _Reader:
    def __init__(self, take):
        self._take = take
        self._place = _BEFORE
        self._rest = b""
        self._entry = b""
        self._count = 0
        self._needs_comma = False

    def feed(self, data):
        while data:
            if self._place == _WITHIN:
                data = self._between(data)
            elif self._place == _ENTRY:
                data = self._inside(data)
            else:
                data = self._outside(data)

    def end(self):
        form = json.loads(self._rest)
        # What stood in an object further down, or a second time, is not the list of the manifest itself.
        is_listed = isinstance(form, dict) and form.get("files") == [] and self._place == _BEHIND
        if not is_listed or _name_in(self._rest, _name_in(self._rest, 0)):
            raise ValueError("it has no list of files")
        return form

    def _outside(self, data):
        """Before the list, up to the bracket that opens it, and behind it."""
        self._rest += data
        data = b""
        if self._place == _BEFORE:
            at = _list_in(self._rest)
            if at:
                self._rest, data = self._rest[:at], self._rest[at:]
                self._place = _WITHIN
        if len(self._rest) > REST_BYTES_MAX:
            raise ValueError("it is no manifest")
        return data

    def _between(self, data):
        data = data.lstrip(_SPACE)
        first, rest = data[:1], data[1:]
        if first == b"," and self._needs_comma:
            self._needs_comma = False
        elif first == b"[" and not self._needs_comma:
            self._entry = first
            self._place = _ENTRY
        elif first == b"]" and (self._needs_comma or not self._count):
            self._place = _BEHIND
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
        self._take(json.loads(self._entry))
        self._count += 1
        self._needs_comma = True
        self._place = _WITHIN
        return data[end:]


def _list_in(text):
    """Behind the bracket that opens the list of files; 0 when it has not come yet."""
    at = _name_in(text, 0)
    tail = text[at:].lstrip(_SPACE)
    return len(text) - len(tail) + 1 if at and tail[:1] == b"[" else 0


def _name_in(text, at):
    """Behind the next `"files":`, 0 when there is none: without its colon it is a value."""
    while True:
        at = text.find(_KEY, at) + len(_KEY)
        if at < len(_KEY):
            return 0
        tail = text[at:].lstrip(_SPACE)
        if tail[:1] == b":":
            return len(text) - len(tail) + 1
