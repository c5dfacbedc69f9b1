"""What could become a thing of the home, from all bridges, and how it becomes one: by a tap, or by a code."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import anyio
import anyio.abc

from jinn.kernel import AreaId, Clock, Conflict, Invalid, JinnError, Names, NotFound, ThingId, Unavailable, new_id
from jinn.things.model import Thing

Via = Literal["mqtt", "homeassistant", "matter", "genie", "alink"]
State = Literal["working", "done", "failed"]

ATTEMPTS_KEPT = 50
"""Attempts to join by a code that a screen can still ask for."""

AT_ONCE_MAX = 4
"""Codes that are being tried; a fabric takes one at a time anyway."""

CODE_CHARS_MAX = 200

_LOOKING = Names(en="Looking for it", zh="正在寻找设备")
_JOINED = Names(en="It is part of the home now", zh="已加入家庭")
_FAILED = Names(en="It could not be added", zh="没有添加成功")

_log = logging.getLogger(__name__)
Told = Callable[[Names], None]
Look = Callable[[], Awaitable[Names | None]]
"""Has a bridge look anew, and says what came of it; None when there is nothing where it could look."""

Tell = Callable[[Names], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Something that was discovered.

    Attributes:
        id: `[A-Za-z0-9_-]`, the same at every discovery.
        maker, model, area: what it says of itself; `area` is a suggestion in its own words.
        joined: the thing that it is already.
    """

    id: str
    via: Via
    names: Names
    kind: str
    maker: str | None = None
    model: str | None = None
    area: str | None = None
    seen_ms: int = 0
    joined: ThingId | None = None


class Finder(Protocol):
    """A bridge that discovers."""

    def found(self) -> Sequence[Found]:
        """Everything that is there now and was not ignored."""
        ...

    async def join(self, found_id: str, *, names: Names | None, area: AreaId | None) -> Thing:
        """Make it a thing; one already is given as it is.

        Raises:
            NotFound: `found-not-found`, `area-not-found`.
            Refused: it cannot become one, and why.
        """
        ...

    async def ignore(self, found_id: str) -> None:
        """Show it no more; a thing that it is already stays one. Raises: NotFound `found-not-found`."""
        ...


class CodeReader(Protocol):
    """A bridge to which a code means something."""

    @property
    def via(self) -> Via: ...

    def is_mine(self, code: str) -> bool:
        """Whether it looks like one of its codes; it may still be wrong."""
        ...

    def check(self, code: str) -> None:
        """See at once what needs no device to be seen.

        Raises:
            Invalid: it is mistyped.
            Unavailable: such a device cannot be added here, and what to do about it.
        """
        ...

    async def join_code(self, code: str, *, names: Names | None, area: AreaId | None, told: Told) -> Thing:
        """Make a thing of what has this code; `told` says each step in words for people.

        Raises:
            Refused, Unavailable: it is none, and why.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One attempt to join by a code."""

    id: str
    via: Via
    state: State
    step: Names
    thing: ThingId | None = None
    problem: JinnError | None = None


