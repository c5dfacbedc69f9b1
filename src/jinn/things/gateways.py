"""Things that speak over another thing's connection: which belong to a gateway, and which are logged in."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from jinn.kernel import Conflict, Invalid, NotFound
from jinn.things.alink import AlinkError, Code, decoded, decoded_dict, listed, read_envelope
from jinn.things.model import Thing
from jinn.things.requests import names_for
from jinn.things.signatures import is_signed, signed_text
from jinn.things.topics import Use
from jinn.things.values import Json
from jinn.things.work import Answer, Handler, Upward, Work

BATCH_MAX = 50
"""Sub-devices in one message."""

BEHIND_MAX = 1_500
"""Sub-devices of one gateway, as in the ecosystem's cloud."""


def add_topo(work: Work, up: Upward) -> Answer:
    """The gateway brings devices, each with its own signature."""
    brought = [_signed_thing(work, up, form) for form in forms_of(listed(up.envelope.params))]
    if len(work.registry.things_behind(up.thing.id)) + len(brought) > BEHIND_MAX:
        raise AlinkError(Code.TOO_MANY, f"a gateway has at most {BEHIND_MAX} sub-devices")
    for thing in brought:
        if thing.gateway != up.thing.id:
            bring(work, up, thing)
    return Answer(data=[named(thing) for thing in brought])


def bring(work: Work, up: Upward, thing: Thing) -> None:
    """Put a thing behind the gateway that speaks; one that was behind another is logged out there."""
    if thing.id == up.thing.id or work.registry.things_behind(thing.id):
        raise AlinkError(Code.IS_ITSELF, "a gateway is no sub-device")
    other = thing.gateway
    if other is not None and work.has(other) and work.has(thing.id):
        # Over its own connection it stays.
        _leave(work, thing, session=work.twin(other).session or "")
    work.change_thing(replace(thing, gateway=up.thing.id))


def delete_topo(work: Work, up: Upward) -> Answer:
    for form in forms_of(listed(up.envelope.params)):
        thing = _own_thing(work, up, form)
        _log_out(work, up, thing)
        work.change_thing(replace(thing, gateway=None))
    return Answer()


def get_topo(work: Work, up: Upward) -> Answer:
    return Answer(data=[named(thing) for thing in work.registry.things_behind(up.thing.id)])


def unregister_sub(work: Work, up: Upward) -> Answer:
    return delete_topo(work, up)


def log_in(work: Work, up: Upward) -> Answer:
    form = _strings(decoded_dict(up.envelope.params))
    thing = _signed_thing(work, up, form)
    _log_in(work, up, thing)
    return Answer(data=named(thing))


def batch_log_in(work: Work, up: Upward) -> Answer:
    """Here the client id is signed with its `|…|` part."""
    params = decoded_dict(up.envelope.params)
    method = params.get("signMethod", params.get("signmethod"))
    shared = {"signMethod": method} if isinstance(method, str) else {}
    devices = params.get("deviceList")
    forms = [{**shared, **form} for form in forms_of(devices if isinstance(devices, list) else [])]
    things = [_signed_thing(work, up, form) for form in forms]
    for thing in things:
        _log_in(work, up, thing)
    return Answer(data=[named(thing) for thing in things])


def log_out(work: Work, up: Upward) -> Answer:
    thing = _own_thing(work, up, _strings(decoded_dict(up.envelope.params)))
    _log_out(work, up, thing)
    return Answer(data=named(thing))


def batch_log_out(work: Work, up: Upward) -> Answer:
    things = [_own_thing(work, up, form) for form in forms_of(listed(up.envelope.params))]
    for thing in things:
        _log_out(work, up, thing)
    return Answer(data=[named(thing) for thing in things])


def made_behind(work: Work, up: Upward, key: str, name: str) -> Thing:
    if len(work.registry.things_behind(up.thing.id)) + len(work.taken) >= BEHIND_MAX:
        raise AlinkError(Code.TOO_MANY, f"a gateway has at most {BEHIND_MAX} sub-devices")
    try:
        addition = work.registry.prepare(
            key, names=names_for(name), area=up.thing.area, device_name=name, gateway=up.thing.id
        )
    except NotFound as error:
        raise AlinkError(Code.NO_PRODUCT, error.sentence) from error
    except (Invalid, Conflict) as error:
        raise AlinkError(Code.BAD_PARAMS, error.sentence) from error
    work.add_thing(addition)
    return addition.thing


