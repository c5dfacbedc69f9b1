"""Rules and scenes over HTTP: `Rule`, `Check`, `Run`, `Scene` and `Why` in contracts/edge.schema.json."""

from typing import TypeVar

import msgspec
from litestar import Request, Router, delete, get, post, put
from litestar.datastructures import State
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, FromQuery

from jinn.edge import wire
from jinn.edge.checking import trouble_of
from jinn.edge.dry_running import DryRun, day_before
from jinn.edge.model import Draft, Rule, RuleId, SceneId
from jinn.edge.room import RulesRoom
from jinn.edge.writing import (
    draft_of,
    finding_to_wire,
    names_to_wire,
    rule_to_wire,
    run_to_wire,
    scene_to_wire,
    why_to_wire,
)
from jinn.kernel import Clock, Invalid, Refused, ThingId, millis
from jinn.language import DeedWire, deed_to_wire

RUNS_SHOWN_MAX = 100
AnyRequest = Request[object, object, State]


class Enabled(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    enabled: bool


class Home(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    at_home: bool


class Did(msgspec.Struct, frozen=True):
    did: list[DeedWire]


class DryRuns(msgspec.Struct, frozen=True):
    runs: list[wire.RunWire]


def routes(room: RulesRoom, clock: Clock) -> Router:
    """Everything below `/api` that is about rules and scenes."""
    handlers = [*_seeing(room), *_keeping(room), *_trying(room, clock), *_scenes(room), *_people(room)]
    return Router("/api", route_handlers=handlers, tags=["rules"])


def on_wire(room: RulesRoom, rule: Rule) -> wire.RuleWire:
    """A rule as it is now; one whose thing is gone says so."""
    gone = trouble_of(rule.draft, room.home, room.book)
    problem = wire.ProblemWire(code=f"rule-{gone.kind}", message=gone.message.en) if gone else None
    return rule_to_wire(rule, room.book.saying.rule(rule.draft), problem)


def _seeing(room: RulesRoom) -> list[BaseRouteHandler]:
    @get("/rules", summary="Every rule")
    async def list_rules() -> list[wire.RuleWire]:
        return [on_wire(room, rule) for rule in room.book.rules()]

    @get("/rules/{rule:str}", summary="One rule")
    async def one_rule(rule: FromPath[str]) -> wire.RuleWire:
        return on_wire(room, room.book.rule(RuleId(rule)))

    @get("/rules/{rule:str}/runs", summary="When it was set off, the newest first")
    async def runs_of_rule(rule: FromPath[str], limit: FromQuery[int] = 20) -> list[wire.RunWire]:
        await room.later.flush()
        found = await room.book.runs(RuleId(rule), count_max=max(1, min(limit, RUNS_SHOWN_MAX)))
        return [run_to_wire(run) for run in found]

    @get("/things/{thing:str}/why", summary="Why a property of a thing is as it is")
    async def why(thing: FromPath[str], request: AnyRequest) -> wire.WhyWire:
        # Its query says `property`, which is no name that a function here may use for anything else.
        asked = request.query_params.get("property")
        return why_to_wire(await room.explaining.why(ThingId(thing), asked))

    return [list_rules, one_rule, runs_of_rule, why]


def _keeping(room: RulesRoom) -> list[BaseRouteHandler]:
    @post("/rules", summary="Keep a new rule; refused while its check finds an error")
    async def add_rule(request: AnyRequest) -> wire.RuleWire:
        return on_wire(room, await room.book.add(await _draft(request), by="http"))

    @put("/rules/{rule:str}", summary="Change a rule")
    async def change_rule(rule: FromPath[str], request: AnyRequest) -> wire.RuleWire:
        return on_wire(room, await room.book.change(RuleId(rule), await _draft(request), by="http"))

    @put("/rules/{rule:str}/enabled", summary="Have a rule work, or rest")
    async def enable_rule(rule: FromPath[str], request: AnyRequest) -> wire.RuleWire:
        wanted = await _body(request, Enabled)
        return on_wire(room, await room.book.enable(RuleId(rule), is_enabled=wanted.enabled, by="http"))

    @delete("/rules/{rule:str}", summary="Forget a rule with its runs")
    async def remove_rule(rule: FromPath[str]) -> None:
        await room.book.remove(RuleId(rule))

    return [add_rule, change_rule, enable_rule, remove_rule]


def _trying(room: RulesRoom, clock: Clock) -> list[BaseRouteHandler]:
    @post("/rules/check", status_code=200, summary="What is wrong with a rule, before it is kept")
    async def check_rule(request: AnyRequest) -> wire.CheckWire:
        draft = await _draft(request)
        asked = request.query_params.get("id")
        findings = room.book.check(draft, replacing=RuleId(asked) if asked else None)
        return wire.CheckWire(
            findings=[finding_to_wire(one) for one in findings], said=names_to_wire(room.book.saying.rule(draft))
        )

    @post("/rules/dry-run", status_code=200, summary="What a rule would have done, before it is kept")
    async def dry_run_draft(request: AnyRequest) -> DryRuns:
        return await tried(room, await _draft(request), request, clock)

    @post("/rules/{rule:str}/dry-run", status_code=200, summary="What a rule would have done")
    async def dry_run(rule: FromPath[str], request: AnyRequest) -> DryRuns:
        return await tried(room, room.book.rule(RuleId(rule)).draft, request, clock)

    return [check_rule, dry_run_draft, dry_run]


async def tried(room: RulesRoom, draft: Draft, request: AnyRequest, clock: Clock) -> DryRuns:
    """`?from=` and `?to=` in ms since 1970; without them the last 24 hours."""
    from_ms, to_ms = day_before(millis(clock.now()))
    from_ms, to_ms = _moment(request, "from", from_ms), _moment(request, "to", to_ms)
    findings = [one for one in room.book.check(draft) if one.is_error and one.kind == "unknown"]
    if findings:
        raise Refused(findings[0].message.en, code="rule-unsound")
    dry = DryRun(draft, saying=room.book.saying, around=room.around, clock=clock, from_ms=from_ms)
    runs = await dry.tell(room.past, from_ms=from_ms, to_ms=to_ms)
    return DryRuns(runs=[run_to_wire(run) for run in runs])


def _moment(request: AnyRequest, name: str, otherwise: int) -> int:
    said = request.query_params.get(name)
    if said is None:
        return otherwise
    if not (said.isascii() and said.isdigit() and len(said) < 16):
        raise Invalid(f"{name!r} is a moment in milliseconds since 1970.", code="bad-range")
    return int(said)


def _scenes(room: RulesRoom) -> list[BaseRouteHandler]:
    @get("/scenes", summary="Every scene")
    async def list_scenes() -> list[wire.SceneWire]:
        return [scene_to_wire(scene) for scene in room.book.scenes()]

    @post("/scenes", summary="Keep a new scene")
    async def add_scene(request: AnyRequest) -> wire.SceneWire:
        return scene_to_wire(await room.book.keep_scene(await _body(request, wire.SceneDraftWire)))

    @put("/scenes/{scene:str}", summary="Change a scene")
    async def change_scene(scene: FromPath[str], request: AnyRequest) -> wire.SceneWire:
        known = room.book.scene(SceneId(scene))
        return scene_to_wire(await room.book.keep_scene(await _body(request, wire.SceneDraftWire), known.id))

    @delete("/scenes/{scene:str}", summary="Forget a scene")
    async def remove_scene(scene: FromPath[str]) -> None:
        await room.book.remove_scene(SceneId(scene))

    @post("/scenes/{scene:str}/run", status_code=200, summary="Ask for all that a scene wishes")
    async def run_scene(scene: FromPath[str]) -> Did:
        return Did(did=[deed_to_wire(deed) for deed in await room.scenes.run(SceneId(scene))])

    @post("/scenes/{scene:str}/undo", status_code=200, summary="As it was before the scene")
    async def undo_scene(scene: FromPath[str]) -> Did:
        return Did(did=[deed_to_wire(deed) for deed in await room.scenes.undo(SceneId(scene))])

    return [list_scenes, add_scene, change_scene, remove_scene, run_scene, undo_scene]


def _people(room: RulesRoom) -> list[BaseRouteHandler]:
    @get("/at-home", summary="Who is at home, of those who have told")
    async def at_home() -> dict[str, bool]:
        return room.people.people()

    @put("/at-home/{person:str}", summary="Somebody came or went")
    async def came_or_went(person: FromPath[str], request: AnyRequest) -> dict[str, bool]:
        await room.people.note(person, is_home=(await _body(request, Home)).at_home)
        return room.people.people()

    return [at_home, came_or_went]


T = TypeVar("T")


async def _draft(request: AnyRequest) -> Draft:
    return draft_of(await _body(request, wire.RuleDraftWire))


async def _body(request: AnyRequest, form: type[T]) -> T:
    try:
        return msgspec.json.decode(await request.body(), type=form)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        raise Invalid(f"The request is malformed: {wrong}.", code="invalid") from wrong
