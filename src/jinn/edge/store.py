"""How rules, scenes, runs and what they wait for are written down: rows to values and back."""

from pathlib import Path
from typing import cast

import msgspec

from jinn.edge import wire
from jinn.edge.model import (
    Cause,
    Found,
    Rule,
    RuleId,
    Run,
    RunId,
    RunOutcome,
    Scene,
    SceneId,
    Trouble,
)
from jinn.edge.writing import (
    found_to_wire,
    names_of,
    names_to_wire,
    read_draft,
    read_scene,
    scene_of,
    scene_to_wire,
    write_draft,
)
from jinn.kernel import ThingId
from jinn.language import Deed, DeedWire, deed_to_wire
from jinn.runtime import Row, Schema, Sql, Statement
from jinn.things import Json

SCHEMA = Schema(room="edge", folder=Path(__file__).parent / "sql")

RUNS_KEPT = 100
"""Of each rule: enough to see why it did, or did not, do something in the last days."""

DRAFTS_KEPT = 20

RAN = 0
"""The moment of a timer whose time has come already."""

_encoder = msgspec.json.Encoder()


class _CauseRow(msgspec.Struct, frozen=True, omit_defaults=True):
    key: str
    trigger: int
    at_ms: int
    thing: str | None = None
    member: str | None = None
    value: object = None
    version: int | None = None


_causes = msgspec.json.Decoder(_CauseRow)
_names = msgspec.json.Decoder(wire.NamesWire)
_found = msgspec.json.Decoder(list[wire.FoundWire])
_deeds = msgspec.json.Decoder(list[DeedWire])
_troubles = msgspec.json.Decoder(wire.ProblemWire)


def rule_of(row: Row) -> Rule:
    problem = row["problem"]
    trouble = _troubles.decode(str(problem)) if problem is not None else None
    last_run_ms = row["last_run_ms"]
    return Rule(
        id=RuleId(str(row["id"])),
        version=_whole(row, "version"),
        draft=read_draft(str(row["draft"])),
        created_ms=_whole(row, "created_ms"),
        changed_ms=_whole(row, "changed_ms"),
        last_run_ms=int(last_run_ms) if last_run_ms is not None else None,
        problem=Trouble(code=trouble.code, message=trouble.message) if trouble else None,
    )


def add_rule(rule: Rule, by: str) -> tuple[Statement, ...]:
    values: dict[str, Sql] = {"id": rule.id, "draft": write_draft(rule.draft), "created_ms": rule.created_ms}
    return Statement(query="edge.add_rule", values=values, rows=1), *_keep_draft(rule, by)


def change_rule(rule: Rule, by: str) -> tuple[Statement, ...]:
    """Undone when another hub was first."""
    values: dict[str, Sql] = {
        "id": rule.id,
        "version": rule.version,
        "was": rule.version - 1,
        "draft": write_draft(rule.draft),
        "changed_ms": rule.changed_ms,
    }
    gone = Statement(query="edge.remove_timers", values={"id": rule.id})
    return Statement(query="edge.change_rule", values=values, rows=1), gone, *_keep_draft(rule, by)


def _keep_draft(rule: Rule, by: str) -> tuple[Statement, Statement]:
    kept: dict[str, Sql] = {
        "id": rule.id,
        "version": rule.version,
        "draft": write_draft(rule.draft),
        "changed_by": by[:200],
        "at_ms": rule.changed_ms,
    }
    trim: dict[str, Sql] = {"id": rule.id, "oldest": rule.version - DRAFTS_KEPT}
    return Statement(query="edge.keep_draft", values=kept), Statement(query="edge.trim_drafts", values=trim)


def remove_rule(rule: RuleId) -> tuple[Statement, ...]:
    return tuple(
        Statement(query=f"edge.remove_{what}", values={"id": rule}) for what in ("rule", "drafts", "runs", "timers")
    )


def trouble_rule(rule: RuleId, trouble: Trouble | None) -> Statement:
    problem = wire.ProblemWire(code=trouble.code, message=trouble.message) if trouble else None
    return Statement(
        query="edge.trouble_rule", values={"id": rule, "problem": _text(problem) if problem is not None else None}
    )


def scene_row(row: Row) -> Scene:
    return scene_of(SceneId(str(row["id"])), read_scene(str(row["scene"])), _whole(row, "created_ms"))


