"""How images, rollouts and updates are written down: rows to values and back."""

from pathlib import Path

from jinn.kernel import Names, ThingId
from jinn.runtime import Row, Schema, Sql, Statement
from jinn.things.firmware.model import (
    Image,
    ImageId,
    Rollout,
    RolloutId,
    RolloutState,
    Said,
    SaidKind,
    Update,
    UpdateState,
    group_of,
)

SCHEMA = Schema(room="firmware", folder=Path(__file__).parent / "sql")


def image_of(row: Row) -> Image:
    return Image(
        id=ImageId(_text(row, "id")),
        product_key=_text(row, "product_key"),
        module=_text(row, "module"),
        version=_text(row, "version"),
        counter=_whole(row, "counter"),
        size=_whole(row, "size"),
        sha256=_text(row, "sha256"),
        blob=_text(row, "manifest").encode(),
        notes=Names(en=_text(row, "notes_en"), zh=_text(row, "notes_zh")),
        added_ms=_whole(row, "added_ms"),
    )


def add_image(image: Image) -> Statement:
    values: dict[str, Sql] = {
        "id": image.id,
        "product_key": image.product_key,
        "module": image.module,
        "version": image.version,
        "counter": image.counter,
        "size": image.size,
        "sha256": image.sha256,
        "manifest": image.blob.decode(),
        "notes_en": image.notes.en,
        "notes_zh": image.notes.zh,
        "added_ms": image.added_ms,
    }
    return Statement(query="firmware.add_image", values=values)


def rollout_of(row: Row) -> Rollout:
    reason = Names(en=_text(row, "reason_en"), zh=_text(row, "reason_zh"))
    limit = row["failure_limit_percent"]
    assert isinstance(limit, int | float)
    return Rollout(
        id=RolloutId(_text(row, "id")),
        image=ImageId(_text(row, "image")),
        state=RolloutState(_text(row, "state")),
        percent=_whole(row, "percent"),
        group=group_of(_text(row, "things")),
        failure_limit_percent=float(limit),
        at_once=_whole(row, "at_once"),
        total=_whole(row, "total"),
        created_ms=_whole(row, "created_ms"),
        reason=reason if reason.en else None,
        revision=_whole(row, "revision"),
    )


def add_rollout(rollout: Rollout, image: Image) -> Statement:
    values: dict[str, Sql] = {
        **_changeable(rollout),
        "image": rollout.image,
        "things": str(rollout.group or ""),
        "failure_limit_percent": rollout.failure_limit_percent,
        "at_once": rollout.at_once,
        "total": rollout.total,
        "created_ms": rollout.created_ms,
        "open_for": _open_for(rollout, image),
    }
    return Statement(query="firmware.add_rollout", values=values)


def change_rollout(rollout: Rollout, image: Image, *, was: Rollout) -> Statement:
    values: dict[str, Sql] = {
        **_changeable(rollout),
        "revision": rollout.revision,
        "was": was.revision,
        "open_for": _open_for(rollout, image),
    }
    return Statement(query="firmware.change_rollout", values=values, rows=1)


def hold_rollout(rollout: Rollout) -> Statement:
    """For a write that may only be if nobody has paused or stopped the rollout meanwhile."""
    return Statement(query="firmware.hold_rollout", values={"id": rollout.id, "was": rollout.revision}, rows=1)


def _changeable(rollout: Rollout) -> dict[str, Sql]:
    return {
        "id": rollout.id,
        "state": rollout.state.value,
        "percent": rollout.percent,
        "reason_en": rollout.reason.en if rollout.reason else "",
        "reason_zh": rollout.reason.zh if rollout.reason else "",
    }


def _open_for(rollout: Rollout, image: Image) -> str | None:
    return f"{image.product_key} {image.module}" if rollout.is_open else None


def update_of(row: Row) -> Update:
    return Update(
        rollout=RolloutId(_text(row, "rollout")),
        thing=ThingId(_text(row, "thing")),
        rank=_whole(row, "rank"),
        joins_at=_whole(row, "joins_at"),
        state=UpdateState(_text(row, "state")),
        percent=_whole(row, "percent"),
        changed_ms=_whole(row, "changed_ms"),
        code=_text(row, "code"),
        message=_text(row, "message"),
        pushes=_whole(row, "pushes"),
        session=_text(row, "session"),
        revision=_whole(row, "revision"),
    )


def add_update(update: Update) -> Statement:
    values: dict[str, Sql] = {
        "rollout": update.rollout,
        "thing": update.thing,
        "rank": update.rank,
        "joins_at": update.joins_at,
        "changed_ms": update.changed_ms,
    }
    return Statement(query="firmware.add_update", values=values)


def change_update(update: Update, *, was: Update) -> Statement:
    values: dict[str, Sql] = {
        "rollout": update.rollout,
        "thing": update.thing,
        "state": update.state.value,
        "percent": update.percent,
        "changed_ms": update.changed_ms,
        "code": update.code,
        "message": update.message,
        "pushes": update.pushes,
        "session": update.session,
        "revision": update.revision,
        "was": was.revision,
    }
    return Statement(query="firmware.change_update", values=values, rows=1)


def counts_of(rows: list[Row]) -> dict[UpdateState, int]:
    return {UpdateState(_text(row, "state")): _whole(row, "updates") for row in rows}


def said_of(row: Row) -> Said:
    return Said(
        id=_text(row, "id"),
        thing=ThingId(_text(row, "thing")),
        kind=SaidKind(_text(row, "kind")),
        module=_text(row, "module"),
        version=_text(row, "version"),
        step=_whole(row, "step"),
        desc=_text(row, "description"),
        reply=_text(row, "reply"),
        message_id=_text(row, "message_id"),
        at_ms=_whole(row, "at_ms"),
    )


def add_said(said: Said) -> Statement:
    values: dict[str, Sql] = {
        "id": said.id,
        "thing": said.thing,
        "kind": said.kind.value,
        "module": said.module,
        "version": said.version,
        "step": said.step,
        "description": said.desc,
        "reply": said.reply,
        "message_id": said.message_id,
        "at_ms": said.at_ms,
    }
    return Statement(query="firmware.add_said", values=values)


def forget_said(said: Said) -> Statement:
    return Statement(query="firmware.forget_said", values={"id": said.id}, rows=1)


def _text(row: Row, column: str) -> str:
    value = row[column]
    assert isinstance(value, str)
    return value


def _whole(row: Row, column: str) -> int:
    value = row[column]
    assert isinstance(value, int)
    return value
