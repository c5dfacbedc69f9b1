"""Things over HTTP: see them, set them, have them do something, add one."""

from typing import cast

import msgspec
from litestar import Request, Router, delete, get, patch, post, put
from litestar.datastructures import State
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody

from jinn.kernel import AreaId, Forbidden, Invalid, Lang, Names, NotFound, Secret, ThingId
from jinn.language import DeedWire, deed_to_wire
from jinn.people import Grant
from jinn.things.deeds import deed_of
from jinn.things.history.http import handlers
from jinn.things.ports import Areas
from jinn.things.products import WireAliases, WireNames, names_of, product_from_model
from jinn.things.room import ThingsRoom
from jinn.things.upkeep import upkeep_routes
from jinn.things.values import Json
from jinn.things.wire import WireThing

SERVICE_EXPIRES_S = 5.0

SECRET_CHARS_MAX = 128
AnyRequest = Request[object, object, State]


class Did(msgspec.Struct, frozen=True):
    """What came of each asked value."""

    did: list[DeedWire]


class ServiceCall(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The inputs of a service, by their identifiers."""

    inputs: dict[str, object] = {}


class ServiceDone(msgspec.Struct, frozen=True):
    """What came of a service call; `outputs` is the thing's own answer, `code` its own code when it refused."""

    thing: str
    service: str
    outcome: str
    outputs: dict[str, object]
    code: str
    ms: float


class NewDevice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A device to be: its thing model, what it is called, and where it is (an area's id or name).

    Attributes:
        device_name, device_secret: as its maker burnt them in; what is not given is made. The model names the product.
    """

    model: msgspec.Raw
    name: str | WireNames
    area: str | None = None
    device_name: str | None = None
    device_secret: str | None = None


class WireCredentials(msgspec.Struct, frozen=True, rename="camel"):
    """What the device connects with."""

    thing: str
    product_key: str
    device_name: str
    device_secret: str


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """New names, or another place; what is left out stays. `area` null: nowhere in particular."""

    names: WireNames | msgspec.UnsetType = msgspec.UNSET
    aliases: WireAliases | msgspec.UnsetType = msgspec.UNSET
    area: str | msgspec.UnsetType | None = msgspec.UNSET


class Enabled(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    enabled: bool


def routes(room: ThingsRoom, areas: Areas) -> Router:
    """Everything that is about things: below `/api` for people, and what devices themselves fetch and post."""
    past = handlers(room.history, room.happenings, room.clock)
    asked = [*_seeing(room), *past, *_asking(room), *_keeping(room, areas)]
    api = Router("/api", route_handlers=asked, tags=["things"])
    return Router("/", route_handlers=[api, *upkeep_routes(room.upkeep)])


def _seeing(room: ThingsRoom) -> list[BaseRouteHandler]:
    @get("/things", summary="Every thing as it is now")
    async def list_things() -> list[WireThing]:
        return room.all_on_wire()

    @get("/things/{thing:str}", summary="One thing as it is now")
    async def one_thing(thing: FromPath[str]) -> WireThing:
        return room.on_wire(ThingId(thing))

    return [list_things, one_thing]


def _asking(room: ThingsRoom) -> list[BaseRouteHandler]:
    @put("/things/{thing:str}/properties", summary="Ask for values by property, and wait for the thing's report")
    async def set_properties(thing: FromPath[str], data: JSONBody[dict[str, object]]) -> Did:
        results = await room.commander.set_properties(ThingId(thing), _values(data), by="http")
        return Did(did=[deed_to_wire(deed_of(result)) for result in results])

    @post("/things/{thing:str}/services/{service:str}", status_code=200, summary="Have a thing do something")
    async def call_service(thing: FromPath[str], service: FromPath[str], data: JSONBody[ServiceCall]) -> ServiceDone:
        result = await room.commander.call_service(
            ThingId(thing), service, _values(data.inputs), expires_s=SERVICE_EXPIRES_S, by="http"
        )
        return ServiceDone(
            thing=result.thing,
            service=result.service,
            outcome=result.outcome.value,
            outputs=dict(result.outputs),
            code=result.code,
            ms=round(result.ms, 2),
        )

    return [set_properties, call_service]


def _keeping(room: ThingsRoom, areas: Areas) -> list[BaseRouteHandler]:
    @patch("/things/{thing:str}", summary="Call a thing otherwise, or put it elsewhere")
    async def change_thing(thing: FromPath[str], data: JSONBody[Change]) -> WireThing:
        known = room.registry.thing(ThingId(thing))
        area = known.area if data.area is msgspec.UNSET else area_called(areas, data.area)
        await room.registry.rename(known.id, _renamed(known.names, data))
        await room.registry.move(known.id, area)
        return room.on_wire(known.id)

    @put("/things/{thing:str}/enabled", summary="Let a thing connect; or not any more")
    async def enable(thing: FromPath[str], data: JSONBody[Enabled], request: AnyRequest) -> WireThing:
        _only_owner(request)
        await room.enable(ThingId(thing), is_enabled=data.enabled)
        return room.on_wire(ThingId(thing))

    @delete("/things/{thing:str}", summary="Forget a thing")
    async def remove_thing(thing: FromPath[str], request: AnyRequest) -> None:
        _only_owner(request)
        await room.remove(ThingId(thing))

    @post("/devices", summary="A new device, of a thing model; answers with its credentials")
    async def add_device(request: AnyRequest) -> WireCredentials:
        _only_owner(request)
        new = _new_device(await request.body())
        names = Names(en=new.name, zh=new.name) if isinstance(new.name, str) else names_of(new.name)
        area = area_called(areas, new.area)
        product = await room.registry.register_product(product_from_model(bytes(new.model)))
        made = await room.registry.add_device(
            product.product_key, names=names, area=area, device_name=new.device_name, secret=_secret(new.device_secret)
        )
        return WireCredentials(
            thing=made.thing,
            product_key=made.product_key,
            device_name=made.device_name,
            device_secret=made.device_secret.reveal(),
        )

    return [change_thing, enable, remove_thing, add_device]


def _renamed(names: Names, change: Change) -> Names:
    spoken = names if change.names is msgspec.UNSET else names_of(change.names)
    aliases = (
        names.aliases if change.aliases is msgspec.UNSET else names_of(WireNames(en="", zh=""), change.aliases).aliases
    )
    return Names(en=spoken.en, zh=spoken.zh, aliases=aliases)


def _only_owner(request: AnyRequest) -> None:
    grant = request.state.grant
    if not isinstance(grant, Grant) or grant.subject != "owner":
        raise Forbidden("Only the owner may do this.", code="owner-only")


def area_called(areas: Areas, text: str | None) -> AreaId | None:
    """The area with that id, or of that name in either language. Raises `NotFound` with code `area-not-found`."""
    if text is None:
        return None
    wanted = text.strip().casefold()
    for area in areas.areas():
        words = (area.id, *(word for lang in Lang for word in area.names.all_of(lang)))
        if any(wanted == word.casefold() for word in words):
            return area.id
    raise NotFound(f"There is no area {text[:80]!r}.", code="area-not-found", area=text[:80])


def _values(data: dict[str, object]) -> dict[str, Json]:
    # It was decoded from JSON, so it can be nothing else.
    return cast("dict[str, Json]", data)


def _secret(text: str | None) -> Secret | None:
    if text is not None and not (0 < len(text) <= SECRET_CHARS_MAX and text.isascii() and text.isprintable()):
        raise Invalid(f"A device's secret has 1 to {SECRET_CHARS_MAX} plain characters.", code="bad-secret")
    return None if text is None else Secret(text)


def _new_device(body: bytes) -> NewDevice:
    try:
        return msgspec.json.decode(body, type=NewDevice)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(f"The request is malformed: {error}.", code="invalid") from error
