"""The process in which a Python function lives: it gives up all it can, then reads events and answers them.

This file is a program for `python -I -S` and imports nothing of ours. Its first line of input holds the settings and
the code, every further line an event; each output line is one JSON object. What it could not give up it says at once.
"""

import builtins
import ctypes
import json
import os
import resource
import sys
from collections.abc import Callable, Mapping

_CLONE_NEWUSER, _CLONE_NEWNET, _CLONE_NEWIPC, _CLONE_NEWNS = 0x10000000, 0x40000000, 0x08000000, 0x00020000
_PR_SET_NO_NEW_PRIVS = 38
_NOBODY = 65_534
_MODULES = ("collections", "datetime", "functools", "itertools", "json", "math", "random", "re", "statistics", "time")
"""What a function may import: they are loaded before the process loses sight of its files."""

_LOGS_MAX = 50
_SHUT = frozenset({"open", "input", "breakpoint", "exit", "quit", "help"})


class Home:
    """What a function holds to act on the home; the hub checks every wish against what was granted.

    Attributes:
        kept: what the function kept at its last event; None at the first.
    """

    def __init__(self, ask: Callable[[object], object], kept: object) -> None:
        self._ask = ask
        self.kept = kept
        self.wishes: list[dict[str, object]] = []
        self.logs: list[str] = []

    def set(self, thing: str, properties: Mapping[str, object]) -> None:
        self.wishes.append({"set": {"thing": thing, "properties": dict(properties)}})

    def call(self, thing: str, service: str, inputs: Mapping[str, object] | None = None) -> None:
        self.wishes.append({"call": {"thing": thing, "service": service, "inputs": dict(inputs or {})}})

    def say(self, en: str, zh: str) -> None:
        self.wishes.append({"say": {"en": en, "zh": zh}})

    def read(self, thing: str, name: str) -> object:
        """What a thing last said of a property. Raises `PermissionError` without a grant."""
        return self._ask({"thing": thing, "property": name})

    def keep(self, value: object) -> None:
        """Remember this for the next event: what JSON can say, up to 4 KiB."""
        self.wishes.append({"keep": value})

    def log(self, text: object) -> None:
        if len(self.logs) < _LOGS_MAX:
            self.logs.append(str(text)[:500])


class Channel:
    """Lines to and from the hub."""

    def __init__(self) -> None:
        self._lines = sys.stdin.buffer
        self._answers = os.fdopen(os.dup(1), "wb", buffering=0)
        # What the function prints must not be taken for answers.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(1, 2)

    def tell(self, message: Mapping[str, object]) -> None:
        self._answers.write(json.dumps(message).encode() + b"\n")

    def hear(self) -> dict[str, object] | None:
        """The next line; None when the hub has gone."""
        line = self._lines.readline()
        return dict(json.loads(line)) if line else None

    def ask(self, wanted: object) -> object:
        self.tell({"read": wanted})
        answer = self.hear() or {"no": "the hub has gone"}
        if "no" in answer:
            raise PermissionError(answer["no"])
        return answer["value"]


def main() -> None:
    """Until the hub closes the line."""
    channel = Channel()
    settings = channel.hear() or {}
    allowed = {name: __import__(name) for name in _MODULES}
    open_parts = _give_up(int(str(settings["memory_kib"])), str(settings["folder"]))
    names: dict[str, object] = {"__name__": "function", "__builtins__": _builtins(allowed)}
    try:
        exec(compile(str(settings["code"]), "function", "exec"), names)
        handle = names["handle"]
        assert callable(handle), "handle is no function"
    except BaseException as wrong:  # noqa: BLE001 - whatever it does, the hub is told
        channel.tell({"broken": _said(wrong), "open": open_parts})
        return
    channel.tell({"ready": True, "open": open_parts})
    while (asked := channel.hear()) is not None:
        _work(channel, handle, asked)


def _work(channel: Channel, handle: Callable[[object, Home], object], asked: Mapping[str, object]) -> None:
    home = Home(channel.ask, asked["kept"])
    try:
        handle(asked["event"], home)
        channel.tell({"wishes": home.wishes, "logs": home.logs})
    except MemoryError:
        channel.tell({"failed": "function-memory", "said": "It used up its memory.", "logs": home.logs})
    except BaseException as wrong:  # noqa: BLE001 - whatever it does, the hub is told
        channel.tell({"failed": "function-failed", "said": _said(wrong), "logs": home.logs})


def _said(wrong: BaseException) -> str:
    return f"{type(wrong).__name__}: {wrong}"[:500]


def _builtins(allowed: Mapping[str, object]) -> dict[str, object]:
    """All but what reaches beyond the process; not a wall, the wall is what the process has given up."""

    def importing(name: str, *rest: object) -> object:
        if name not in allowed:
            raise ImportError(f"{name} is not for functions; these are: {', '.join(allowed)}")
        return allowed[name]

    return {**{name: part for name, part in vars(builtins).items() if name not in _SHUT}, "__import__": importing}


def _give_up(memory_kib: int, folder: str) -> list[str]:
    """Network, files, rights, and memory beyond the limit; what could not be given up is named."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    open_parts = []
    is_root = os.geteuid() == 0
    spaces = _CLONE_NEWNET | _CLONE_NEWIPC | _CLONE_NEWNS | (0 if is_root else _CLONE_NEWUSER)
    if libc.unshare(spaces) != 0:
        open_parts.append("network")
    try:
        os.chroot(folder)
        os.chdir("/")
    except OSError:
        open_parts.append("files")
    try:
        if is_root:
            os.setgroups([])
            os.setresgid(_NOBODY, _NOBODY, _NOBODY)
            os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    except OSError:
        open_parts.append("rights")
    for limit, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 16),
        (resource.RLIMIT_AS, memory_kib * 1024),
    ):
        resource.setrlimit(limit, (most, most))
    return open_parts


if __name__ == "__main__":
    main()
