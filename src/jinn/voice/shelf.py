"""Which models are ready: each is loaded once, in the background, while the hub already answers."""

import logging
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Generic, TypeVar

import anyio
import anyio.abc
import anyio.to_thread

from jinn.kernel import JinnError, Unavailable

_log = logging.getLogger(__name__)

M = TypeVar("M")

StatesChanged = Callable[[Mapping[str, "ModelState"]], None]


class ModelState(StrEnum):
    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"
    ABSENT = "absent"


class Shelved(Generic[M]):
    """A place on the shelf: empty while its model is loading, then the model for good."""

    def __init__(self, name: str, load: Callable[[], M]) -> None:
        self.name = name
        self.state = ModelState.LOADING
        self._load = load
        self._model: M | None = None
        self._problem: JinnError | None = None
        self._settled = anyio.Event()
        self._filling = anyio.Lock()

    async def get(self, *, within_s: float = 10.0) -> M:
        """The model, as soon as it is loaded.

        Raises:
            Unavailable: code `model-loading` after `within_s`; else what came of loading it.
        """
        with anyio.move_on_after(within_s):
            await self._settled.wait()
        if self._model is not None:
            return self._model
        if self._problem is not None:
            raise Unavailable(self._problem.sentence, code=self._problem.stable_code(), model=self.name)
        raise Unavailable(f"The model {self.name} is still loading.", code="model-loading", model=self.name)

    async def fill(self) -> None:
        """Load it in a worker thread; how that went is in `state`. What is there already stays."""
        async with self._filling:
            if self._model is None:
                await self._fill()

    async def _fill(self) -> None:
        self._problem = None
        try:
            self._model = await anyio.to_thread.run_sync(self._load, abandon_on_cancel=True)
            self.state = ModelState.READY
        except JinnError as problem:
            self._problem = problem
            self.state = ModelState.ABSENT if problem.stable_code() == "model-absent" else ModelState.FAILED
            _log.warning("The model %s is %s: %s", self.name, self.state.value, problem.sentence)
        except Exception as error:  # noqa: BLE001 - a native library may raise anything; the hub goes on without it
            self._problem = Unavailable(f"The model {self.name} could not be loaded: {error}", code="model-failed")
            self.state = ModelState.FAILED
            _log.exception("The model %s could not be loaded", self.name)
        self._settled.set()

    def empty(self) -> None:
        """Give the model's memory back; it can be loaded again."""
        self._model = None
        self.state = ModelState.LOADING
        self._settled = anyio.Event()


class ModelShelf:
    """The service that loads every model and says which are ready."""

    name = "models"

    def __init__(self, *, on_change: StatesChanged | None = None, at_once: int = 2, is_eager: bool = True) -> None:
        """`at_once`: how many are loaded at the same time; more only fight for the cores.

        `is_eager`: load all of them at the start; else each when `load` asks for it.
        """
        self._places: list[Shelved[object]] = []
        self._on_change = on_change
        self._is_eager = is_eager
        self._limiter = anyio.CapacityLimiter(at_once)

    def add(self, name: str, load: Callable[[], M]) -> Shelved[M]:
        """Make a place; `load` runs in a worker thread once the service runs. The first added is loaded first."""
        place = Shelved(name, load)
        self._places.append(place)  # type: ignore[arg-type] # only its name, state and filling are used here
        return place

    def states(self) -> dict[str, ModelState]:
        return {place.name: place.state for place in self._places}

    async def wait_ready(self, name: str, *, within_s: float = 10.0) -> None:
        """Returns when that model is loaded; raises as `Shelved.get` does."""
        await self._place(name).get(within_s=within_s)

    async def load(self, name: str) -> None:
        """Load one that was given up, or wait for the one that is being loaded; raises as `Shelved.get` does."""
        place = self._place(name)
        async with self._limiter:
            await place.fill()
        self._tell()
        await place.get(within_s=0.0)

    def unload(self, name: str) -> None:
        """Give one up; `load` brings it back."""
        self._place(name).empty()
        self._tell()

    def _place(self, name: str) -> Shelved[object]:
        return next(place for place in self._places if place.name == name)

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        """Ready at once: loading goes on behind."""
        task_status.started()
        self._tell()
        async with anyio.create_task_group() as tasks:
            for place in self._places if self._is_eager else ():
                tasks.start_soon(self._fill, place)
        await anyio.sleep_forever()

    async def _fill(self, place: Shelved[object]) -> None:
        async with self._limiter:
            await place.fill()
        self._tell()

    def _tell(self) -> None:
        if self._on_change:
            self._on_change(self.states())
