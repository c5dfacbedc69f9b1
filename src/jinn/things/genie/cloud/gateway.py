"""The one address that a platform posts to: every request gets an answer of the protocol, whatever it is."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import cast

import anyio
import msgspec

from jinn.kernel import Invalid, JinnError, Lang, NotFound, Secret, ThingId, Unavailable
from jinn.people import TokenBook
from jinn.things.genie import second
from jinn.things.genie.cloud.facets import Wanted, actions_of, device_type, facets_of, properties_of, wanted_of
from jinn.things.genie.envelope import CONTROL, DISCOVER, DISCOVERY, ERROR, QUERY, VERSION, ErrorCode, VendorError
from jinn.things.genie.vocabulary import ALIASES, KINDS, PLACES, QUERIES
from jinn.things.model import CommandOutcome, Product, Thing
from jinn.things.ports import Areas
from jinn.things.room import ThingsRoom
from jinn.things.values import Json

BODY_BYTES_MAX = 65_536
"""A request names one device; a hundred times what it needs."""

ORDER_WITHIN_S = 2.0
"""Platforms are said to wait some 3 s; by then they have our word, true or not yet."""

CORRECT = "CorrectResponse"
"""What 2.0 calls an answer about devices, whatever became of each."""

BY = "genie"
_BRAND = "jinn"
_log = logging.getLogger(__name__)

_CODES: Mapping[CommandOutcome, tuple[ErrorCode, str]] = {
    CommandOutcome.OFFLINE: (ErrorCode.OFFLINE, "it is offline"),
    CommandOutcome.REFUSED: (ErrorCode.ORDER, "it refused"),
    CommandOutcome.TIMED_OUT: (ErrorCode.SERVICE, "it has not said that it did it"),
}


class Gateway:
    """Answers DiscoveryDevices, controls and queries from the home's own things."""

    def __init__(
        self,
        *,
        room: ThingsRoom,
        areas: Areas,
        tokens: TokenBook,
        icon_url: Callable[[str], str],
        order_within_s: float = ORDER_WITHIN_S,
    ) -> None:
        """`icon_url`: where the picture of a device type is."""
        self._room = room
        self._areas = areas
        self._tokens = tokens
        self._icon_url = icon_url
        self._order_within_s = order_within_s

    async def answer(self, body: bytes) -> bytes:
        """The answer to a request; never raises but for a bug, and even then it is an answer."""
        header: dict[str, Json] = {}
        device_id: Json = ""
        try:
            header, payload = _opened(body)
            given = payload.get("deviceId")
            device_id = given if isinstance(given, str | int | float) else ""
            told = await self._answered(header, payload)
        except VendorError as error:
            return _refusal(header, device_id, error.code, error.message)
        except JinnError as error:
            return _refusal(header, device_id, _code_of(error), error.sentence)
        except Exception:  # noqa: BLE001 - where a request's work ends: it is logged, and answered as the protocol wants.
            _log.exception("a platform's request met a fault of ours")
            return _refusal(header, device_id, ErrorCode.SERVICE, "something went wrong here")
        return msgspec.json.encode(told)

    async def _answered(self, header: dict[str, Json], payload: dict[str, Json]) -> dict[str, object]:
        token = payload.get("accessToken")
        grant = await self._tokens.grant_of(Secret(token)) if isinstance(token, str) and token else None
        if grant is None or not grant.subject.startswith("cloud:"):
            raise VendorError(ErrorCode.TOKEN, "the token is unknown or has ended")
        namespace, name = header.get("namespace"), header.get("name")
        is_second = second.is_second(header.get("payLoadVersion"))
        if namespace == DISCOVERY and name == DISCOVER:
            return {"header": _answer_header(header), "payload": {"devices": self._devices(is_second=is_second)}}
        if namespace not in (CONTROL, QUERY) or not isinstance(name, str):
            raise VendorError(ErrorCode.PARAMS, "namespace or name is none of the protocol's")
        if is_second:
            told_of = await self._each(namespace, name, payload)
            return {"header": _answer_header(header, CORRECT), "payload": {"deviceResponseList": told_of}}
        thing, product = self._thing(payload.get("deviceId"))
        told: dict[str, object] = {"header": _answer_header(header), "payload": {"deviceId": thing.id}}
        if namespace == QUERY:
            told["properties"] = self._queried(thing, product, name)
        else:
            await self._ordered(thing, product, name, payload)
        return told

    async def _each(self, namespace: str, name: str, payload: Mapping[str, Json]) -> list[dict[str, object]]:
        """A request of 2.0 about some devices, all at once: what came of each, in their order."""
        listed, params = payload.get("deviceIds"), payload.get("params")
        if not isinstance(listed, list) or not 0 < len(listed) <= second.DEVICES_AT_ONCE_MAX:
            raise VendorError(ErrorCode.PARAMS, f"deviceIds names 1 to {second.DEVICES_AT_ONCE_MAX} devices")
        if (namespace, name) not in ((CONTROL, second.SET), (CONTROL, second.ADJUST), (QUERY, second.GET)):
            raise VendorError(ErrorCode.UNSUPPORTED, f"{name[:40]} is nothing that can be asked")
        orders = second.as_orders(name, params if isinstance(params, dict) else {}) if namespace == CONTROL else []
        told: dict[int, dict[str, object]] = {}

        async def one(place: int, device_id: Json) -> None:
            told[place] = await self._one(device_id, orders)

        async with anyio.create_task_group() as tasks:
            for place, device_id in enumerate(listed):
                tasks.start_soon(one, place, device_id)
        return [told[place] for place in sorted(told)]

    async def _one(self, device_id: Json, orders: Sequence[tuple[str, str]]) -> dict[str, object]:
        """What came of the orders for one device, or its state when there are none."""
        entry: dict[str, object] = {"deviceId": device_id if isinstance(device_id, str | int | float) else ""}
        try:
            thing, product = self._thing(device_id)
            if orders:
                await self._done(thing, [self._wanted(thing, product, *order) for order in orders])
                return {**entry, "errorCode": "SUCCESS", "message": "SUCCESS"}
            state = second.status_of(self._queried(thing, product, "Query"))
        except VendorError as error:
            return {**entry, "errorCode": str(error.code), "message": error.message[:200]}
        except JinnError as error:
            return {**entry, "errorCode": str(_code_of(error)), "message": error.sentence[:200]}
        return {**entry, "errorCode": "SUCCESS", "message": "SUCCESS", "status": state}

    def _devices(self, *, is_second: bool) -> list[dict[str, object]]:
        entries = [entry for thing in self._room.registry.things() if (entry := self._entry(thing)) is not None]
        if not is_second:
            return entries
        return [second.device_entry(entry, cast("list[dict[str, str]]", entry["properties"])) for entry in entries]

    def _entry(self, thing: Thing) -> dict[str, object] | None:
        product = self._room.registry.product_of(thing)
        if not facets_of(product) or not thing.is_enabled:
            return None
        kind = device_type(product)
        entry: dict[str, object] = {
            "deviceId": thing.id,
            "deviceName": spoken_name(thing, kind),
            "deviceType": kind,
            "brand": _BRAND,
            "model": product.product_key,
            "icon": self._icon_url(kind),
            "properties": properties_of(product, self._room.twins.peek(thing.id)),
            "actions": actions_of(product),
            "extensions": {},
        }
        zone = self._zone(thing)
        if zone:
            entry["zone"] = zone
        return entry

    def _zone(self, thing: Thing) -> str:
        area = next((area for area in self._areas.areas() if area.id == thing.area), None)
        words = () if area is None else area.names.all_of(Lang.ZH)
        return next((word for word in words if word in PLACES), "")

    def _thing(self, device_id: Json) -> tuple[Thing, Product]:
        if not isinstance(device_id, str):
            raise VendorError(ErrorCode.PARAMS, "deviceId is missing")
        try:
            thing = self._room.registry.thing(ThingId(device_id))
        except NotFound as error:
            raise VendorError(ErrorCode.NO_DEVICE, "there is no such device") from error
        product = self._room.registry.product_of(thing)
        if not facets_of(product) or not thing.is_enabled:
            raise VendorError(ErrorCode.NO_DEVICE, "there is no such device")
        return thing, product

    def _queried(self, thing: Thing, product: Product, name: str) -> list[dict[str, str]]:
        if name != "Query" and name not in QUERIES:
            raise VendorError(ErrorCode.UNSUPPORTED, f"{name[:40]} is no query")
        twin = self._room.twins.peek(thing.id)
        if not twin.is_online:
            raise VendorError(ErrorCode.OFFLINE, "it is offline")
        if name == "Query":
            return properties_of(product, twin)
        word = QUERIES[name]
        if word not in facets_of(product):
            raise VendorError(ErrorCode.UNSUPPORTED, f"it has no {word}")
        return properties_of(product, twin, [word])

    async def _ordered(self, thing: Thing, product: Product, name: str, payload: Mapping[str, Json]) -> None:
        value = payload.get("value")
        text = str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
        await self._done(thing, [self._wanted(thing, product, name, text)])

    def _wanted(self, thing: Thing, product: Product, name: str, value: str) -> Wanted:
        return wanted_of(product, self._room.twins.peek(thing.id), name, value)

    async def _done(self, thing: Thing, wanted: Sequence[Wanted]) -> None:
        """Have it all done, the values in one command. Raises `VendorError` unless the thing itself says so."""
        commander = self._room.commander
        for service in (one.service for one in wanted if one.service):
            done = await commander.call_service(thing.id, service, expires_s=self._order_within_s, by=BY)
            _check(done.outcome)
        values = {name: value for one in wanted for name, value in one.values.items()}
        if values:
            for result in await commander.set_properties(thing.id, values, expires_s=self._order_within_s, by=BY):
                _check(result.outcome)


