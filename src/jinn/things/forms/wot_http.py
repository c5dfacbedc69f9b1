"""What the forms of a Thing Description lead to: each property, action and event of a thing under its own path."""

from typing import cast

import anyio
import msgspec
from litestar import Request, Response, Router, get, post, put
from litestar.datastructures import State
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from jinn.kernel import Invalid, NotFound, Refused, ThingId, Unavailable
from jinn.runtime import Bus
from jinn.things.model import CommandOutcome, Product
from jinn.things.room import ThingsRoom
from jinn.things.thing_model import ArrayType, BoolType, DataType, StructType
from jinn.things.values import Json
from jinn.things.wire import HAPPENED_SUBJECT, HappenedBatch

SERVICE_WITHIN_S = 5.0
POLL_WITHIN_S = 30.0
"""So long an event is waited for; then 204 says that there was none, and the client asks again."""

_BODY_BYTES_MAX = 65_536
_BY = "wot"
AnyRequest = Request[object, object, State]

_happened = msgspec.json.Decoder(HappenedBatch)


def wot_routes(room: ThingsRoom, bus: Bus) -> Router:
    """`/api/things/{id}/wot/…`, with bare values as Thing Descriptions have them: true and false are no numbers."""
    return Router(
        "/api/things/{thing:str}/wot", route_handlers=[*_of_properties(room), *_of_the_rest(room, bus)], tags=["forms"]
    )


def _of_properties(room: ThingsRoom) -> list[BaseRouteHandler]:
    @get("/properties/{name:str}", summary="A property, as the thing said it last")
    async def read_property(thing: FromPath[str], name: FromPath[str]) -> Response[bytes]:
        product = _product(room, thing)
        member = product.model.properties.get(name)
        if member is None:
            raise NotFound(f"It has no property {name[:80]!r}.", code="unknown-property")
        said = room.twins.peek(ThingId(thing)).reported.get(name)
        if said is None:
            raise Unavailable("The thing has not said it yet.", code="never-said")
        return _json(outward(member.type, said.value))

    @put("/properties/{name:str}", summary="Ask for a value, and wait for the thing's report", status_code=204)
    async def write_property(request: AnyRequest, thing: FromPath[str], name: FromPath[str]) -> None:
        _product(room, thing)
        value = await _body(request)
        results = await room.commander.set_properties(ThingId(thing), {name: value}, by=_BY)
        _check(results[0].outcome, results[0].code)

    return [read_property, write_property]


def _of_the_rest(room: ThingsRoom, bus: Bus) -> list[BaseRouteHandler]:
    @post("/actions/{name:str}", summary="Have the thing do something", status_code=200)
    async def invoke_action(request: AnyRequest, thing: FromPath[str], name: FromPath[str]) -> Response[bytes]:
        product = _product(room, thing)
        inputs = await _body(request) or {}
        if not isinstance(inputs, dict):
            raise Invalid("The input of an action is an object.", code="invalid")
        result = await room.commander.call_service(ThingId(thing), name, inputs, expires_s=SERVICE_WITHIN_S, by=_BY)
        _check(result.outcome, result.code)
        outputs = StructType(fields=product.model.services[name].outputs)
        return _json(outward(outputs, dict(result.outputs)))

    @get("/events/{name:str}", summary="The next event of that kind; 204 when none came")
    async def next_event(thing: FromPath[str], name: FromPath[str]) -> Response[bytes]:
        product = _product(room, thing)
        if name not in product.model.events:
            raise NotFound(f"It has no event {name[:80]!r}.", code="event-not-found")
        outputs = StructType(fields=product.model.events[name].outputs)
        with anyio.move_on_after(POLL_WITHIN_S):
            async with bus.subscribe(HAPPENED_SUBJECT) as messages:
                async for message in messages:
                    for one in _happened.decode(message.payload).events:
                        if (one.thing, one.event) == (thing, name):
                            return _json(outward(outputs, cast("Json", one.outputs)))
        return Response(content=b"", status_code=204)

    return [invoke_action, next_event]


def outward(data_type: DataType, value: Json) -> Json:
    """A value as the data schema of its type has it: 0 and 1 of a bool become false and true."""
    if isinstance(data_type, BoolType) and isinstance(value, int):
        return bool(value)
    if isinstance(data_type, StructType) and isinstance(value, dict):
        fields = data_type.fields
        return {name: outward(fields[name].type, inner) if name in fields else inner for name, inner in value.items()}
    if isinstance(data_type, ArrayType) and isinstance(value, list):
        return [outward(data_type.item, item) for item in value]
    return value


def _product(room: ThingsRoom, thing: str) -> Product:
    return room.registry.product_of(room.registry.thing(ThingId(thing)))


async def _body(request: AnyRequest) -> Json:
    raw = await request.body()
    if not raw:
        return None
    if len(raw) > _BODY_BYTES_MAX:
        raise Invalid(f"A value has at most {_BODY_BYTES_MAX} bytes.", code="invalid")
    try:
        return cast("Json", msgspec.json.decode(raw))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(f"The value is not JSON: {error}.", code="invalid") from error


def _check(outcome: CommandOutcome, code: str) -> None:
    """Raises what an outcome other than done is."""
    if outcome in (CommandOutcome.CONFIRMED, CommandOutcome.UNCHANGED):
        return
    if outcome is CommandOutcome.REFUSED:
        raise Refused(f"The thing refused{f': {code}' if code else ''}.", code="thing-refused")
    said = "is not connected" if outcome is CommandOutcome.OFFLINE else "has not said that it did so"
    raise Unavailable(f"The thing {said}.", code=f"thing-{outcome.value.replace('_', '-')}")


def _json(value: Json) -> Response[bytes]:
    return Response(content=msgspec.json.encode(value), media_type="application/json")
