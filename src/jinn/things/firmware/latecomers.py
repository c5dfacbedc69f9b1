"""Things that came after a rollout had begun: which of them join it, and from which percent on."""

from jinn.kernel import Clock, ThingId, millis
from jinn.runtime import Database
from jinn.things.firmware import store
from jinn.things.firmware.model import Image, Rollout, RolloutId, Update, joins_at
from jinn.things.firmware.rolling import Rollouts
from jinn.things.firmware.telling import Teller
from jinn.things.registry import Registry

LOOK_EVERY_S = 5.0
"""For who came into a group without the home changing, by a label that it gave itself."""


class Latecomers:
    """Gives each thing that fits an open rollout, and is not in it, its place there.

    The database holds one row for a thing of a rollout, so two hubs that look at once make one: the other's write is a
    `Conflict`, and its next look finds nothing left to do.
    """

    def __init__(
        self, *, database: Database, registry: Registry, rollouts: Rollouts, teller: Teller, clock: Clock
    ) -> None:
        self._database = database
        self._registry = registry
        self._rollouts = rollouts
        self._teller = teller
        self._clock = clock
        self._looked: dict[RolloutId, tuple[int, float]] = {}

    async def join(self, rollout: Rollout, image: Image) -> frozenset[ThingId]:
        """Those that have just joined; they are told like all others, a few at a time.

        Raises: Conflict: another hub was first.
        """
        generation, now_s = self._registry.generation, self._clock.monotonic_s()
        before, looked_s = self._looked.get(rollout.id, (-1, now_s))
        if generation == before and now_s - looked_s < LOOK_EVERY_S:
            return frozenset()
        rows = await self._database.read("firmware.things_of_rollout", rollout=rollout.id)
        known = {str(row["thing"]) for row in rows}
        new = [
            thing.id
            for thing in await self._rollouts.fitting(image, rollout.group)
            if thing.id not in known and not self._rollouts.runs(thing, image)
        ]
        now_ms = millis(self._clock.now())
        updates = [
            Update(
                rollout=rollout.id, thing=thing, rank=len(known) + place, joins_at=joins_at(rollout.id, thing),
                changed_ms=now_ms,
            )
            for place, thing in enumerate(new)
        ]  # fmt: skip
        if updates:
            await self._database.write(
                *(store.add_update(update) for update in updates),
                *(self._teller.kept(update, image) for update in updates if rollout.lets_in(update)),
            )
        self._looked = {**self._looked, rollout.id: (generation, now_s)}
        return frozenset(new)
