"""How the things of vendors' clouds are now: asked in turns, since these clouds never tell by themselves."""

import logging

import anyio
import anyio.abc

from jinn.kernel import Clock, JinnError, Names, NotFound, Refused, ThingId, Unavailable
from jinn.things.genie.envelope import ErrorCode, VendorError
from jinn.things.genie.links import Link, Links, LinkState
from jinn.things.genie.rhythm import RESTING_S, SILENT_S, Rhythm
from jinn.things.genie.vendor_bridge import Tell, VendorBridge
from jinn.things.registry import Registry

AWAY_AFTER = 2
"""Failures in a row before a thing counts as offline; one lost answer is nothing."""

_TICK_S = 0.5
_log = logging.getLogger(__name__)


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
        every_s: float = RESTING_S,
    ) -> None:
        """`every_s`: of a thing that rests."""
        self._links = links
        self._bridge = bridge
        self._registry = registry
        self._clock = clock
        self._tell = tell
        self._every_s = every_s
        self._rhythms: dict[str, Rhythm] = {}
        self._told_broken: set[str] = set()
        self._busy: set[str] = set()

    def soon(self, thing: ThingId) -> None:
        """Ask about it at the next tick."""
        if (rhythm := self._rhythm_of(thing)) is not None:
            rhythm.soon(thing, self._clock.monotonic_s())

    def ordered(self, thing: ThingId) -> None:
        """It was given an order, and may move for a while."""
        if (rhythm := self._rhythm_of(thing)) is not None:
            rhythm.ordered(thing, self._clock.monotonic_s())

    def changed(self, thing: ThingId) -> None:
        """Its cloud says that somebody has moved it."""
        if (rhythm := self._rhythm_of(thing)) is not None:
            rhythm.changed(thing, self._clock.monotonic_s())

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        async with anyio.create_task_group() as tasks:
            task_status.started()
            while True:
                for link in self._links.all():
                    # A cloud that takes its time holds up nobody but itself.
                    if link.id not in self._busy:
                        self._busy.add(link.id)
                        tasks.start_soon(self._tend, link)
                await anyio.sleep(_TICK_S)

    async def _tend(self, link: Link) -> None:
        """One tick of one account: everything that is due."""
        try:
            if link.state is LinkState.LINKED:
                self._told_broken.discard(link.id)
                await self._look_at(link)
            else:
                await self._put_aside(link)
        except JinnError as error:
            _log.warning("the things of %s were not asked: %s", link.vendor.names.en, error)
        except Exception:  # noqa: BLE001 - where an account's turn ends: one vendor's data must not end the hub.
            _log.exception("the things of %s met a fault of ours", link.vendor.names.en)
        finally:
            self._busy.discard(link.id)

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

    def _rhythm_of(self, thing: ThingId) -> Rhythm | None:
        found = self._links.device(thing)
        return None if found is None else self._rhythms.setdefault(found[0].id, Rhythm(resting_s=self._every_s))

    async def _look_at(self, link: Link) -> None:
        rhythm = self._rhythms.setdefault(link.id, Rhythm(resting_s=self._every_s))
        now_s = self._clock.monotonic_s()
        rhythm.keep(self._links.devices_of(link.id), now_s)
        async with anyio.create_task_group() as tasks:
            for thing in rhythm.due(now_s):
                tasks.start_soon(self._ask, thing, rhythm)

    async def _ask(self, thing_id: ThingId, rhythm: Rhythm) -> None:
        try:
            await self._bridge.look(self._registry.thing(thing_id))
        except NotFound:
            await self._links.forget_device(thing_id)
        except VendorError as error:
            self._refused(thing_id, rhythm, error)
        except (Refused, Unavailable) as error:
            _log.info("%s was not told of by its cloud: %s", thing_id, error)
            if rhythm.failed(thing_id, self._clock.monotonic_s()) >= AWAY_AFTER:
                self._bridge.leave(thing_id)
        else:
            rhythm.answered(thing_id, self._clock.monotonic_s())

    def _refused(self, thing_id: ThingId, rhythm: Rhythm, error: VendorError) -> None:
        now_s = self._clock.monotonic_s()
        if error.code == ErrorCode.UNSUPPORTED:
            # It is there, its cloud says; it just cannot be asked.
            self._bridge.arrive(thing_id)
            rhythm.rest(thing_id, now_s, SILENT_S)
        elif error.code == ErrorCode.OFFLINE:
            self._bridge.leave(thing_id)
            rhythm.rest(thing_id, now_s)
        elif rhythm.failed(thing_id, now_s) >= AWAY_AFTER or error.code == ErrorCode.NO_DEVICE:
            self._bridge.leave(thing_id)
