"""What does a person do to the thing by hand? Lines of standard input: `door open`, `temperature 25.5`, `stop`."""

import asyncio

from jinn_os.port import const, stdin_reader

_LINE_BYTES_MAX = const(256)
_WORDS = {"on": 1, "off": 0, "open": 1, "closed": 0}


async def listen(obey, on_end):
    """`obey(words)` for each line; `on_end()` when nobody can say anything any more."""
    reader = await stdin_reader()
    line = b""
    while True:
        byte = await reader.read(1)
        if not byte:
            # Whoever started us is gone. Without this a killed hub would leave its things behind.
            on_end()
            return
        if byte != b"\n":
            line = (line + byte)[:_LINE_BYTES_MAX]
            continue
        try:
            words = line.decode().split()
        except UnicodeError:
            words = ["?", "?", "?"]
        line = b""
        obey(words)
        await asyncio.sleep(0)


def value_of(word):
    if word in _WORDS:
        return _WORDS[word]
    try:
        number = float(word)
    except ValueError:
        return word
    return int(number) if number == int(number) else number
