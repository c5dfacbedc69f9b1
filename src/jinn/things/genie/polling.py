"""How the things of vendors' clouds are now: asked in turns, since these clouds never tell by themselves."""

import logging
from dataclasses import dataclass

import anyio
import anyio.abc

from jinn.kernel import Clock, JinnError, Names, NotFound, Refused, ThingId, Unavailable
from jinn.things.genie.envelope import ErrorCode, VendorError
from jinn.things.genie.links import Link, Links, LinkState
from jinn.things.genie.vendor_bridge import Tell, VendorBridge
from jinn.things.registry import Registry

EVERY_S = 30.0
"""A switch that somebody presses by hand is seen within so long; clouds throttle who asks much more often."""

EACH_S = 0.25
"""Of one account; a hundred things are asked once in 30 s, five hundred in 125 s."""

AT_ONCE = 4
BACK_OFF_S_MAX = 600.0
SILENT_S = 3_600.0
"""A device that cannot be asked at all is tried again so seldom."""

AWAY_AFTER = 2
"""Failures in a row before a thing counts as offline; one lost answer is nothing."""

_TICK_S = 0.5
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Turn:
    due_s: float
    failures: int = 0


class Polling:
    """A service."""

    name = "genie-polling"

    def __init__(
        self,
        *,
        links: Links,
        bridge: VendorBridge,
        registry: Registry,
        clock: Clock,
        tell: Tell,
        every_s: float = EVERY_S,
    ) -> None:
        self._links = links
        self._bridge = bridge
        self._registry = registry
        self._clock = clock
        self._tell = tell
        self._every_s = every_s
        self._turns: dict[ThingId, _Turn] = {}
        self._told_broken: set[str] = set()

    def soon(self, thing: ThingId) -> None:
        """Ask about it at the next tick."""
        self._turns[thing] = _Turn(due_s=self._clock.monotonic_s())

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        task_status.started()
        while True:
            try:
                await self.look_around()
            except JinnError as error:
                _log.warning("vendors' things were not asked: %s", error)
            await anyio.sleep(_TICK_S)

    async def look_around(self) -> None:
        """One tick: everything that is due."""
        async with anyio.create_task_group() as tasks:
            for link in self._links.all():
                if link.state is LinkState.LINKED:
                    self._told_broken.discard(link.id)
                    tasks.start_soon(self._look_at, link)
                else:
                    await self._put_aside(link)

    async def _put_aside(self, link: Link) -> None:
        for thing in self._links.devices_of(link.id):
            self._bridge.leave(thing)
        if link.state is LinkState.BROKEN and link.id not in self._told_broken:
            self._told_broken.add(link.id)
            names = link.vendor.names
            await self._tell(
                Names(
                    en=f"The account at {names.en} does not work any more; please link it anew.",
                    zh=f"{names.zh}的账号失效了，请重新绑定。",
                )
            )

    async def _look_at(self, link: Link) -> None:
        now_s = self._clock.monotonic_s()
        things = list(self._links.devices_of(link.id))
        period_s = max(self._every_s, EACH_S * len(things))
        for place, thing in enumerate(things):
            # Spread over the first period, so that a restart asks nobody for everything at once.
            self._turns.setdefault(thing, _Turn(due_s=now_s + min(EACH_S * place, period_s)))
        due = [thing for thing in things if self._turns[thing].due_s <= now_s]
        limit = anyio.CapacityLimiter(AT_ONCE)
        async with anyio.create_task_group() as tasks:
            for thing in due[: AT_ONCE * 2]:
                tasks.start_soon(self._ask, thing, period_s, limit)

    async def _ask(self, thing_id: ThingId, period_s: float, limit: anyio.CapacityLimiter) -> None:
        turn = self._turns[thing_id]
        async with limit:
            try:
                await self._bridge.look(self._registry.thing(thing_id))
            except NotFound:
                self._turns.pop(thing_id, None)
                await self._links.forget_device(thing_id)
                return
            except VendorError as error:
                period_s = self._refused(thing_id, turn, error, period_s)
            except (Refused, Unavailable) as error:
                turn.failures += 1
                _log.info("%s was not told of by its cloud: %s", thing_id, error)
                if turn.failures >= AWAY_AFTER:
                    self._bridge.leave(thing_id)
                period_s = min(period_s * 2**turn.failures, BACK_OFF_S_MAX)
            else:
                turn.failures = 0
        turn.due_s = self._clock.monotonic_s() + period_s

    def _refused(self, thing_id: ThingId, turn: _Turn, error: VendorError, period_s: float) -> float:
        """Gives when to ask again."""
        if error.code == ErrorCode.UNSUPPORTED:
            # It is there, its cloud says; it just cannot be asked.
            self._bridge.arrive(thing_id)
            return SILENT_S
        turn.failures += 1
        if error.code in (ErrorCode.OFFLINE, ErrorCode.NO_DEVICE) or turn.failures >= AWAY_AFTER:
            self._bridge.leave(thing_id)
        is_just_offline = error.code == ErrorCode.OFFLINE
        return period_s if is_just_offline else min(period_s * 2**turn.failures, BACK_OFF_S_MAX)
