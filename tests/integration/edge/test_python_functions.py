"""Python functions in their own process, whatever they try."""

import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest
from function_parts import WARM, release

from jinn.edge.functions import Ended, PythonWorkshop, read_manifest
from jinn.edge.functions.python import PythonSandbox
from jinn.kernel import Invalid, Names, Refused

pytestmark = pytest.mark.anyio

GRANTS = ("set:fridge/cold_target", "read:fridge/temperature", "say", "keep")


def readings(thing: str, name: str) -> object:
    return 9.5 if (thing, name) == ("fridge", "temperature") else None


@asynccontextmanager
async def opened(folder: Path, code: str, **limits: int) -> AsyncIterator[PythonSandbox]:
    raw = code.encode()
    document, _ = release(raw, runtime="python", grants=GRANTS, **{"memory_kib": 131_072, **limits})
    # Where this box cannot shut a process in, the other walls are still tested.
    sandbox = await PythonWorkshop(readings, folder / "empty", may_be_open=True).open(read_manifest(document), raw)
    try:
        yield sandbox
    finally:
        await sandbox.close()


async def run(folder: Path, code: str, *, kept: bytes = b"", **limits: int) -> Ended:
    async with opened(folder, code, **limits) as sandbox:
        return await sandbox.work(WARM, kept)


async def test_it_reads_wishes_speaks_and_keeps(tmp_path: Path) -> None:
    code = """
def handle(event, home):
    if home.read("fridge", "temperature") > 8:
        home.set(event["thing"], {"cold_target": 3})
        home.say("The fridge is warm.", "冰箱太热了。")
    home.keep((home.kept or 0) + 1)
    home.log(event["value"])
"""
    ended = await run(tmp_path, code, kept=b"4")
    assert ended.problem == "", ended.sentence
    assert [(wish.thing, wish.values) for wish in ended.wishes] == [("fridge", {"cold_target": 3})]
    assert ended.says == (Names(en="The fridge is warm.", zh="冰箱太热了。"),)
    assert (ended.kept, ended.logs) == (b"5", ("9.5",))


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("home.set('door', {'lock': 0})", "function-refused"),
        ("home.set('fridge', {'cold_target': {1}})", "function-failed"),
        ("home.read('shirt', 'heart_rate')", "function-failed"),
        ("1 / 0", "function-failed"),
        ("import socket", "function-failed"),
        ("open('/etc/passwd')", "function-failed"),
        ("raise SystemExit", "function-failed"),
        ("x = bytearray(10**9)", "function-memory"),
        ("while True: pass", "function-late"),
        ("[home.set('fridge', {'cold_target': n}) for n in range(30)]", "function-refused"),
        ("[home.say('x' * 9999, 'x') for n in range(3000)]", "function-died function-late"),
    ],
)
async def test_what_it_may_not_do_fails_and_nothing_is_wished(tmp_path: Path, body: str, problem: str) -> None:
    code = f"def handle(event, home):\n    home.set('fridge', {{'cold_target': 3}})\n    {body}"
    ended = await run(tmp_path, code, time_ms=100 if problem == "function-late" else 5_000)
    assert ended.problem in problem.split()
    assert ended.wishes == ()


async def test_after_a_killed_event_the_next_one_gets_a_new_process(tmp_path: Path) -> None:
    code = "def handle(event, home):\n    while home.kept is None: pass\n    home.log('well')"
    async with opened(tmp_path, code, time_ms=500) as sandbox:
        assert (await sandbox.work(WARM, b"")).problem == "function-late"
        assert (await sandbox.work(WARM, b"1")).logs == ("well",)


async def _can_shut_in() -> bool:
    """Whether this box lets a process have a network and a root folder of its own."""
    spaces = ["--net", "--ipc", "--mount", *([] if os.geteuid() == 0 else ["--user"])]
    tried = await anyio.run_process(["unshare", *spaces, "true"], check=False)
    return tried.returncode == 0


async def test_it_sees_no_files_no_network_and_not_our_environment(tmp_path: Path) -> None:
    reach = """
import json
def handle(event, home):
    sys = [c for c in ().__class__.__base__.__subclasses__() if c.__name__ == "_wrap_close"][0].__init__.__globals__
    home.log(sys["listdir"]("/"))
    home.log(sorted(k for k in sys["environ"] if k.startswith(("HOME", "JINN", "PATH"))))
    home.log(sys["getuid"]())
    try:
        sys["fork"]()
    except OSError:
        home.log("no children")
"""
    document, _ = release(reach.encode(), runtime="python", memory_kib=131_072)
    workshop = PythonWorkshop(readings, tmp_path / "empty")
    if not await _can_shut_in():
        with pytest.raises(Refused, match="cannot shut"):
            await workshop.open(read_manifest(document), reach.encode())
        return
    sandbox = await workshop.open(read_manifest(document), reach.encode())
    ended = await sandbox.work(WARM, b"")
    await sandbox.close()
    files, environment, user, children = ended.logs
    assert (files, environment, children) == ("[]", "[]", "no children")
    assert user != "0" or os.geteuid() != 0


@pytest.mark.parametrize("code", ["def handle(", "handle = 1", "x = 1", "import os", "while True: pass"])
async def test_code_that_cannot_be_read_is_refused_at_once(tmp_path: Path, code: str) -> None:
    raw = code.encode()
    document, _ = release(raw, runtime="python", memory_kib=131_072)
    assert hashlib.sha256(raw).hexdigest() in document.decode()
    with pytest.raises(Invalid) as refused:
        await PythonWorkshop(readings, tmp_path / "empty", may_be_open=True).open(read_manifest(document), raw)
    assert refused.value.stable_code() == "function-code"


async def test_much_that_it_says_is_cut_short(tmp_path: Path) -> None:
    ended = await run(tmp_path, "def handle(event, home):\n    [home.log('x' * 9999) for n in range(10**4)]")
    assert (ended.problem, len(ended.logs), len(ended.logs[0])) == ("", 50, 500)