def spoken_name(thing: Thing, kind: str) -> str:
    """A name of the list that its own name holds, the longest first; else what its kind is called."""
    words = [(word, key) for key, (_, further) in ALIASES.items() for word in (key, *further)]
    for word, _ in sorted(words, key=lambda one: -len(one[0])):
        if any(word in name for name in thing.names.all_of(Lang.ZH)):
            return word
    chinese = KINDS.get(kind, ("", "", "设备"))[2]
    return chinese if chinese in ALIASES else "开关"


def _check(outcome: CommandOutcome) -> None:
    if outcome in _CODES:
        code, why = _CODES[outcome]
        raise VendorError(code, why)


def _opened(body: bytes) -> tuple[dict[str, Json], dict[str, Json]]:
    if len(body) > BODY_BYTES_MAX:
        raise VendorError(ErrorCode.PARAMS, f"a request has at most {BODY_BYTES_MAX} bytes")
    try:
        asked = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise VendorError(ErrorCode.PARAMS, "the request is no JSON") from error
    header = asked.get("header") if isinstance(asked, dict) else None
    payload = asked.get("payload") if isinstance(asked, dict) else None
    if not isinstance(header, dict) or not isinstance(payload, dict):
        raise VendorError(ErrorCode.PARAMS, "header or payload is missing")
    return cast("dict[str, Json]", header), cast("dict[str, Json]", payload)


def _answer_header(header: Mapping[str, Json], name: str = "") -> dict[str, object]:
    """The request's own, with another name; a version that nobody knows is answered as the first."""
    is_second = second.is_second(header.get("payLoadVersion"))
    echoed: dict[str, object] = {
        key: value[:128] if isinstance(value, str) else value
        for key, value in header.items()
        if key in ("namespace", "messageId") and isinstance(value, str | int)
    }
    return {
        **echoed,
        "name": name or f"{header.get('name')}Response",
        "payLoadVersion": second.SECOND if is_second else VERSION,
    }


def _refusal(header: Mapping[str, Json], device_id: Json, code: str, message: str) -> bytes:
    told = {"deviceId": device_id, "errorCode": str(code), "message": message[:200]}
    return msgspec.json.encode({"header": _answer_header(header, ERROR), "payload": told})


def _code_of(error: JinnError) -> ErrorCode:
    match error:
        case NotFound():
            return ErrorCode.NO_DEVICE
        case Invalid():
            return ErrorCode.PARAMS
        case Unavailable():
            return ErrorCode.SERVICE
    return ErrorCode.ORDER
