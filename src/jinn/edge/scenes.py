"""Starting a scene, taking it back, and keeping the home as it is as one."""

from collections.abc import Sequence

from jinn.edge.model import SceneId, SetAction
from jinn.edge.ports import Home
from jinn.edge.rulebook import RuleBook
from jinn.edge.running import Runner
from jinn.kernel import Invalid, Refused, ThingId
from jinn.language import Deed
from jinn.things import Json

_UNDOS_MAX = 100
_REMEMBERED = frozenset(
    {"power", "brightness", "color", "color_temperature", "position", "target_temperature", "mode", "fan_speed",
     "volume", "mute"}
)  # fmt: skip
"""What belongs to how a room is; a fridge's cold and a vacuum's work do not."""


class Scenes:
    """What is done with the scenes of the book."""

    def __init__(self, *, book: RuleBook, runner: Runner, home: Home) -> None:
        self._book = book
        self._runner = runner
        self._home = home
        self._before: dict[SceneId, tuple[SetAction, ...]] = {}

    async def run(self, scene_id: SceneId) -> Sequence[Deed]:
        """Ask for all of its wishes at once. Raises `NotFound`."""
        scene = self._book.scene(scene_id)
        before = tuple(wish for one in scene.wishes if (wish := self._as_it_is(one.thing, one.properties)))
        gathered = await self._runner.do(scene.wishes, by=f"scene:{scene.id}")
        self._before.pop(scene_id, None)
        self._before[scene_id] = before
        while len(self._before) > _UNDOS_MAX:
            del self._before[next(iter(self._before))]
        return gathered.did

    async def undo(self, scene_id: SceneId) -> Sequence[Deed]:
        """As it was before the scene was last started. Raises: `NotFound`; `Refused` `nothing-to-undo`."""
        self._book.scene(scene_id)
        before = self._before.pop(scene_id, None)
        if before is None:
            raise Refused("This scene was not started lately.", code="nothing-to-undo")
        return (await self._runner.do(before, by=f"scene:{scene_id}")).did

    def snapshot(self, things: Sequence[ThingId]) -> tuple[SetAction, ...]:
        """How these things are now, as wishes. Raises `Invalid` with code `scene-empty`."""
        wishes = [wish for thing in things if (wish := self._as_it_is(thing, None))]
        if not wishes:
            raise Invalid("Nothing here can be remembered as a scene.", code="scene-empty")
        return tuple(wishes)

    def _as_it_is(self, thing: ThingId, names: object) -> SetAction | None:
        known = self._home.thing(thing)
        if known is None:
            return None
        wanted = names if isinstance(names, dict) else known.product.meaning.abilities
        reported = self._home.twin(thing).reported
        values: dict[str, Json] = {}
        for name in wanted:
            member = known.product.model.properties.get(name)
            is_asked = names is not None or known.product.meaning.abilities.get(name) in _REMEMBERED
            if member is not None and member.is_writable and is_asked and name in reported:
                values[name] = reported[name].value
        power = known.product.meaning.property_for("power")
        if names is None and power is not None and values.get(power) == 0:
            # A lamp that is off is remembered as off: how bright it would be is nobody's wish.
            values = {power: 0}
        return SetAction(thing=thing, properties=values) if values else None
