"""Leading things through a rollout: who is told next, what they said since, and when it must stop."""

import logging
import random
from dataclasses import dataclass

import anyio
import anyio.abc
import msgspec

from jinn.kernel import Clock, Conflict, JinnError, NotFound, ThingId, Unavailable, millis
from jinn.runtime import Database, Statement
from jinn.things.alink import Reply
from jinn.things.delivering import Doors
from jinn.things.firmware import store
from jinn.things.firmware.addresses import Addresses
from jinn.things.firmware.handlers import Desk
from jinn.things.firmware.images import Images
from jinn.things.firmware.latecomers import Latecomers
from jinn.things.firmware.model import (
    IN_FLIGHT,
    STUCK_AFTER_MS,
    Image,
    Rollout,
    RolloutId,
    RolloutState,
    Said,
    SaidKind,
    Update,
    UpdateState,
)
from jinn.things.firmware.rolling import Rollouts
from jinn.things.firmware.telling import Teller
from jinn.things.firmware.wire import PUSH_CODE, Push, offer
from jinn.things.frames import DownMessage
from jinn.things.registry import Registry
from jinn.things.twin import Twin
from jinn.things.twins import Twins

EVERY_S = 1.0
PUSHES_PER_LOOK = 5
"""So many things begin within a second, and later restart so; 2,000 lamps that come back at once would be a storm."""

JITTER_S = 0.1
"""Between two pushes at most, by chance."""

DELIVER_WITHIN_S = 2.0
_SAID_AT_ONCE = 200
_log = logging.getLogger(__name__)
_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class _Led:
    """A rollout with what it brings."""

    rollout: Rollout
    image: Image


