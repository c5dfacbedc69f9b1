"""One whole hub with its demo home, shared by the tests that only talk to it."""

from collections.abc import Iterator

import pytest
from hub_process import HubProcess, environment, running, wait_for_models, wait_for_things
from warm_jinn import WarmJinn, warm_jinn

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
