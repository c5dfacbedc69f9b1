"""Which rules and scenes the home has: kept in SQL, held in memory, and never kept with an error in them."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

import msgspec

from jinn.edge import store
from jinn.edge.model import Draft, Finding, Rule, RuleId, Run, Scene, SceneAction, SceneId, Trouble
from jinn.edge.ports import Home
from jinn.edge.saying import Saying
from jinn.edge.wire import RULES_SUBJECT, RulesChanged, SceneDraftWire
from jinn.edge.writing import scene_of
from jinn.kernel import Clock, Conflict, Invalid, JinnError, NotFound, Refused, millis, new_id
from jinn.runtime import Bus, Database, Statement
from jinn.things import check_set

_log = logging.getLogger(__name__)

RULES_MAX = 10_000
SCENES_MAX = 1_000

Examine = Callable[[Draft, "RuleBook", RuleId | None], Sequence[Finding]]
"""What is wrong with a draft among the rules of the book; the rule that it replaces is left out."""


class RuleBook:
    """Every rule and scene of the home."""

    def __init__(self, *, database: Database, bus: Bus, clock: Clock, home: Home, examine: Examine) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._home = home
        self._examine = examine
        self._rules: dict[RuleId, Rule] = {}
        self._scenes: dict[SceneId, Scene] = {}
        self.hub = new_id(clock)
        self.saying = Saying(home, self._scenes.get)
        self.changed: Callable[[RuleId], None] = lambda rule: None
        """Called with each rule that was added, changed or removed."""

    async def load(self) -> None:
        """Read all of them; before anything else is asked, and again when another hub has changed some."""
        rules = {rule.id: rule for rule in map(store.rule_of, await self._database.read("edge.rules"))}
        scenes = {scene.id: scene for scene in map(store.scene_row, await self._database.read("edge.scenes"))}
        self._scenes.clear()
        self._scenes.update(scenes)
        before, self._rules = self._rules, rules
        for rule_id in {**before, **rules}:
            old, new = before.get(rule_id), rules.get(rule_id)
            if old is None or new is None or (old.version, old.problem) != (new.version, new.problem):
                self.changed(rule_id)

    def rules(self) -> tuple[Rule, ...]:
        """All of them, oldest first."""
        return tuple(self._rules.values())

    def rule(self, rule_id: RuleId) -> Rule:
        """Raises `NotFound` with code `rule-not-found`."""
        found = self._rules.get(rule_id)
        if found is None:
            raise NotFound(f"There is no rule {rule_id[:80]!r}.", code="rule-not-found")
        return found

    def peek(self, rule_id: RuleId) -> Rule | None:
        return self._rules.get(rule_id)

    def check(self, draft: Draft, *, replacing: RuleId | None = None) -> Sequence[Finding]:
        return self._examine(draft, self, replacing)

    async def add(self, draft: Draft, *, by: str) -> Rule:
        """Keep a new rule.

        Raises:
            Refused: `rule-unsound`: the check found an error; the sentence says it.
            Invalid: `too-many-rules`.
        """
        if len(self._rules) >= RULES_MAX:
            raise Invalid(f"A home has at most {RULES_MAX} rules.", code="too-many-rules")
        _only_sound(self.check(draft))
        now_ms = millis(self._clock.now())
        rule = Rule(id=RuleId(new_id(self._clock)), version=1, draft=draft, created_ms=now_ms, changed_ms=now_ms)
        await self._database.write(*store.add_rule(rule, by))
        await self._hold(rule)
        return rule

    async def change(self, rule_id: RuleId, draft: Draft, *, by: str) -> Rule:
        """Raises: `NotFound`; `Refused` `rule-unsound`; `Conflict` when another hub was first."""
        known = self.rule(rule_id)
        # Whoever switches a rule off need not mend it first.
        if draft.is_enabled:
            _only_sound(self.check(draft, replacing=rule_id))
        now_ms = millis(self._clock.now())
        rule = replace(known, version=known.version + 1, draft=draft, changed_ms=now_ms, problem=None)
        try:
            await self._database.write(*store.change_rule(rule, by))
        except Conflict as wrong:
            raise Conflict("Somebody else has just changed this rule.", code="rule-changed") from wrong
        await self._hold(rule)
        return rule

    async def enable(self, rule_id: RuleId, *, is_enabled: bool, by: str) -> Rule:
        """Have it work, or rest. What stopped it before is forgotten. Raises as `change`."""
        known = self.rule(rule_id)
        if known.draft.is_enabled is is_enabled and known.problem is None:
            return known
        return await self.change(rule_id, replace(known.draft, is_enabled=is_enabled), by=by)

    async def remove(self, rule_id: RuleId) -> None:
        """With its runs. Raises `NotFound`."""
        self.rule(rule_id)
        await self._database.write(*store.remove_rule(rule_id))
        self._rules.pop(rule_id, None)
        self.changed(rule_id)
        await self.tell()

    async def stop(self, rule_id: RuleId, trouble: Trouble) -> None:
        """It cannot go on as it is; somebody must look at it."""
        known = self._rules.get(rule_id)
        if known is None or known.problem is not None:
            return
        self._rules[rule_id] = replace(known, problem=trouble)
        self.changed(rule_id)
        await self._database.write(store.trouble_rule(rule_id, trouble))
        await self.tell()

    def note_run(self, rule_id: RuleId, at_ms: int) -> None:
        """It ran just now."""
        known = self._rules.get(rule_id)
        if known is not None:
            self._rules[rule_id] = replace(known, last_run_ms=at_ms)

    async def runs(self, rule_id: RuleId, *, count_max: int) -> list[Run]:
        """The newest first. Raises `NotFound`."""
        self.rule(rule_id)
        rows = await self._database.read("edge.runs_of_rule", rule=rule_id, count_max=count_max)
        return [store.run_of(row) for row in rows]

    def scenes(self) -> tuple[Scene, ...]:
        return tuple(self._scenes.values())

    def scene(self, scene_id: SceneId) -> Scene:
        """Raises `NotFound` with code `scene-not-found`."""
        found = self._scenes.get(scene_id)
        if found is None:
            raise NotFound(f"There is no scene {scene_id[:80]!r}.", code="scene-not-found")
        return found

    async def keep_scene(self, written: SceneDraftWire, scene_id: SceneId | None = None) -> Scene:
        """Keep a new scene, or another form of one that there is.

        Raises:
            Invalid: `bad-name`, `too-many-scenes`; of a wish: `unknown-property`, `read-only`, `wrong-type`,
                `out-of-range`.
            NotFound: `thing-not-found`.
        """
        made_id = scene_id or SceneId(written.id or new_id(self._clock))
        if made_id not in self._scenes and len(self._scenes) >= SCENES_MAX:
            raise Invalid(f"A home has at most {SCENES_MAX} scenes.", code="too-many-scenes")
        known = self._scenes.get(made_id)
        scene = scene_of(made_id, written, known.created_ms if known else millis(self._clock.now()))
        for wish in scene.wishes:
            thing = self._home.thing(wish.thing)
            if thing is None:
                raise NotFound(f"There is no thing {wish.thing[:80]!r}.", code="thing-not-found")
            check_set(thing.product.model, wish.properties)
        await self._database.write(store.keep_scene(scene))
        self._scenes[scene.id] = scene
        await self.tell()
        return scene

    async def remove_scene(self, scene_id: SceneId) -> None:
        """Raises: `NotFound`; `Refused` `scene-in-use`: a rule starts it."""
        scene = self.scene(scene_id)
        users = [rule for rule in self._rules.values() if scene_id in _scenes_of(rule.draft)]
        if users:
            named = users[0].draft.names.en
            raise Refused(f"The rule “{named}” starts the scene {scene.names.en}.", code="scene-in-use")
        await self._database.write(Statement(query="edge.remove_scene", values={"id": scene_id}))
        self._scenes.pop(scene_id, None)
        await self.tell()

    async def was_furnished(self) -> bool:
        """Whether this home has ever had rules or scenes; asked the second time, it always says yes."""
        rows = await self._database.read("edge.mark", name="furnished")
        if not rows:
            await self._database.write(store.keep_mark("furnished", millis(self._clock.now())))
        return bool(rows or self._rules or self._scenes)

    async def _hold(self, rule: Rule) -> None:
        self._rules[rule.id] = rule
        self.changed(rule.id)
        await self.tell()

    async def tell(self) -> None:
        """Screens and other hubs read again; who misses it reads when it comes back."""
        try:
            await self._bus.publish(RULES_SUBJECT, msgspec.json.encode(RulesChanged(by=self.hub)))
        except JinnError as away:
            _log.warning("screens were not told that rules changed: %s", away.sentence)


def _scenes_of(draft: Draft) -> set[SceneId]:
    return {action.scene for action in draft.actions if isinstance(action, SceneAction)}


def _only_sound(findings: Sequence[Finding]) -> None:
    for finding in findings:
        if finding.is_error:
            raise Refused(
                finding.message.en, code="rule-unsound", kind=finding.kind, zh=finding.message.zh,
                rules=list(finding.rules),
            )  # fmt: skip