class Leader:
    """A service. What it knows lies in the database, so it may be killed at any moment and go on."""

    name = "firmware"

    def __init__(
        self,
        *,
        database: Database,
        desk: Desk,
        images: Images,
        rollouts: Rollouts,
        addresses: Addresses,
        registry: Registry,
        twins: Twins,
        doors: Doors,
        teller: Teller,
        clock: Clock,
        every_s: float = EVERY_S,
    ) -> None:
        self._database = database
        self._desk = desk
        self._images = images
        self._rollouts = rollouts
        self._latecomers = Latecomers(
            database=database, registry=registry, rollouts=rollouts, teller=teller, clock=clock
        )
        self._addresses = addresses
        self._registry = registry
        self._twins = twins
        self._doors = doors
        self._teller = teller
        self._clock = clock
        self._every_s = every_s
        self._led: dict[RolloutId, _Led] = {}
        self._nudged = anyio.Event()
        self.looks = 0
        """How often it has seen to everything."""

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        self._desk.on_said = self._teller.on_change = self._nudge
        task_status.started()
        while True:
            self._nudged = anyio.Event()
            try:
                await self.look()
            except JinnError as error:
                _log.warning("the look at rollouts was cut short: %s", error)
            with anyio.move_on_after(self._every_s):
                await self._nudged.wait()

    async def look(self) -> None:
        """Heed what things said, then see to every rollout that is open."""
        await self._read()
        await self._heed()
        for led in tuple(self._led.values()):
            try:
                await self._lead(led)
            except Conflict:
                _log.debug("another hub, or its owner, changed rollout %s meanwhile", led.rollout.id)
        self.looks += 1

    def _nudge(self) -> None:
        self._nudged.set()

    async def _read(self) -> None:
        led: dict[RolloutId, _Led] = {}
        for rollout in map(store.rollout_of, await self._database.read("firmware.open_rollouts")):
            known = self._led.get(rollout.id)
            led[rollout.id] = _Led(rollout, known.image if known else await self._images.image(rollout.image))
        if led or self._led:
            rows = await self._database.read("firmware.things_of_open_rollouts")
            self._desk.things = frozenset(ThingId(str(row["thing"])) for row in rows)
        self._led = led

    async def _heed(self) -> None:
        """Everything that was said and is not heeded yet, oldest first."""
        while True:
            rows = await self._database.read("firmware.oldest_said", count_max=_SAID_AT_ONCE)
            for said in map(store.said_of, rows):
                try:
                    await self._take(said)
                except Conflict:
                    _log.debug("another hub heeds what %s said", said.thing)
            if len(rows) < _SAID_AT_ONCE:
                return

    async def _take(self, said: Said) -> None:
        found = await self._update_meant(said)
        if found is None or not self._is_known(said.thing):
            await self._database.write(store.forget_said(said))
            return
        before, led = found
        if said.kind is SaidKind.ASKED:
            await self._answer(said, before, led)
            return
        after = before.said(said, target=led.image.version, now_ms=self._now_ms())
        await self._save(after, before, led.image, store.forget_said(said))

    async def _update_meant(self, said: Said) -> tuple[Update, _Led] | None:
        for row in await self._database.read("firmware.updates_of_thing", thing=said.thing):
            update = store.update_of(row)
            led = self._led.get(update.rollout)
            if led is not None and led.image.module == said.module:
                return update, led
        return None

    async def _answer(self, said: Said, before: Update, led: _Led) -> None:
        """A thing that asks for an update is told as in a push; one that may have none yet is told that."""
        rollout = led.rollout
        is_let_in = before.state is UpdateState.WAITING and rollout.lets_in(before)
        may_begin = is_let_in and rollout.state is RolloutState.RUNNING and await self._room(led) > 0
        twin = self._twins.peek(said.thing)
        seen = before.looked_at(is_online=True, session=twin.session or "", now_ms=self._now_ms())
        if seen is not before:
            await self._save(seen, before, led.image, store.forget_said(said))
            await self._reply(said, {})
            return
        is_under_way = before.state in IN_FLIGHT and before.state is not UpdateState.INSTALLING and rollout.is_open
        if not is_under_way and not may_begin:
            await self._database.write(store.forget_said(said))
            await self._reply(said, {})
            return
        after = before.sent(session=twin.session or "", now_ms=self._now_ms())
        held = [store.hold_rollout(rollout)] if may_begin else []
        await self._save(after, before, led.image, store.forget_said(said), *held)
        if said.reply:
            await self._reply(said, offer(led.image, self._addresses.for_thing(said.thing, led.image.id)))
        else:
            await self._tell(after, led.image, twin)

    async def _reply(self, said: Said, data: object) -> None:
        thing = self._registry.thing(said.thing)
        message_id: str | int | float = msgspec.json.decode(said.message_id, type=str | int | float)
        reply = Reply(id=message_id, code=200, data=data, message="success", method="thing.ota.firmware.get")
        if said.reply:
            connection = self._doors.connection_of(thing)
            down = DownMessage(device=connection.device, topic=said.reply, payload=_encoder.encode(reply))
            await self._deliver(self._twins.peek(said.thing), down)

    async def _lead(self, led: _Led) -> None:
        """One look at one rollout."""
        rows = await self._database.read("firmware.updates_in_flight", rollout=led.rollout.id)
        for update in map(store.update_of, rows):
            await self._see_to(update, led)
        if led.rollout.is_open:
            self._desk.things |= await self._latecomers.join(led.rollout, led.image)
        counts = await self._rollouts.counts(led.rollout.id)
        if not led.rollout.is_open:
            return
        reason = led.rollout.excess(counts, await self._rollouts.let_in(led.rollout))
        if reason is not None:
            await self._rollouts.stop(led.rollout.id, reason=reason)
        elif led.rollout.is_over(counts):
            done = led.rollout.to(RolloutState.DONE)
            await self._database.write(store.change_rollout(done, led.image, was=led.rollout))
        elif led.rollout.state is RolloutState.RUNNING and counts.get(UpdateState.WAITING):
            await self._invite(led)

    async def _see_to(self, before: Update, led: _Led) -> None:
        """A thing on its way: it may have arrived, be silent for too long, or need to be told again."""
        now_ms = self._now_ms()
        if not self._is_known(before.thing):
            await self._save(before.fail("thing-removed", "It was removed.", now_ms), before, led.image)
            return
        twin = self._twins.peek(before.thing)
        if twin.firmware.get(led.image.module) == led.image.version:
            await self._save(before.confirm(now_ms), before, led.image)
        elif led.rollout.state is RolloutState.STOPPED:
            await self._save(before.stop(now_ms), before, led.image)
        else:
            after = before.looked_at(is_online=twin.is_online, session=twin.session or "", now_ms=now_ms)
            if after is not before:
                await self._save(after, before, led.image)
            elif twin.is_online and before.is_due_again(session=twin.session or "", now_ms=now_ms):
                await self._push(before, led, twin)

    async def _room(self, led: _Led) -> int:
        """How many more may be on their way. Those that went away on it do not count: they may be gone for months."""
        rows = await self._database.read("firmware.updates_in_flight", rollout=led.rollout.id)
        fresh = [
            update
            for update in map(store.update_of, rows)
            if self._now_ms() - update.changed_ms < STUCK_AFTER_MS or self._twins.peek(update.thing).is_online
        ]
        return led.rollout.at_once - len(fresh)

    async def _invite(self, led: _Led) -> None:
        """Tell a few more of those that are let in and here."""
        room = min(PUSHES_PER_LOOK, await self._room(led))
        if room <= 0:
            return
        rows = await self._database.read(
            "firmware.updates_waiting",
            rollout=led.rollout.id,
            invited=led.rollout.invited,
            percent=led.rollout.percent,
        )
        for update in map(store.update_of, rows):
            twin = self._twins.peek(update.thing)
            if not self._is_known(update.thing):
                await self._save(update.fail("thing-removed", "It was removed.", self._now_ms()), update, led.image)
            elif twin.firmware.get(led.image.module) == led.image.version:
                await self._save(update.confirm(self._now_ms()), update, led.image)
            elif twin.is_online and room > 0:
                room -= 1
                await anyio.sleep(random.uniform(0, JITTER_S))
                await self._push(update, led, twin, store.hold_rollout(led.rollout))

    async def _push(self, before: Update, led: _Led, twin: Twin, *more: Statement) -> None:
        """Written before it is sent: a hub that is killed in between sends it again, and things know it then."""
        after = before.sent(session=twin.session or "", now_ms=self._now_ms())
        await self._save(after, before, led.image, *more)
        await self._tell(after, led.image, twin)

    async def _tell(self, update: Update, image: Image, twin: Twin) -> None:
        thing = self._registry.thing(update.thing)
        data = offer(image, self._addresses.for_thing(thing.id, image.id))
        push = Push(id=self._now_ms() & 0x7FFFFFFF, code=PUSH_CODE, message="success", data=data)
        down = DownMessage(
            device=self._doors.connection_of(thing).device,
            topic=f"/ota/device/upgrade/{thing.product_key}/{thing.device_name}",
            payload=_encoder.encode(push),
        )
        if not await self._deliver(twin, down):
            await self._save(update.unsent(self._now_ms()), update, image)

    def _is_known(self, thing: ThingId) -> bool:
        try:
            self._registry.thing(thing)
        except NotFound:
            return False
        return True

    async def _deliver(self, twin: Twin, down: DownMessage) -> bool:
        """Whether somebody may have heard it."""
        try:
            return await self._doors.deliver(twin.door or "", down, within_s=DELIVER_WITHIN_S) != "offline"
        except Unavailable:
            return True  # It may have arrived all the same: what follows will tell.

    async def _save(self, after: Update, before: Update, image: Image, *more: Statement) -> None:
        if after is before:
            if more:
                await self._database.write(*more)
            return
        is_news = (after.state, after.code) != (before.state, before.code)
        events = [self._teller.kept(after, image)] if is_news else []
        await self._database.write(store.change_update(after, was=before), *events, *more)
        if not is_news:
            await self._teller.mention(after, image)

    def _now_ms(self) -> int:
        return millis(self._clock.now())
