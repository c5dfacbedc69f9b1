"""What devices ask of us beside posting: desired values, tags, their model, the time, their shadow."""

import re
from collections.abc import Mapping
from dataclasses import replace

import msgspec

from jinn.kernel import Names
from jinn.runtime import Sql, Statement
from jinn.things.alink import AlinkError, Code, decoded, decoded_dict, listed
from jinn.things.topics import Use
from jinn.things.twin import Shadow
from jinn.things.values import Json
from jinn.things.work import SILENT, Answer, Handler, Upward, Work

TAGS_MAX = 100
TAG_CHARS_MAX = 64
TAG_VALUE_CHARS_MAX = 512
SHADOW_BYTES_MAX = 16_384
FIRMWARE_CHARS_MAX = 128
MODULES_MAX = 16
METADATA = "metadata"
_WHOLE = re.compile(r"-?[0-9]{1,18}")


def get_desired(work: Work, up: Upward) -> Answer:
    """The open wishes for the properties that are named; none that is not wished for."""
    params = decoded(up.envelope.params)
    names: list[Json] = list(params or []) if isinstance(params, dict | list | None) else [params]
    wishes = work.twin(up.thing.id).open_wishes(work.now_ms)
    wanted = [name for name in names if isinstance(name, str)] or list(wishes)
    return Answer(
        data={name: {"value": wishes[name].value, "version": wishes[name].version} for name in wanted if name in wishes}
    )


def delete_desired(work: Work, up: Upward) -> Answer:
    """Delete wishes; a version that is named must be the wish's own."""
    params = decoded_dict(up.envelope.params)
    twin = work.twin(up.thing.id)
    versions = {name: _version(form) for name, form in params.items()} or dict.fromkeys(twin.desired)
    for name, version in versions.items():
        wish = twin.desired.get(name)
        if wish is not None and version is not None and version != wish.version:
            raise AlinkError(Code.BAD_PARAMS, f"request parameter error: the version of {name[:64]} is {wish.version}")
    if any(name in twin.desired for name in versions):
        work.put(twin.forget(versions))
        work.tell_report(work.twin(up.thing.id), {})
    return Answer()


def _version(form: Json) -> int | None:
    version = form.get("version") if isinstance(form, dict) else None
    if isinstance(version, str) and version.isascii() and version.isdigit():
        return int(version)
    return version if isinstance(version, int) else None


def update_tags(work: Work, up: Upward) -> Answer:
    """Labels that a device gives itself."""
    tags: dict[str, str] = {}
    for form in listed(up.envelope.params):
        key, value = (form.get("attrKey"), form.get("attrValue")) if isinstance(form, dict) else (None, None)
        if not isinstance(key, str) or not 0 < len(key) <= TAG_CHARS_MAX:
            raise AlinkError(Code.BAD_PARAMS, f"request parameter error: attrKey has 1 to {TAG_CHARS_MAX} characters")
        text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        if len(text) > TAG_VALUE_CHARS_MAX or "\x00" in text + key:
            raise AlinkError(Code.BAD_PARAMS, f"request parameter error: attrValue exceeds {TAG_VALUE_CHARS_MAX}")
        tags[key] = text
    if len(tags) > TAGS_MAX:
        raise AlinkError(Code.BAD_PARAMS, f"request parameter error: more than {TAGS_MAX} tags")
    for key, text in tags.items():
        row: dict[str, Sql] = {"thing": up.thing.id, "tag": key, "value": text}
        work.add(Statement(query="things.set_tag", values=row))
    if tags:
        trim: dict[str, Sql] = {"thing": up.thing.id, "kept": TAGS_MAX}
        work.trim("tags", up.thing.id, "", Statement(query="things.trim_tags", values=trim))
    return Answer()


def delete_tags(work: Work, up: Upward) -> Answer:
    for form in listed(up.envelope.params)[:TAGS_MAX]:
        key = form.get("attrKey") if isinstance(form, dict) else None
        if not isinstance(key, str) or "\x00" in key:
            raise AlinkError(Code.BAD_PARAMS, "request parameter error: attrKey is missing")
        work.add(Statement(query="things.delete_tag", values={"thing": up.thing.id, "tag": key}))
    return Answer()


def post_raw(work: Work, up: Upward) -> Answer:
    """Bytes of a device's own making need its product's script, and there is none: its maker has to know."""
    raise AlinkError(Code.NO_SCRIPT, "no script for transparent payloads")


def get_model(work: Work, up: Upward) -> Answer:
    """The thing model, as its maker wrote it."""
    return Answer(data=msgspec.Raw(up.product.model.document))


def tell_time(work: Work, up: Upward) -> Answer:
    """NTP in the ecosystem's form: the device takes the mean of the two ways."""
    asked = decoded_dict(up.message.payload).get("deviceSendTime", 0)
    times = {"deviceSendTime": asked, "serverRecvTime": str(work.now_ms), "serverSendTime": str(work.now_ms)}
    return Answer(payload=msgspec.json.encode(times))


