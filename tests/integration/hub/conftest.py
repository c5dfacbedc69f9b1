"""One whole hub with its demo home, shared by the tests that only talk to it."""

from collections.abc import Iterator

import anyio.abc
import anyio.from_thread
import pytest
from cut_line import Line
from hub_process import HubProcess, environment, running, wait_for_models, wait_for_things
from warm_jinn import WarmJinn, warm_jinn

from jinn.runtime.listening import free_port

DEMO_THINGS = 13


@pytest.fixture(scope="package")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    """A hub whose things are connected and whose speech is recognised."""
    with running(tmp_path_factory.mktemp("hub")) as started:
        wait_for_things(started, DEMO_THINGS)
        wait_for_models(started, "recognition")
        yield started


@pytest.fixture(scope="package")
def call() -> Iterator[WarmJinn]:
    """Runs `jinn …` as a process of its own."""
    with warm_jinn(environment()) as loaded:
        yield loaded


@pytest.fixture
def line() -> Iterator[tuple[Line, anyio.from_thread.BlockingPortal]]:
    """A line to a port that is free until somebody listens there, and what cuts and mends it."""
    with anyio.from_thread.start_blocking_portal() as portal:
        line = Line(to_port=free_port("127.0.0.1"))
        future, _ = portal.start_task(_run, line)
        yield line, portal
        future.cancel()


async def _run(line: Line, *, task_status: "anyio.abc.TaskStatus[None]") -> None:
    await line.run(task_status=task_status)
