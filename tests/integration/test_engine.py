"""The engine as our child: back when killed, gone when we are, and closed to everybody else."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest

from jinn.kernel import Refused, Secret, Unavailable
from jinn.runtime import BrokerOptions, NatsBus, NatsEngine, NatsLink
from jinn.runtime.engine import find_engine

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def running(folder: Path, *, patience_s: float = 30.0) -> AsyncIterator[tuple[NatsEngine, NatsBus]]:
    engine = NatsEngine(folder)
    bus = NatsBus(engine.link, patience_s=patience_s)
    async with anyio.create_task_group() as tasks:
        await tasks.start(lambda *, task_status: engine.run(task_status=task_status))
        await tasks.start(lambda *, task_status: bus.run(task_status=task_status))
        yield engine, bus
        tasks.cancel_scope.cancel()


def engine_pid(folder: Path) -> int:
    return int((folder / "nats" / "nats.pid").read_text())


def is_alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


async def until(is_so: Callable[[], bool]) -> None:
    """What happens in another process gives us no event to wait for."""
    with anyio.fail_after(30):
        while not is_so():  # noqa: ASYNC110
            await anyio.sleep(0.01)


async def test_a_killed_engine_is_back_at_the_same_place_and_subscriptions_live_on(tmp_path: Path) -> None:
    async with running(tmp_path) as (engine, bus):
        link = engine.link()
        async with bus.subscribe("news") as messages:
            for number in range(2):
                os.kill(engine_pid(tmp_path), signal.SIGKILL)
                # What is said into a line whose end nobody has noticed yet may be lost.
                await until(lambda number=number: not bus.is_connected or engine.restarts > number)
                with anyio.fail_after(30):
                    await bus.publish("news", str(number).encode())
                    assert (await anext(messages)).payload == str(number).encode()
        assert engine.restarts == 2
        assert (engine.link().url, engine.link().user) == (link.url, link.user)


async def test_a_stopped_engine_is_gone(tmp_path: Path) -> None:
    async with running(tmp_path):
        pid = engine_pid(tmp_path)
        assert is_alive(pid)
    await until(lambda: not is_alive(pid))


async def test_without_the_password_nobody_is_let_in(tmp_path: Path) -> None:
    async with running(tmp_path) as (engine, _):
        url = engine.link().url
        for link in (NatsLink(url=url), NatsLink(url=url, user="hub", password=Secret("guess"))):
            stranger = NatsBus(lambda link=link: link)
            with anyio.fail_after(20), pytest.raises(Refused) as caught:
                await stranger.run(task_status=anyio.TASK_STATUS_IGNORED)
            assert caught.value.stable_code() == "engine-refused"
        assert (tmp_path / "nats" / "nats.conf").stat().st_mode & 0o077 == 0


async def test_while_the_engine_is_away_a_publish_waits_only_so_long(tmp_path: Path) -> None:
    async with running(tmp_path, patience_s=0.2) as (_, bus):
        pid = engine_pid(tmp_path)
        store = tmp_path / "nats"
        store.rename(tmp_path / "moved")
        store.write_text("a file where the engine wants its folder")
        try:
            os.kill(pid, signal.SIGKILL)
            await until(lambda: not is_alive(pid))
            await until(lambda: not bus.is_connected)
            with pytest.raises(Unavailable) as caught:
                await bus.publish("news", b"")
            assert caught.value.stable_code() == "engine-away"
        finally:
            store.unlink()
            (tmp_path / "moved").rename(store)


_HUB = """
import anyio, pathlib, sys
from jinn.runtime import NatsEngine
async def main():
    engine = NatsEngine(pathlib.Path(sys.argv[1]))
    async with anyio.create_task_group() as tasks:
        await tasks.start(lambda *, task_status: engine.run(task_status=task_status))
        sys.stdout.write("ready\\n")
        sys.stdout.flush()
        await anyio.sleep_forever()
anyio.run(main)
"""


async def test_a_hub_killed_with_9_leaves_no_orphan(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _HUB, str(tmp_path)]
    environment = {"PYTHONPATH": ":".join(sys.path)}
    async with await anyio.open_process(command, env=environment, stderr=subprocess.STDOUT) as hub:
        assert hub.stdout is not None
        with anyio.fail_after(30):
            assert await hub.stdout.receive() == b"ready\n"
        pid = engine_pid(tmp_path)
        hub.kill()
        await hub.wait()
    await until(lambda: not is_alive(pid))


async def test_an_orphan_from_before_does_not_block_the_start(tmp_path: Path) -> None:
    async with running(tmp_path):
        config = (tmp_path / "nats" / "nats.conf").read_text()
    (tmp_path / "nats" / "nats.conf").write_text(config)
    (tmp_path / "nats" / "nats.pid").unlink(missing_ok=True)
    orphan = subprocess.Popen([find_engine(), "-c", tmp_path / "nats" / "nats.conf"])  # noqa: ASYNC220
    try:
        await until((tmp_path / "nats" / "nats.pid").exists)
        await until(lambda: engine_pid(tmp_path) == orphan.pid)
        async with running(tmp_path) as (_, bus):
            assert bus.is_connected
            assert engine_pid(tmp_path) != orphan.pid
        assert orphan.wait(5) == -signal.SIGKILL
    finally:
        orphan.kill()
        orphan.wait()


async def test_an_engine_that_cannot_start_says_why(tmp_path: Path) -> None:
    engine = NatsEngine(tmp_path, program=Path("/bin/false"))
    with anyio.fail_after(30), pytest.raises(Unavailable) as caught:
        await engine.run(task_status=anyio.TASK_STATUS_IGNORED)
    assert caught.value.stable_code() == "engine-failed"


async def test_a_port_that_was_taken_meanwhile_is_chosen_anew(tmp_path: Path) -> None:
    engine = NatsEngine(tmp_path, broker=BrokerOptions(port=0))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        # As if it had been free a moment ago.
        engine._broker_port = taken.getsockname()[1]
        async with anyio.create_task_group() as tasks:
            with anyio.fail_after(60):
                await tasks.start(lambda *, task_status: engine.run(task_status=task_status))
            assert engine.broker_link().port != taken.getsockname()[1]
            tasks.cancel_scope.cancel()


_TRACED = """
import anyio
from jinn.runtime import record_spans
async def main():
    recent = record_spans()
    await anyio.run_process(["/bin/true"])
anyio.run(main, backend_options={"use_uvloop": True})
"""


async def test_a_hub_that_records_spans_can_still_start_programs() -> None:
    # In a process of its own: should it hang, it hangs in the middle of a fork.
    with anyio.fail_after(20):
        done = await anyio.run_process([sys.executable, "-c", _TRACED], env={"PYTHONPATH": ":".join(sys.path)})
    assert done.returncode == 0