class Joining:
    """A `Service`: all finders and code readers behind one counter."""

    name = "joining"

    def __init__(
        self,
        *,
        clock: Clock,
        finders: Sequence[Finder] = (),
        readers: Sequence[CodeReader] = (),
        looks: Sequence[Look] = (),
    ) -> None:
        self._clock = clock
        self._finders = tuple(finders)
        self._readers = tuple(readers)
        self._looks = tuple(looks)
        self._attempts: dict[str, Attempt] = {}
        self._ended: dict[str, anyio.Event] = {}
        self._tasks: anyio.abc.TaskGroup | None = None

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        async with anyio.create_task_group() as tasks:
            self._tasks = tasks
            task_status.started()
            try:
                await anyio.sleep_forever()
            finally:
                self._tasks = None

    def found(self) -> list[Found]:
        """Everything that was discovered: first what is no thing yet, the newest first."""
        everything = [found for finder in self._finders for found in finder.found()]
        return sorted(everything, key=lambda found: (found.joined is not None, -found.seen_ms, found.id))

    async def look(self) -> list[Names]:
        """Have every bridge that can look anew do so: what each says came of it."""
        said = [await look() for look in self._looks]
        return [one for one in said if one is not None]

    async def join(self, found_id: str, *, names: Names | None = None, area: AreaId | None = None) -> Thing:
        """Raises as `Finder.join`."""
        return await self._finder_of(found_id).join(found_id, names=names, area=area)

    async def ignore(self, found_id: str) -> None:
        """Raises: NotFound `found-not-found`."""
        await self._finder_of(found_id).ignore(found_id)

    def try_code(self, code: str, *, names: Names | None = None, area: AreaId | None = None) -> Attempt:
        """Begin to join what has this code; ask for the attempt to see how it goes.

        Raises:
            Invalid: `code-unknown`: no bridge can read it; or what is wrong with it.
            Conflict: `joining-busy`.
            Unavailable: `joining-away`, or what keeps such a device from being added.
        """
        reader = next((reader for reader in self._readers if reader.is_mine(code)), None)
        if reader is None or len(code) > CODE_CHARS_MAX:
            raise Invalid("Nothing here knows such a code.", code="code-unknown")
        reader.check(code)
        if sum(attempt.state == "working" for attempt in self._attempts.values()) >= AT_ONCE_MAX:
            raise Conflict("Other things are being added at this moment.", code="joining-busy")
        if self._tasks is None:
            raise Unavailable("The hub is stopping.", code="joining-away")
        attempt = Attempt(id=new_id(self._clock), via=reader.via, state="working", step=_LOOKING)
        self._attempts[attempt.id] = attempt
        self._ended[attempt.id] = anyio.Event()
        while len(self._attempts) > ATTEMPTS_KEPT:
            oldest = next(iter(self._attempts))
            del self._attempts[oldest], self._ended[oldest]
        self._tasks.start_soon(self._try, reader, attempt.id, code, names, area, name=f"joining {attempt.id}")
        return attempt

    def attempt(self, attempt_id: str) -> Attempt:
        """Raises: NotFound `attempt-not-found`."""
        found = self._attempts.get(attempt_id)
        if found is None:
            raise NotFound("There is no such attempt.", code="attempt-not-found")
        return found

    async def wait(self, attempt_id: str, *, within_s: float) -> Attempt:
        """The attempt when it has ended, or as it is after that time. Raises: NotFound `attempt-not-found`."""
        self.attempt(attempt_id)
        with anyio.move_on_after(within_s):
            await self._ended[attempt_id].wait()
        return self.attempt(attempt_id)

    def tell_later(self, attempt_id: str, say: Callable[[Attempt], Names], tell: Tell) -> None:
        """When the attempt ends, have what is to be said of it told."""
        if self._tasks is not None:
            self._tasks.start_soon(self._tell, attempt_id, say, tell, name=f"tell of joining {attempt_id}")

    async def _tell(self, attempt_id: str, say: Callable[[Attempt], Names], tell: Tell) -> None:
        await self._ended[attempt_id].wait()
        try:
            await tell(say(self.attempt(attempt_id)))
        except JinnError as lost:
            _log.warning("what came of joining could not be told: %s", lost.sentence)

    async def _try(
        self, reader: CodeReader, attempt_id: str, code: str, names: Names | None, area: AreaId | None
    ) -> None:
        def told(step: Names) -> None:
            self._attempts[attempt_id] = replace(self._attempts[attempt_id], step=step)

        try:
            thing = await reader.join_code(code, names=names, area=area, told=told)
        except JinnError as problem:
            ended = replace(self._attempts[attempt_id], state="failed", step=_FAILED, problem=problem)
        except Exception:  # noqa: BLE001 - where an attempt ends; it is logged, and told.
            _log.exception("joining by a code met a fault of ours")
            fault = Unavailable("Something went wrong in the hub.", code="joining-failed")
            ended = replace(self._attempts[attempt_id], state="failed", step=_FAILED, problem=fault)
        else:
            ended = replace(self._attempts[attempt_id], state="done", step=_JOINED, thing=thing.id)
        self._attempts[attempt_id] = ended
        self._ended[attempt_id].set()

    def _finder_of(self, found_id: str) -> Finder:
        for finder in self._finders:
            if any(found.id == found_id for found in finder.found()):
                return finder
        raise NotFound("That was not discovered, or is gone again.", code="found-not-found", found=found_id[:80])
