"""Bringing an image to things in stages: starting a rollout, letting more in, holding it, ending it."""

from collections.abc import Mapping

from jinn.kernel import AreaId, Clock, Conflict, Invalid, Names, NotFound, Refused, ThingId, millis, new_id
from jinn.runtime import Database, Statement
from jinn.things.firmware import store
from jinn.things.firmware.images import Images
from jinn.things.firmware.model import (
    Group,
    Image,
    ImageId,
    Rollout,
    RolloutId,
    RolloutState,
    Update,
    UpdateState,
    group_of,
    ranked,
)
from jinn.things.firmware.telling import Teller
from jinn.things.model import Thing
from jinn.things.ports import Areas
from jinn.things.registry import Registry
from jinn.things.twins import Twins

FAILURE_LIMIT_PERCENT = 10.0
AT_ONCE = 20
"""Things that restart and come back together; a home's network and hub hardly notice so many."""

AT_ONCE_MAX = 1_000


class Rollouts:
    """What the owner decides about rollouts. Leading them is the `Leader`'s work."""

    def __init__(
        self, *, database: Database, images: Images, registry: Registry, twins: Twins, areas: Areas, teller: Teller,
        clock: Clock,
    ) -> None:  # fmt: skip
        self._database = database
        self._images = images
        self._registry = registry
        self._twins = twins
        self._areas = areas
        self._teller = teller
        self._clock = clock

    async def start(
        self,
        image_id: ImageId,
        *,
        percent: int = 100,
        group: str | None = None,
        failure_limit_percent: float = FAILURE_LIMIT_PERCENT,
        at_once: int = AT_ONCE,
    ) -> Rollout:
        """A new rollout of an image to the things of its product that do not run it yet.

        Raises:
            NotFound: `firmware-not-found`, `area-not-found`, `thing-not-found`.
            Invalid: `percent-out-of-range`, `limit-out-of-range`, `group-malformed`.
            Refused: `nothing-to-update`.
            Conflict: `rollout-running` when there is an open one for the same product and module.
        """
        image = await self._images.image(image_id)
        _check_percent(percent)
        if not 0 <= failure_limit_percent <= 100 or not 1 <= at_once <= AT_ONCE_MAX:
            raise Invalid(
                f"The failure limit is 0 to 100 %, and 1 to {AT_ONCE_MAX} may update at once.",
                code="limit-out-of-range",
            )
        chosen = group_of(group)
        things = [thing.id for thing in await self._things(image, chosen) if not self.runs(thing, image)]
        if not things:
            raise Refused(f"No thing of this group is without {image.version}.", code="nothing-to-update")
        now_ms = millis(self._clock.now())
        rollout = Rollout(
            id=RolloutId(new_id(self._clock)),
            image=image.id,
            state=RolloutState.RUNNING,
            percent=percent,
            group=chosen,
            failure_limit_percent=failure_limit_percent,
            at_once=at_once,
            total=len(things),
            created_ms=now_ms,
        )
        updates = [
            Update(rollout=rollout.id, thing=thing, rank=rank, changed_ms=now_ms)
            for rank, thing in enumerate(ranked(rollout.id, things))
        ]
        invited = [update for update in updates if update.rank < rollout.invited]
        try:
            await self._database.write(
                store.add_rollout(rollout, image),
                *(store.add_update(update) for update in updates),
                *(self._teller.kept(update, image) for update in invited),
            )
        except Conflict as running:
            raise Conflict("There is an open rollout for this product already.", code="rollout-running") from running
        self._teller.changed()
        return rollout

    async def widen(self, rollout_id: RolloutId, percent: int) -> Rollout:
        """Let more things in; those that are in stay.

        Raises:
            Invalid: `percent-out-of-range`.
            Refused: `rollout-ended`, `percent-smaller`.
            NotFound: `rollout-not-found`.
        """
        _check_percent(percent)
        before = await self.rollout(rollout_id)
        if percent < before.percent:
            raise Refused("Those that were let in cannot be sent away again.", code="percent-smaller")
        return await self._change(before, before.widen(percent))

    async def pause(self, rollout_id: RolloutId) -> Rollout:
        """Tell no further thing; those on their way go on. Raises as `widen` does."""
        before = await self.rollout(rollout_id)
        return await self._change(before, before.to(RolloutState.PAUSED))

    async def resume(self, rollout_id: RolloutId) -> Rollout:
        """Raises as `widen` does."""
        before = await self.rollout(rollout_id)
        return await self._change(before, before.to(RolloutState.RUNNING))

    async def stop(self, rollout_id: RolloutId, *, reason: Names | None = None) -> Rollout:
        """End it for good: no thing is told any more, and no address of it is good any more.

        Raises:
            Refused: `rollout-ended`.
            NotFound: `rollout-not-found`.
        """
        before = await self.rollout(rollout_id)
        now_ms = millis(self._clock.now())
        image = await self._images.image(before.image)
        rows = await self._database.read("firmware.updates_in_flight", rollout=rollout_id)
        statements: list[Statement] = []
        for update in map(store.update_of, rows):
            after = update.stop(now_ms)
            if after is not update:
                statements += [store.change_update(after, was=update), self._teller.kept(after, image)]
        waiting = Statement(query="firmware.stop_waiting", values={"rollout": rollout_id, "now_ms": now_ms})
        return await self._change(before, before.to(RolloutState.STOPPED, reason=reason), *statements, waiting)

    async def rollout(self, rollout_id: RolloutId) -> Rollout:
        """Raises `NotFound` with code `rollout-not-found`."""
        for row in await self._database.read("firmware.rollout", id=rollout_id):
            return store.rollout_of(row)
        raise NotFound(f"There is no rollout {rollout_id[:64]!r}.", code="rollout-not-found")

    async def let_in(self, rollout: Rollout) -> int:
        """How many things may update by now, told or not."""
        rows = await self._database.read(
            "firmware.let_in_count", rollout=rollout.id, invited=rollout.invited, percent=rollout.percent
        )
        return int(rows[0]["let_in"] or 0)

    async def fitting(self, image: Image, group: Group | None) -> list[Thing]:
        """The things that a rollout is for as the home is now; what its group named and is no more is left out."""
        if group is not None and group.kind == "things":
            named = {part.strip() for part in group.value.split(",")}
            return [thing for thing in await self._things(image, None) if thing.id in named]
        try:
            return await self._things(image, group)
        except NotFound:
            return []

    async def counts(self, rollout_id: RolloutId) -> dict[UpdateState, int]:
        return store.counts_of(await self._database.read("firmware.counts", rollout=rollout_id))

    async def _change(self, before: Rollout, after: Rollout, *more: Statement) -> Rollout:
        if not before.is_open:
            raise Refused(f"This rollout is {before.state.value}.", code="rollout-ended")
        image = await self._images.image(before.image)
        await self._database.write(store.change_rollout(after, image, was=before), *more)
        self._teller.changed()
        return after

    async def _things(self, image: Image, group: Group | None) -> list[Thing]:
        things = [thing for thing in self._registry.things() if thing.product_key == image.product_key]
        if group is None:
            return things
        if group.kind == "area":
            area = self._area(group.value)
            return [thing for thing in things if thing.area == area]
        if group.kind == "tag":
            tag, _, value = group.value.partition("=")
            rows = await self._database.read("firmware.things_with_tag", tag=tag, value=value)
            tagged = {row["thing"] for row in rows}
            return [thing for thing in things if thing.id in tagged]
        named = {self._registry.thing(ThingId(part.strip())).id for part in group.value.split(",") if part.strip()}
        return [thing for thing in things if thing.id in named]

    def _area(self, text: str) -> AreaId:
        for area in self._areas.areas():
            if text.strip().casefold() in (area.id.casefold(), area.names.en.casefold(), area.names.zh.casefold()):
                return area.id
        raise NotFound(f"There is no area {text[:80]!r}.", code="area-not-found")

    def runs(self, thing: Thing, image: Image) -> bool:
        firmware: Mapping[str, str] = self._twins.peek(thing.id).firmware
        return firmware.get(image.module) == image.version


def _check_percent(percent: int) -> None:
    if not 1 <= percent <= 100:
        raise Invalid("A rollout is for 1 to 100 % of its things.", code="percent-out-of-range")
