"""Turns over HTTP."""

from litestar import Router, get
from litestar.handlers import HTTPRouteHandler

from jinn.language.store import Turns
from jinn.language.wire import TurnWire


def routes(turns: Turns, new_turn: HTTPRouteHandler) -> Router:
    """`/api/turns`. `new_turn` is its POST: turns are made where sound and words come in."""

    @get("/", summary="The newest turns first")
    async def list_turns(count: int = 20) -> list[TurnWire]:
        return await turns.last(max(1, min(count, 200)))

    @get("/{turn_id:str}", summary="One turn with its trace; `last` is the newest")
    async def get_turn(turn_id: str) -> TurnWire:
        return await turns.get(turn_id)

    return Router("/api/turns", route_handlers=[list_turns, get_turn, new_turn], tags=["turns"])
