"""What things say of themselves: properties, events and history."""

from collections.abc import Mapping

from jinn.kernel import Invalid, new_id
from jinn.runtime import Sql, Statement
from jinn.things import store
from jinn.things.alink import AlinkError, Code, bad_params, decoded, decoded_dict
from jinn.things.thing_model import Event, StructType
from jinn.things.topics import Use
from jinn.things.twin import Reported
from jinn.things.values import Json, check, check_fields, known
from jinn.things.wire import Happened
from jinn.things.work import Answer, Handler, Upward, Work

AHEAD_MS_MAX = 300_000
"""A device's clock may be so far ahead; beyond it its times are not believed and ours is taken."""

UNIQUE_DIGITS = 10
"""An id of so many digits is no count of messages since a start."""

BEHIND_MS_MAX = 300_000
"""A device that says now what was so long ago had no connection then; one that had has a clock that is behind."""

ARRIVING_MS = 60_000
"""What it sends in its first minute may still be of before."""

SAME_MOMENT_MS = 1_000

VALUES_MAX = 5_000
"""In one message: a day of a property every 20 s."""


def post_properties(work: Work, up: Upward) -> Answer:
    """`thing/event/property/post`: plain values, or each with its time."""
    if _is_repeat(work, up):
        return Answer()
    params = decoded_dict(up.envelope.params)
    said = {name: _in_time(work, up, name, _reported(work, up, name, form)) for name, form in params.items()}
    _report(work, up, said)
    return Answer()


def post_pack(work: Work, up: Upward) -> Answer:
    """`batch/post` and `pack/post`: several values of each property, and events."""
    if _is_repeat(work, up):
        return Answer()
    params = decoded_dict(up.envelope.params)
    series = _series(work, up, _part(params, "properties"))
    happened = [
        (event, form)
        for name, forms in _part(params, "events").items()
        for event in [_event(up, name)]
        for form in (forms if isinstance(forms, list) else [forms])
    ]
    work.record(up, series)
    newest = {name: values[-1] for name, values in series.items() if _is_news(work, up, name, values[-1])}
    _report(work, up, newest, is_recorded=True)
    for event, form in happened:
        _keep_event(work, up, event, form)
    return Answer()


def post_history(work: Work, up: Upward) -> Answer:
    """`history/post`: what was, and is no more; the twin stays as it is, and nothing is set off by old events."""
    if _is_repeat(work, up):
        return Answer()
    params = decoded(up.envelope.params)
    for record in params if isinstance(params, list) else [params]:
        properties, events = _past(up, record)
        for values in properties:
            work.record(up, _series(work, up, values))
        for event, form in events:
            _keep_event(work, up, event, form, is_past=True)
    _remember(work, up)
    return Answer()


def _past(up: Upward, record: Json) -> tuple[list[dict[str, Json]], list[tuple[Event, Json]]]:
    """One record of the past: its parts are objects, or, as gateways write them, lists of such."""
    if record is None:
        return [], []
    if not isinstance(record, dict):
        raise AlinkError(Code.BAD_PARAMS, "request parameter error: a record is an object")
    identity = record.get("identity")
    if isinstance(identity, dict):
        who = f"{identity.get('productKey')}&{identity.get('deviceName')}"
        if who != up.thing.device:
            raise AlinkError(Code.BAD_PARAMS, f"request parameter error: {who[:130]} speaks on topics of its own")
    return _objects(record, "properties"), [
        (_event(up, name), form)
        for events in _objects(record, "events")
        for name, forms in events.items()
        for form in (forms if isinstance(forms, list) else [forms])
    ]


def _objects(record: Mapping[str, Json], name: str) -> list[dict[str, Json]]:
    part = record.get(name)
    listed = part if isinstance(part, list) else [part]
    return [_part({name: one}, name) for one in listed]


def post_event(work: Work, up: Upward) -> Answer:
    """`thing/event/{id}/post`: `{"value": {…}, "time": ms}`, or the bare outputs."""
    twin = work.twin(up.thing.id)
    if twin.is_resent(up.mark) or twin.is_repeat(up.mark, now_ms=work.now_ms, is_unique=_has_unique_id(up)):
        return Answer()
    _keep_event(work, up, _event(up, up.address.name), decoded_dict(up.envelope.params))
    _remember(work, up)
    return Answer()


def _is_repeat(work: Work, up: Upward) -> bool:
    """A repeat is answered like the first.

    One that would change the twin is none: the device counts its ids anew, and what it says now is the truth.
    """
    twin = work.twin(up.thing.id)
    is_unique = _has_unique_id(up)
    if twin.is_resent(up.mark) or (is_unique and twin.is_repeat(up.mark, now_ms=work.now_ms, is_unique=True)):
        return True
    if not twin.is_repeat(up.mark, now_ms=work.now_ms):
        return False
    if up.address.use is not Use.PROPERTY_POST:
        return True
    said = {name: _reported(work, up, name, form) for name, form in decoded_dict(up.envelope.params).items()}
    return not twin.would_change(said)


