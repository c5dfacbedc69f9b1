"""The envelope of Alink messages: what comes from devices, and what they are answered."""

from collections.abc import Mapping
from enum import IntEnum
from typing import cast

import msgspec

from jinn.kernel import Invalid
from jinn.things.values import Json

PAYLOAD_BYTES_MAX = 262_144
"""What the ecosystem's own cloud takes."""

VERSION = "1.0"


class Code(IntEnum):
    """Reply codes that devices know."""

    OK = 200
    TOO_MANY = 429
    BAD_PARAMS = 460
    NO_SESSION = 520
    SIGNATURE = 401
    FAILED = 500
    NO_ANSWER = 504
    """Of a thing behind a bridge: it was asked, and did not answer in time. What came of it, its report tells."""

    NO_DEVICE = 6100
    BAD_TOPIC = 6203
    DISABLED = 6204
    NO_PRODUCT = 6250
    IS_ITSELF = 6402
    NO_TOPO = 6401
    NO_METHOD = 6450
    NO_SCRIPT = 26001


class _Sys(msgspec.Struct, frozen=True):
    ack: int = 1


class Envelope(msgspec.Struct, frozen=True):
    """What every message has. The id is a text or, from OTA clients, a number; it goes back as it came.

    All but the params may be missing or odd: that costs a device no more than that its id comes back empty.
    """

    id: str | int | float | None = None
    params: msgspec.Raw = msgspec.Raw(b"null")
    method: str | None = ""
    sys: _Sys | None = None
    code: int | str | None = None
    data: msgspec.Raw = msgspec.Raw(b"null")


class Reply(msgspec.Struct, frozen=True):
    """All of `id`, `code`, `data` and `message` are always there: the Python SDK reads each unasked."""

    id: str | int | float
    code: int
    data: object
    message: str
    method: str
    version: str = VERSION


class Request(msgspec.Struct, frozen=True):
    """What we ask of a device."""

    id: str
    method: str
    params: object
    version: str = VERSION


class AlinkError(Exception):
    """A device's request that is answered with a code."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


NULL = msgspec.Raw(b"null")
_envelope_decoder = msgspec.json.Decoder(Envelope)
_fields_decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])
_encoder = msgspec.json.Encoder()

NOTHING: dict[str, Json] = {}


def read_envelope(payload: bytes) -> Envelope:
    """Raises `AlinkError` with code 460."""
    if len(payload) > PAYLOAD_BYTES_MAX:
        raise AlinkError(Code.BAD_PARAMS, f"payload exceeds {PAYLOAD_BYTES_MAX} bytes")
    try:
        return _envelope_decoder.decode(payload)
    except msgspec.ValidationError as error:
        return _forgiven(payload, str(error))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise AlinkError(Code.BAD_PARAMS, f"request parameter error: {error}"[:200]) from error


def _forgiven(payload: bytes, why: str) -> Envelope:
    """An envelope of which a field is of another type than everybody's: what can be read of it, the params as they are.

    Raises `AlinkError` with code 460 when it is no object at all.
    """
    try:
        fields = _fields_decoder.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise AlinkError(Code.BAD_PARAMS, f"request parameter error: {why}"[:200]) from error
    given, method, code = (decoded(fields.get(name, NULL)) for name in ("id", "method", "code"))
    settings = decoded(fields.get("sys", NULL))
    ack = settings.get("ack", 1) if isinstance(settings, dict) else 1
    return Envelope(
        id=given if isinstance(given, str | int | float) and not isinstance(given, bool) else None,
        params=fields.get("params", NULL),
        method=method if isinstance(method, str) else None,
        sys=_Sys(ack=0 if ack in (0, "0") else 1),
        code=code if isinstance(code, str | int) else None,
        data=fields.get("data", NULL),
    )


def decoded(raw: msgspec.Raw | bytes) -> Json:
    """Any JSON. Raises `AlinkError` with code 460."""
    try:
        return cast("Json", msgspec.json.decode(raw))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise AlinkError(Code.BAD_PARAMS, f"request parameter error: {error}"[:200]) from error


def decoded_dict(raw: msgspec.Raw | bytes) -> dict[str, Json]:
    """A JSON object; nothing at all counts as an empty one. Raises `AlinkError` with code 460."""
    value = decoded(raw)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise AlinkError(Code.BAD_PARAMS, "request parameter error: params is not an object")
    return value


def listed(raw: msgspec.Raw | bytes) -> list[Json]:
    """A JSON array; an object by itself is one of one, nothing at all an empty one. Raises `AlinkError` with 460."""
    value = decoded(raw)
    if value is None or isinstance(value, dict):
        return [] if value is None else [value]
    if not isinstance(value, list):
        raise AlinkError(Code.BAD_PARAMS, "request parameter error: params is not an array")
    return value


def bad_params(error: Invalid) -> AlinkError:
    return AlinkError(Code.BAD_PARAMS, f"request parameter error: {error.stable_code()}: {error.sentence}"[:200])


def encode_reply(
    envelope: Envelope | None, *, method: str, code: int = Code.OK, data: object = NOTHING, message: str = "success"
) -> bytes:
    given = envelope.id if envelope is not None else ""
    spoken = (envelope.method if envelope is not None else None) or method
    return _encoder.encode(
        Reply(id=given if given is not None else "", code=int(code), data=data, message=message, method=spoken)
    )


def encode_request(request: Request) -> bytes:
    return _encoder.encode(request)


def encode_answer(request: Request, *, code: int, data: Mapping[str, Json], message: str) -> bytes:
    """A thing's answer to our request."""
    return _encoder.encode(
        Reply(id=request.id, code=int(code), data=data, message=message[:200], method=request.method)
    )


def is_reply_wanted(envelope: Envelope) -> bool:
    return envelope.sys is None or envelope.sys.ack != 0


def method_of(topic: str) -> str:
    """The method that a topic implies, for devices that leave it out."""
    parts = topic.split("/")
    if len(parts) > 4 and parts[1] == "sys":
        return ".".join(parts[4:])
    return ".".join(part for part in parts[-2:] if part)