def keep_scene(scene: Scene) -> Statement:
    written = scene_to_wire(scene)
    draft = wire.SceneDraftWire(names=written.names, wishes=written.wishes, icon=written.icon)
    values: dict[str, Sql] = {"id": scene.id, "scene": _text(draft), "created_ms": scene.created_ms}
    return Statement(query="edge.keep_scene", values=values)


def begin_run(run: Run, *, is_note: bool = False) -> Statement:
    """A run that begins, undone when the same cause set the rule off already; or a note that nothing was done."""
    values: dict[str, Sql] = {
        "id": run.id,
        "rule": run.rule,
        "rule_version": run.rule_version,
        "cause_key": run.cause.key,
        "cause": cause_text(run.cause),
        "because": _text(names_to_wire(run.because)),
        "at_ms": run.at_ms,
        "outcome": run.outcome.value,
        "found": _text([found_to_wire(one) for one in run.found]),
        "did": _text([deed_to_wire(deed) for deed in run.did]),
        "step": run.step,
        "resume_ms": run.resume_ms,
    }
    return Statement(query="edge.note_run" if is_note else "edge.begin_run", values=values)


def save_run(run: Run) -> Statement:
    values: dict[str, Sql] = {
        "id": run.id,
        "outcome": run.outcome.value,
        "did": _text([deed_to_wire(deed) for deed in run.did]),
        "step": run.step,
        "resume_ms": run.resume_ms,
    }
    return Statement(query="edge.save_run", values=values)


def cut_run(run: RunId) -> Statement:
    return Statement(query="edge.cut_run", values={"id": run})


def trim_runs(rule: RuleId) -> Statement:
    return Statement(query="edge.trim_runs", values={"rule": rule, "kept": RUNS_KEPT})


def run_of(row: Row) -> Run:
    resume_ms = row["resume_ms"]
    return Run(
        id=RunId(str(row["id"])),
        rule=RuleId(str(row["rule"])),
        rule_version=_whole(row, "rule_version"),
        at_ms=_whole(row, "at_ms"),
        cause=cause_of(str(row["cause"])),
        because=names_of(_names.decode(str(row["because"]))),
        outcome=RunOutcome(str(row["outcome"])),
        found=tuple(Found(text=names_of(one.text), is_met=one.met) for one in _found.decode(str(row["found"]))),
        did=tuple(_deed(one) for one in _deeds.decode(str(row["did"]))),
        step=_whole(row, "step"),
        resume_ms=int(resume_ms) if resume_ms is not None else None,
    )


def arm(rule: RuleId, cause: Cause, due_ms: int) -> Statement:
    values: dict[str, Sql] = {"rule": rule, "place": cause.trigger, "cause": cause_text(cause), "due_ms": due_ms}
    return Statement(query="edge.arm", values=values)


def disarm(rule: RuleId, place: int) -> Statement:
    return Statement(query="edge.disarm", values={"rule": rule, "place": place})


def keep_mark(name: str, at_ms: int) -> Statement:
    return Statement(query="edge.keep_mark", values={"name": name, "at_ms": at_ms})


def cause_text(cause: Cause) -> str:
    row = _CauseRow(
        key=cause.key, trigger=cause.trigger, at_ms=cause.at_ms, thing=cause.thing, member=cause.member,
        value=cause.value, version=cause.version,
    )  # fmt: skip
    return _text(row)


def cause_of(text: str) -> Cause:
    row = _causes.decode(text)
    return Cause(
        key=row.key, trigger=row.trigger, at_ms=row.at_ms, thing=ThingId(row.thing) if row.thing else None,
        member=row.member, value=cast("Json", row.value), version=row.version,
    )  # fmt: skip


def _deed(told: DeedWire) -> Deed:
    return Deed(
        thing=ThingId(told.thing), property=told.property, asked=_plain(told.asked), reported=_plain(told.reported),
        outcome=told.outcome, ms=told.ms,
    )  # fmt: skip


def _plain(value: str | int | float | bool | list[str] | None) -> str | int | float | bool | tuple[str, ...] | None:
    return tuple(value) if isinstance(value, list) else value


def _text(value: object) -> str:
    return _encoder.encode(value).decode()


def _whole(row: Row, column: str) -> int:
    value = row[column]
    assert isinstance(value, int)
    return value
