"""Models are loaded once, in the background, and everybody can see which are ready."""

import threading
from collections.abc import Mapping

import anyio
import pytest

from jinn.kernel import Unavailable
from jinn.voice.shelf import ModelShelf, ModelState

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_the_hub_goes_on_while_a_model_is_loading() -> None:
    may_load = threading.Event()
    seen: list[Mapping[str, ModelState]] = []
    shelf = ModelShelf(on_change=seen.append)
    place = shelf.add("recognition", lambda: "weights" if may_load.wait(5) else "late")

    async with anyio.create_task_group() as tasks:
        await tasks.start(shelf.run)
        before = shelf.states()
        with pytest.raises(Unavailable) as refusal:
            await place.get(within_s=0)
        may_load.set()
        model = await place.get()
        tasks.cancel_scope.cancel()

    assert before == {"recognition": ModelState.LOADING}
    assert refusal.value.stable_code() == "model-loading"
    assert model == "weights"
    assert place.state is ModelState.READY


async def test_a_model_that_cannot_be_loaded_fails_alone() -> None:
    def absent() -> str:
        raise Unavailable("The model toy is not installed.", code="model-absent")

    def broken() -> str:
        raise RuntimeError("unexpected end of file")

    shelf = ModelShelf()
    places = [shelf.add("a", absent), shelf.add("b", broken), shelf.add("c", lambda: "weights")]

    async with anyio.create_task_group() as tasks:
        await tasks.start(shelf.run)
        await places[2].get()
        codes = []
        for place in places[:2]:
            with pytest.raises(Unavailable) as refusal:
                await place.get()
            codes.append(refusal.value.stable_code())
        tasks.cancel_scope.cancel()

    assert codes == ["model-absent", "model-failed"]
    assert shelf.states() == {"a": ModelState.ABSENT, "b": ModelState.FAILED, "c": ModelState.READY}


async def test_each_change_is_told() -> None:
    seen: list[Mapping[str, ModelState]] = []
    shelf = ModelShelf(on_change=seen.append)
    shelf.add("wake", lambda: "weights")

    async with anyio.create_task_group() as tasks:
        await tasks.start(shelf.run)
        await shelf.wait_ready("wake")
        await anyio.lowlevel.checkpoint()
        tasks.cancel_scope.cancel()

    assert seen == [{"wake": ModelState.LOADING}, {"wake": ModelState.READY}]
