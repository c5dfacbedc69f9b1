"""Upkeep over HTTP: the owner's side below `/api`, the devices' side where their SDKs look for it."""

from urllib.parse import parse_qsl

import msgspec
from litestar import MediaType, Request, Response, Router, delete, get, post, put
from litestar.datastructures import State
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, FromQuery, JSONBody

from jinn.kernel import Forbidden, Invalid, JinnError, NotFound, Refused, ThingId, Unavailable
from jinn.people import DeviceProof, Grant
from jinn.things.alink import Code
from jinn.things.door.signing import HEX_DIGITS
from jinn.things.products import WireNames, names_of, product_from_model
from jinn.things.upkeep.model import signed_part
from jinn.things.upkeep.upkeep import Upkeep

LOGS_SHOWN_MAX = 200
REGISTER_BYTES_MAX = 4_096
FIELD_CHARS_MAX = 256

AnyRequest = Request[object, object, State]


class AccessBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`open`: devices that nobody has named here before may come too."""

    open: bool = False


class WireAccess(msgspec.Struct, frozen=True, rename="camel"):
    """A product's secret; it is shown this once."""

    product_key: str
    product_secret: str
    open: bool


class NewProduct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A product to be: its thing model, and what a piece of it is called."""

    model: msgspec.Raw
    names: WireNames | None = None


class WireProductKey(msgspec.Struct, frozen=True, rename="camel"):
    product_key: str
    version: int


class ConfigBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    document: str


class WireConfig(msgspec.Struct, frozen=True):
    """A configuration as it is kept; `told` devices heard of it at once."""

    id: str
    size: int
    sha256: str
    created_ms: int
    told: int


class WireLog(msgspec.Struct, frozen=True):
    at_ms: int
    level: str
    module: str
    text: str


class LoggingBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    on: bool


class LetIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A device that a gateway has found."""

    product_key: str
    device_name: str
    names: WireNames


class Permit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    product_key: str
    for_s: int = 60


class Told(msgspec.Struct, frozen=True):
    """Whether the device heard it: `delivered`, `offline`, `expired`, `slow`."""

    outcome: str


def upkeep_routes(upkeep: Upkeep) -> list[Router | BaseRouteHandler]:
    """The owner's routes, and the two that devices use without a token."""
    owners = Router("/api", route_handlers=[*_products(upkeep), *_things(upkeep), *_gateways(upkeep)], tags=["things"])
    return [owners, *_devices(upkeep)]


def _products(upkeep: Upkeep) -> list[BaseRouteHandler]:
    @put("/products/{key:str}/access", summary="A new secret with which a product's devices enrol by themselves")
    async def allow(key: FromPath[str], data: JSONBody[AccessBody], request: AnyRequest) -> WireAccess:
        _only_owner(request)
        made = await upkeep.enrolling.allow(key, is_open=data.open)
        return WireAccess(product_key=made.product_key, product_secret=made.secret.reveal(), open=made.is_open)

    @post("/products", summary="A product of a thing model, or a new version of it")
    async def register_product(request: AnyRequest) -> WireProductKey:
        _only_owner(request)
        new = _new_product(await request.body())
        names = names_of(new.names) if new.names else None
        kept = await upkeep.registry.register_product(product_from_model(bytes(new.model), names=names))
        return WireProductKey(product_key=kept.product_key, version=kept.version)

    @delete("/products/{key:str}/access", summary="Let a product's devices enrol no more")
    async def forbid(key: FromPath[str], request: AnyRequest) -> None:
        _only_owner(request)
        await upkeep.enrolling.forbid(key)

    @put("/products/{key:str}/config", summary="A configuration for all things of a product")
    async def set_config(key: FromPath[str], data: JSONBody[ConfigBody], request: AnyRequest) -> WireConfig:
        _only_owner(request)
        return await _configured(upkeep, key, data.document)

    @delete("/products/{key:str}/config", summary="No configuration for a product any more")
    async def remove_config(key: FromPath[str], request: AnyRequest) -> None:
        _only_owner(request)
        await upkeep.configuring.remove(key)

    return [register_product, allow, forbid, set_config, remove_config]


def _things(upkeep: Upkeep) -> list[BaseRouteHandler]:
    @put("/things/{thing:str}/config", summary="A configuration for one thing")
    async def set_config(thing: FromPath[str], data: JSONBody[ConfigBody], request: AnyRequest) -> WireConfig:
        _only_owner(request)
        return await _configured(upkeep, thing, data.document)

    @post("/things/{thing:str}/enrolment", status_code=204, summary="Let a device fetch its secret once more")
    async def free(thing: FromPath[str], request: AnyRequest) -> None:
        _only_owner(request)
        await upkeep.enrolling.free(ThingId(thing))

    @get("/things/{thing:str}/tags", summary="The labels that a device gives itself")
    async def tags(thing: FromPath[str]) -> dict[str, str]:
        known = upkeep.registry.thing(ThingId(thing))
        rows = await upkeep.database.read("things.tags_of_thing", thing=known.id)
        return {str(row["tag"]): str(row["value"]) for row in rows}

    @get("/things/{thing:str}/logs", summary="What a device wrote about itself, the newest first")
    async def logs(thing: FromPath[str], limit: FromQuery[int] = 100) -> list[WireLog]:
        known = upkeep.registry.thing(ThingId(thing))
        count = max(1, min(limit, LOGS_SHOWN_MAX))
        rows = await upkeep.database.read("things.logs_of_thing", thing=known.id, count_max=count)
        return [msgspec.convert(dict(row), WireLog) for row in rows]

    @put("/things/{thing:str}/logging", status_code=204, summary="Whether a device should send its logs")
    async def logging(thing: FromPath[str], data: JSONBody[LoggingBody], request: AnyRequest) -> None:
        _only_owner(request)
        await upkeep.quieten(ThingId(thing), is_quiet=not data.on)

    return [set_config, free, tags, logs, logging]