def _has_unique_id(up: Upward) -> bool:
    """Whether the device's ids cannot come again for another message.

    Who counts from 1 at each start never gets so far; ten digits are random numbers or times, as jinn OS has them. Its
    repeats after a long stay without a network are then known as such, however long it stayed.
    """
    given = str(up.envelope.id)
    return len(given) >= UNIQUE_DIGITS and given.isascii() and given.isdigit()


def _reported(work: Work, up: Upward, name: str, form: Json) -> Reported:
    try:
        member = known(up.product.model, name)
        is_plain_struct = isinstance(member.type, StructType) and "value" in member.type.fields
        at_ms = work.now_ms
        if isinstance(form, dict) and "value" in form and not is_plain_struct:
            at_ms = _believed(form.get("time"), work.now_ms)
            form = form["value"]
        return Reported(check(member.type, form, name), at_ms)
    except Invalid as error:
        raise bad_params(error) from error


def _believed(time: Json, now_ms: int) -> int:
    if isinstance(time, str) and time.isascii() and time.isdigit() and len(time) < 16:
        time = int(time)
    if isinstance(time, int | float) and not isinstance(time, bool) and 0 < time <= now_ms + AHEAD_MS_MAX:
        return int(time)
    return now_ms


def _in_time(work: Work, up: Upward, name: str, said: Reported) -> Reported:
    """What is said now, with a moment that can be true and that no other value of it has."""
    if said.at_ms < work.now_ms - BEHIND_MS_MAX:
        since_ms = work.arrived_ms(up.connection.id, up.message.session)
        if since_ms is not None and said.at_ms > since_ms + ARRIVING_MS:
            said = said._replace(at_ms=work.now_ms)
    before = work.twin(up.thing.id).reported.get(name)
    if before is not None and 0 <= before.at_ms - said.at_ms < SAME_MOMENT_MS and before.value != said.value:
        # Opened and closed within one commit: both have happened, one after the other.
        return said._replace(at_ms=before.at_ms + 1)
    return said


def _report(work: Work, up: Upward, said: Mapping[str, Reported], *, is_recorded: bool = False) -> None:
    if not is_recorded:
        work.record(up, {name: (value,) for name, value in said.items()})
    twin = work.twin(up.thing.id).report(said, model=up.product.model, now_ms=work.now_ms, mark=up.mark)
    work.put(twin)
    work.tell_report(twin, {name: value for name, (value, _) in said.items()})


def _remember(work: Work, up: Upward) -> None:
    work.put(work.twin(up.thing.id).remember(up.mark, now_ms=work.now_ms))


def _part(params: Mapping[str, Json], name: str) -> dict[str, Json]:
    part = params.get(name)
    if part is None:
        return {}
    if not isinstance(part, dict):
        raise AlinkError(Code.BAD_PARAMS, f"request parameter error: {name} is not an object")
    return part


def _series(work: Work, up: Upward, params: Mapping[str, Json]) -> dict[str, list[Reported]]:
    """Each property's values, oldest first."""
    series: dict[str, list[Reported]] = {}
    for name, forms in params.items():
        listed = forms if isinstance(forms, list) else [forms]
        values = [_reported(work, up, name, form) for form in listed]
        if values:
            series[name] = sorted(values, key=lambda said: said.at_ms)
    if sum(len(values) for values in series.values()) > VALUES_MAX:
        raise AlinkError(Code.BAD_PARAMS, f"request parameter error: more than {VALUES_MAX} values")
    return series


def _is_news(work: Work, up: Upward, name: str, said: Reported) -> bool:
    before = work.twin(up.thing.id).reported.get(name)
    return before is None or said.at_ms >= before.at_ms


def _event(up: Upward, name: str) -> Event:
    event = up.product.model.events.get(name)
    if event is None:
        raise AlinkError(Code.BAD_PARAMS, f"request parameter error: unknown event {name[:64]}")
    return event


def _keep_event(work: Work, up: Upward, event: Event, form: Json, *, is_past: bool = False) -> None:
    if not isinstance(form, dict):
        raise AlinkError(Code.BAD_PARAMS, "request parameter error: an event is an object")
    at_ms = _believed(form.get("time"), work.now_ms)
    value = form.get("value")
    outputs = value if isinstance(value, dict) and "value" not in event.outputs else form
    try:
        kept = check_fields(event.outputs, outputs, f"event {event.identifier!r}")
    except Invalid as error:
        raise bad_params(error) from error
    thing, identifier = up.thing.id, event.identifier
    event_id = new_id(work.clock)
    row: dict[str, Sql] = {
        "id": event_id,
        "thing": thing,
        "event": identifier,
        "at_ms": at_ms,
        "outputs": store.encoded(kept),
    }
    work.add(Statement(query="things.add_event", values=row))
    if not is_past:
        work.happened.append(Happened(id=event_id, thing=thing, event=identifier, at_ms=at_ms, outputs=dict(kept)))
    trim: dict[str, Sql] = {"thing": thing, "event": identifier, "kept": store.EVENTS_KEPT}
    work.trim("events", thing, identifier, Statement(query="things.trim_events", values=trim))


HANDLERS: Mapping[Use, Handler] = {
    Use.PROPERTY_POST: post_properties,
    Use.PACK_POST: post_pack,
    Use.HISTORY_POST: post_history,
    Use.EVENT_POST: post_event,
}
