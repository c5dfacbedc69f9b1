"""What things answer to our own requests: handed on to whoever waits, on any hub."""

from collections.abc import Mapping

import msgspec

from jinn.things.alink import AlinkError, Code, Envelope, decoded
from jinn.things.topics import Use
from jinn.things.wire import Replied
from jinn.things.work import SILENT, Answer, Handler, Upward, Work

TEXT_CHARS_MAX = 10_240


def take_reply(work: Work, up: Upward) -> Answer:
    """`set_reply` and `{service}_reply`: the envelope's own id says to what."""
    work.replies.append(_replied(up, str(up.envelope.id)))
    return SILENT


def take_rrpc(work: Work, up: Upward) -> Answer:
    """`rrpc/response/{id}` and `/ext/rrpc/{id}/…`: the topic says to what."""
    work.replies.append(_replied(up, up.address.name))
    return SILENT


def note(work: Work, up: Upward) -> Answer:
    """Of an acknowledgement nothing follows."""
    return SILENT


def _replied(up: Upward, request: str) -> Replied:
    envelope = up.envelope
    return Replied(thing=up.thing.id, id=request[:128], code=_code(envelope), data=_data(up))


def _code(envelope: Envelope) -> int:
    """The device's own code; an answer without one is an answer."""
    try:
        return int(envelope.code) if envelope.code not in (None, "") else Code.OK
    except (ValueError, TypeError):
        return Code.FAILED


def _data(up: Upward) -> object:
    if up.address.use is Use.RRPC_RESPONSE and up.envelope.id is None:
        # A custom topic's answer is whatever the device likes.
        text = up.message.payload[:TEXT_CHARS_MAX].decode(errors="replace")
        return {"text": text}
    try:
        data = decoded(up.envelope.data)
    except AlinkError:
        return {}
    return data if isinstance(data, dict) and len(msgspec.json.encode(data)) <= TEXT_CHARS_MAX else {}


HANDLERS: Mapping[Use, Handler] = {
    Use.SET_REPLY: take_reply,
    Use.SERVICE_REPLY: take_reply,
    Use.RRPC_RESPONSE: take_rrpc,
    Use.NOTED: note,
    Use.OTA_PROGRESS: note,
    Use.USER: note,
}
