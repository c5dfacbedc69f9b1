"""Joining over HTTP: what was discovered, and codes that a camera read."""

from typing import Protocol

import msgspec
from litestar import Router, delete, get, post
from litestar.params import FromPath, JSONBody

from jinn.kernel import Forbidden, Names
from jinn.people import Grant
from jinn.runtime import Problem, problem_of
from jinn.things.http import AnyRequest, area_called
from jinn.things.joining import Attempt, Found, Joining
from jinn.things.ports import Areas
from jinn.things.products import WireNames, names_of, wire_names
from jinn.things.room import ThingsRoom
from jinn.things.wire import WireThing


class FoundBody(msgspec.Struct, frozen=True):
    """`Found` of contracts/edge.schema.json."""

    id: str
    via: str
    names: WireNames
    kind: str
    maker: str | None
    model: str | None
    area: str | None
    seen_ms: int
    joined: str | None


class JoiningBody(msgspec.Struct, frozen=True, omit_defaults=True):
    """`Joining` of contracts/edge.schema.json."""

    id: str
    via: str
    state: str
    step: WireNames
    thing: str | None
    problem: Problem | msgspec.UnsetType = msgspec.UNSET


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a found thing is to be called, and where it is."""

    names: WireNames | None = None
    area: str | None = None


class CodeBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: str
    names: WireNames | None = None
    area: str | None = None


class _Wanted(Protocol):
    @property
    def names(self) -> WireNames | None: ...


def joining_routes(joining: Joining, room: ThingsRoom, areas: Areas) -> Router:
    """`/api/joining`; an area is given by its id or a name."""

    @get("/found", summary="What was discovered, and what it is already")
    async def list_found() -> list[FoundBody]:
        return [found_body(found) for found in joining.found()]

    @post("/found/{found_id:str}", summary="Make it a thing of the home")
    async def join_found(found_id: FromPath[str], request: AnyRequest, data: JSONBody[Wanted]) -> WireThing:
        _only_people(request)
        thing = await joining.join(found_id, names=_names(data), area=area_called(areas, data.area))
        return room.on_wire(thing.id)

    @delete("/found/{found_id:str}", summary="Show it no more")
    async def ignore_found(found_id: FromPath[str], request: AnyRequest) -> None:
        _only_people(request)
        await joining.ignore(found_id)

    @post("/code", summary="Join what has this code; ask for the attempt to see how it goes")
    async def try_code(data: JSONBody[CodeBody], request: AnyRequest) -> JoiningBody:
        _only_people(request)
        return _attempt_body(joining.try_code(data.code, names=_names(data), area=area_called(areas, data.area)))

    @get("/{attempt_id:str}", summary="How an attempt to join goes")
    async def get_attempt(attempt_id: FromPath[str]) -> JoiningBody:
        return _attempt_body(joining.attempt(attempt_id))

    return Router(
        "/api/joining",
        route_handlers=[list_found, join_found, ignore_found, try_code, get_attempt],
        tags=["things"],
    )


def found_body(found: Found) -> FoundBody:
    return FoundBody(
        id=found.id, via=found.via, names=wire_names(found.names), kind=found.kind, maker=found.maker,
        model=found.model, area=found.area, seen_ms=found.seen_ms, joined=found.joined,
    )  # fmt: skip


def _attempt_body(attempt: Attempt) -> JoiningBody:
    return JoiningBody(
        id=attempt.id, via=attempt.via, state=attempt.state, step=wire_names(attempt.step), thing=attempt.thing,
        problem=problem_of(attempt.problem) if attempt.problem is not None else msgspec.UNSET,
    )  # fmt: skip


def _names(wanted: _Wanted) -> Names | None:
    return names_of(wanted.names) if wanted.names is not None else None


def _only_people(request: AnyRequest) -> None:
    grant = request.state.grant
    assert isinstance(grant, Grant)
    if grant.subject != "owner" and not grant.subject.startswith("screen:"):
        raise Forbidden("Only the people of the home may do this.", code="not-allowed")