def _gateways(upkeep: Upkeep) -> list[BaseRouteHandler]:
    @post("/things/{gateway:str}/permit", status_code=200, summary="Let a gateway take in new devices for a while")
    async def permit(gateway: FromPath[str], data: JSONBody[Permit], request: AnyRequest) -> Told:
        _only_owner(request)
        return Told(outcome=await upkeep.permit(ThingId(gateway), data.product_key, data.for_s))

    @post("/things/{gateway:str}/behind", summary="Make a thing of what a gateway has found, and have it brought")
    async def let_in(gateway: FromPath[str], data: JSONBody[LetIn], request: AnyRequest) -> dict[str, str]:
        _only_owner(request)
        made = await upkeep.let_in(ThingId(gateway), data.product_key, data.device_name, names_of(data.names))
        return {"thing": made.thing}

    return [permit, let_in]


def _devices(upkeep: Upkeep) -> list[BaseRouteHandler]:
    @post("/auth/register/device", status_code=200, is_public=True, summary="A device's secret for its product's")
    async def register(request: AnyRequest) -> dict[str, object]:
        body = await request.body()
        if len(body) > REGISTER_BYTES_MAX:
            return _refusal(Code.BAD_PARAMS, "request parameter error")
        try:
            form = read_form(body, request.url.query)
            proof = read_proof(form)
            secret = await upkeep.enrolling.register(proof.product_key, proof.device_name, proof)
        except JinnError as refused:
            return _refusal(_code_of(refused), refused.sentence)
        data = {"productKey": proof.product_key, "deviceName": proof.device_name, "deviceSecret": secret.reveal()}
        return {"code": int(Code.OK), "data": data, "message": "success"}

    @get("/device-files/config/{config:str}", is_public=True, media_type=MediaType.TEXT, include_in_schema=False)
    async def config_file(
        config: FromPath[str], thing: FromQuery[str], expires: FromQuery[int], ticket: FromQuery[str]
    ) -> Response[bytes]:
        text = await upkeep.configuring.fetch(config, thing=thing, expires_ms=expires, ticket=ticket)
        return Response(text, media_type="application/octet-stream")

    return [register, config_file]


def _new_product(body: bytes) -> NewProduct:
    try:
        return msgspec.json.decode(body, type=NewProduct)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(f"The request is malformed: {error}.", code="invalid") from error


def read_form(body: bytes, query: str) -> dict[str, str]:
    """Fields of the form; what is missing there may stand in the query."""
    try:
        pairs = [*parse_qsl(query), *parse_qsl(body.decode())]
    except ValueError as error:
        raise Invalid("request parameter error") from error
    return {name: value[:FIELD_CHARS_MAX] for name, value in pairs}


def read_proof(form: dict[str, str]) -> DeviceProof:
    method = form.get("signMethod", form.get("signmethod", "hmacsha1")).lower()
    key, name, sign = form.get("productKey", ""), form.get("deviceName", ""), form.get("sign", "")
    if not key or not name or not form.get("random") or len(sign) != HEX_DIGITS.get(method, 0):
        raise Invalid("request parameter error: productKey, deviceName, random, sign or signMethod")
    return DeviceProof(product_key=key, device_name=name, method=method, text=signed_part(form), signature=sign)


def _refusal(code: Code, message: str) -> dict[str, object]:
    return {"code": int(code), "data": None, "message": message}


def _code_of(refused: JinnError) -> Code:
    if isinstance(refused, Forbidden):
        return Code.SIGNATURE
    if isinstance(refused, NotFound):
        return Code.NO_DEVICE
    if isinstance(refused, Unavailable):
        return Code.FAILED
    return Code.TOO_MANY if isinstance(refused, Refused) and refused.stable_code() == "too-many-things" else (
        Code.BAD_PARAMS
    )  # fmt: skip


async def _configured(upkeep: Upkeep, owner: str, document: str) -> WireConfig:
    config, told = await upkeep.configuring.set_for(owner, document)
    return WireConfig(id=config.id, size=config.size, sha256=config.sha256, created_ms=config.created_ms, told=told)


def _only_owner(request: AnyRequest) -> None:
    grant = request.state.grant
    if not isinstance(grant, Grant) or grant.subject != "owner":
        raise Forbidden("Only the owner may do this.", code="owner-only")