def inform_version(work: Work, up: Upward) -> Answer:
    """Which firmware runs: of the device itself (`default`) or of a module of it."""
    params = decoded_dict(up.envelope.params)
    version, module = params.get("version"), params.get("module", "default")
    if isinstance(version, int | float) and not isinstance(version, bool):
        version = str(version)
    if not isinstance(version, str) or not isinstance(module, str) or not 0 < len(version) <= FIRMWARE_CHARS_MAX:
        raise AlinkError(Code.BAD_PARAMS, "request parameter error: version is missing")
    twin = work.twin(up.thing.id)
    firmware = {**twin.firmware, module[:TAG_CHARS_MAX]: version}
    if firmware != twin.firmware and len(firmware) <= MODULES_MAX:
        work.put(replace(twin, version=twin.version + 1, firmware=firmware))
    return SILENT


def get_firmware(work: Work, up: Upward) -> Answer:
    """No firmware is waiting."""
    return Answer()


def shadow(work: Work, up: Upward) -> Answer:
    """`/shadow/update`: get, update with a version above ours, or delete."""
    message = decoded_dict(up.message.payload)
    twin = work.twin(up.thing.id)
    method, state = message.get("method"), message.get("state")
    kept = decoded_dict(twin.shadow.state)
    if method == "get":
        return _shadow_answer(work, kept, twin.shadow.version)
    version = message.get("version")
    version = int(version) if isinstance(version, str) and _WHOLE.fullmatch(version) else version
    if method not in ("update", "delete") or not isinstance(version, int):
        return _shadow_problem(work, "400", "unsupported shadow method or no version")
    if version <= twin.shadow.version and version != -1:
        return _shadow_problem(work, "409", "shadow version conflict")
    for part in ("reported", "desired"):
        kept = _merged(kept, part, state if isinstance(state, dict) else {}, is_delete=method == "delete")
    kept = _stamped(kept, state if isinstance(state, dict) else {}, work.now_ms // 1000)
    if len(msgspec.json.encode({**kept, METADATA: {}})) > SHADOW_BYTES_MAX:
        return _shadow_problem(work, "400", f"shadow exceeds {SHADOW_BYTES_MAX} bytes")
    after = Shadow(version if version != -1 else 0, msgspec.json.encode(kept))
    work.put(replace(twin, version=twin.version + 1, shadow=after))
    return _shadow_answer(work, None, after.version)


def _stamped(kept: dict[str, Json], changed: dict[str, Json], now_s: int) -> dict[str, Json]:
    """The shadow with when each of its values was set, in seconds: `metadata` of its answers."""
    before = kept.get(METADATA)
    metadata: dict[str, Json] = {}
    for part in ("reported", "desired"):
        values, known, new = (_object(each, part) for each in (kept, before, changed))
        if values:
            stamps: dict[str, Json] = {
                name: {"timestamp": now_s} if name in new or name not in known else known[name] for name in values
            }
            metadata[part] = stamps
    return {**kept, METADATA: metadata}


def _object(whole: Json, part: str) -> dict[str, Json]:
    found = whole.get(part) if isinstance(whole, dict) else None
    return found if isinstance(found, dict) else {}


def _merged(kept: dict[str, Json], part: str, state: dict[str, Json], *, is_delete: bool) -> dict[str, Json]:
    """One part of the shadow with what the device changes in it; the word null deletes."""
    if part not in state:
        return kept
    change = state[part]
    if change == "null" or change is None:
        return {name: value for name, value in kept.items() if name != part}
    before = kept.get(part)
    values = dict(before) if isinstance(before, dict) else {}
    for name, value in change.items() if isinstance(change, dict) else ():
        if is_delete or value == "null":
            values.pop(name, None)
        else:
            values[name] = value
    return {**kept, part: values}


def _shadow_answer(work: Work, kept: dict[str, Json] | None, version: int) -> Answer:
    payload: dict[str, object] = {"status": "success", "version": version}
    if kept is not None:
        payload["state"] = {part: values for part, values in kept.items() if part != METADATA}
        payload[METADATA] = kept.get(METADATA, {})
    return _shadow_reply(work, payload)


def _shadow_problem(work: Work, code: str, message: str) -> Answer:
    return _shadow_reply(work, {"status": "error", "content": {"errorcode": code, "errormessage": message}})


def _shadow_reply(work: Work, payload: dict[str, object]) -> Answer:
    message = {"method": "reply", "payload": payload, "timestamp": work.now_ms // 1000}
    return Answer(payload=msgspec.json.encode(message))


def names_for(device_name: str) -> Names:
    """What a thing is called before somebody names it."""
    return Names(en=device_name, zh=device_name)


HANDLERS: Mapping[Use, Handler] = {
    Use.DESIRED_GET: get_desired,
    Use.DESIRED_DELETE: delete_desired,
    Use.TAGS_UPDATE: update_tags,
    Use.TAGS_DELETE: delete_tags,
    Use.RAW_POST: post_raw,
    Use.MODEL_GET: get_model,
    Use.NTP: tell_time,
    Use.OTA_INFORM: inform_version,
    Use.OTA_GET: get_firmware,
    Use.SHADOW: shadow,
}