def _signed_thing(work: Work, up: Upward, form: Mapping[str, str]) -> Thing:
    key, name = identity_of(form)
    thing = work.thing_of_device(f"{key}&{name}")
    if thing is None:
        raise AlinkError(Code.NO_DEVICE, f"there is no device {name}")
    if thing.id == up.thing.id:
        raise AlinkError(Code.IS_ITSELF, "a gateway is no sub-device of itself")
    if not thing.is_enabled:
        raise AlinkError(Code.DISABLED, f"{name} is disabled")
    if not _is_signed(form, thing):
        raise AlinkError(Code.SIGNATURE, f"the signature of {name} is wrong")
    return thing


def _is_signed(form: Mapping[str, str], thing: Thing) -> bool:
    """Over the client id with its `|…|` part, as batches have it, or over what stands before that."""
    signed = {"deviceName": thing.device_name, "productKey": thing.product_key}
    if "timestamp" in form:
        signed["timestamp"] = form["timestamp"]
    method, client_id = form.get("signMethod") or form.get("signmethod", ""), form.get("clientId", "")
    return any(
        is_signed(signed_text({**signed, "clientId": each}), form.get("sign", ""), method=method, secret=thing.secret)
        for each in dict.fromkeys((client_id, client_id.partition("|")[0]))
    )


def _log_in(work: Work, up: Upward, thing: Thing) -> None:
    if thing.gateway != up.thing.id:
        raise AlinkError(Code.NO_TOPO, f"{thing.device_name} is no sub-device of this gateway")
    if not work.has(thing.id):
        raise AlinkError(Code.NO_SESSION, f"{thing.device_name} cannot be logged in yet")
    session, door = up.message.session, work.twin(up.thing.id).door
    before = work.twin(thing.id)
    if before.is_online and before.session != session:
        work.shut.append(thing)
    work.put(work.twin(thing.id).arrive(door=door or "", session=session, at_ms=work.now_ms))
    work.tell_presence(work.twin(thing.id))


def _log_out(work: Work, up: Upward, thing: Thing) -> None:
    if work.has(thing.id):
        _leave(work, thing, session=up.message.session)


def _leave(work: Work, thing: Thing, *, session: str) -> None:
    before = work.twin(thing.id)
    after = before.leave(session=session, at_ms=work.now_ms)
    if after is not before:
        work.put(after)
        work.tell_presence(after)


def _own_thing(work: Work, up: Upward, form: Mapping[str, str]) -> Thing:
    key, name = identity_of(form)
    thing = work.thing_of_device(f"{key}&{name}")
    if thing is None or thing.gateway != up.thing.id:
        raise AlinkError(Code.NO_TOPO, f"{name} is no sub-device of this gateway")
    return thing


def devices_named(payload: bytes) -> set[str]:
    """The devices, as `productKey&deviceName`, that a gateway's request speaks of."""
    try:
        params = decoded(read_envelope(payload).params)
    except AlinkError:
        return set()
    forms = params if isinstance(params, list) else [params]
    for part in ("deviceList", "proxieds"):
        if isinstance(params, dict) and isinstance(inner := params.get(part), list):
            forms = [*forms, *inner]
    return {
        f"{form.get('productKey')}&{form.get('deviceName')}"
        for form in forms[: BATCH_MAX + 1]
        if isinstance(form, dict)
    }


def forms_of(devices: Sequence[Json]) -> list[dict[str, str]]:
    if not 0 < len(devices) <= BATCH_MAX:
        raise AlinkError(Code.BAD_PARAMS, f"request parameter error: 1 to {BATCH_MAX} devices")
    return [_strings(form) for form in devices]


def _strings(form: Json) -> dict[str, str]:
    if not isinstance(form, dict):
        raise AlinkError(Code.BAD_PARAMS, "request parameter error: a device is an object")
    return {name: str(value) for name, value in form.items() if isinstance(value, str | int)}


def identity_of(form: Mapping[str, str]) -> tuple[str, str]:
    key, name = form.get("productKey", ""), form.get("deviceName", "")
    if not key or not name:
        raise AlinkError(Code.BAD_PARAMS, "request parameter error: productKey or deviceName is missing")
    return key[:64], name[:64]


def named(thing: Thing) -> dict[str, str]:
    return {"productKey": thing.product_key, "deviceName": thing.device_name}


HANDLERS: Mapping[Use, Handler] = {
    Use.TOPO_ADD: add_topo,
    Use.TOPO_DELETE: delete_topo,
    Use.TOPO_GET: get_topo,
    Use.SUB_UNREGISTER: unregister_sub,
    Use.SUB_LOGIN: log_in,
    Use.SUB_LOGOUT: log_out,
    Use.SUB_BATCH_LOGIN: batch_log_in,
    Use.SUB_BATCH_LOGOUT: batch_log_out,
}
