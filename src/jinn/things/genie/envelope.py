"""The envelope of the smart-home protocol: what platforms ask and clouds answer, read leniently, written strictly."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import cast

import msgspec

from jinn.kernel import Invalid, JinnError, NotFound, Refused, Unavailable
from jinn.things.values import Json

DISCOVERY = "AliGenie.Iot.Device.Discovery"
CONTROL = "AliGenie.Iot.Device.Control"
QUERY = "AliGenie.Iot.Device.Query"
DISCOVER = "DiscoveryDevices"
ERROR = "ErrorResponse"
VERSION = 1
"""`payLoadVersion`, with the capital L that the protocol has. The one that we speak."""

SUCCESS: tuple[Json, ...] = (None, "", 0, "0", 200, "200", "SUCCESS", "success")
"""Codes that are none: real adapters write one where all is well."""

TEXT_CHARS_MAX = 512
"""Of any single text in an answer; real ones have some 170 at most."""


class ErrorCode(StrEnum):
    """Why a cloud did not do it."""

    PARAMS = "INVALIDATE_PARAMS"
    TOKEN = "ACCESS_TOKEN_INVALIDATE"
    NO_DEVICE = "DEVICE_IS_NOT_EXIST"
    ORDER = "INVALIDATE_CONTROL_ORDER"
    SERVICE = "SERVICE_ERROR"
    UNSUPPORTED = "DEVICE_NOT_SUPPORT_FUNCTION"
    OFFLINE = "IOT_DEVICE_OFFLINE"


class VendorError(Exception):
    """A cloud's own no. `code` is what it wrote, one of `ErrorCode` or not."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message

    def as_error(self) -> JinnError:
        """The same in the words of the house."""
        sentence = f"The vendor's cloud says {self.code}{f': {self.message}' if self.message else ''}."
        match self.code:
            case ErrorCode.OFFLINE:
                return Unavailable("The vendor's cloud says that the device is offline.", code="vendor-offline")
            case ErrorCode.NO_DEVICE:
                return NotFound(sentence, code="vendor-no-device")
            case ErrorCode.UNSUPPORTED | ErrorCode.ORDER | ErrorCode.PARAMS:
                return Invalid(sentence, code="vendor-unsupported")
            case ErrorCode.SERVICE:
                return Unavailable(sentence, code="vendor-failed")
        return Refused(sentence, code="vendor-refused")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request, as either side of the line holds it."""

    namespace: str
    name: str
    message_id: str
    token: str = field(repr=False)
    payload: Mapping[str, Json]
    version: int = VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A cloud's yes.

    Attributes:
        properties: name and value, as they came: from the top level, where they belong, or from the payload.
    """

    name: str
    message_id: str
    version: int
    payload: Mapping[str, Json]
    properties: Sequence[tuple[str, Json]]


def encode_request(asked: Asked) -> bytes:
    header = {
        "namespace": asked.namespace,
        "name": asked.name,
        "messageId": asked.message_id,
        "payLoadVersion": asked.version,
    }
    return msgspec.json.encode({"header": header, "payload": {"accessToken": asked.token, **asked.payload}})


def read_answer(body: bytes) -> Answered:
    """What a cloud said.

    Raises:
        VendorError: it said no, under whatever name.
        Unavailable: `vendor-answer`: that is no answer of this protocol.
    """
    answer = _object(body)
    header, payload = _dict(answer.get("header")), _dict(answer.get("payload"))
    code = payload.get("errorCode", answer.get("errorCode"))
    name = _text(header.get("name"))
    if code not in SUCCESS:
        raise VendorError(_text(code), _text(payload.get("message", answer.get("message"))))
    if name.lower().startswith("error"):
        raise VendorError(ErrorCode.SERVICE, _text(payload.get("message")))
    if not header and not payload:
        raise Unavailable("The vendor's cloud answered something else.", code="vendor-answer")
    version = header.get("payLoadVersion")
    return Answered(
        name=name,
        message_id=_text(header.get("messageId")),
        version=version if isinstance(version, int) else VERSION,
        payload=payload,
        properties=pairs_of(answer.get("properties", payload.get("properties"))),
    )


def pairs_of(form: Json) -> list[tuple[str, Json]]:
    """Properties as a list of name and value, as one such object, or as an object of values by name."""
    if isinstance(form, dict):
        if "name" in form:
            form = [form]
        else:
            return [(name[:TEXT_CHARS_MAX], value) for name, value in form.items()]
    if not isinstance(form, list):
        return []
    return [
        (_text(one["name"]), one.get("value"))
        for one in form
        if isinstance(one, dict) and isinstance(one.get("name"), str)
    ]


def _object(body: bytes) -> dict[str, Json]:
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        value = _first_of_many(body)
    if not isinstance(value, dict):
        raise Unavailable(f"The vendor's cloud did not answer in JSON: {_shown(body)}", code="vendor-answer")
    return cast("dict[str, Json]", value)


def _first_of_many(body: bytes) -> object:
    """Some clouds write their answer twice into one body; the first one counts."""
    try:
        value, _ = json.JSONDecoder().raw_decode(body.decode("utf-8-sig").lstrip())
        # Once more by the strict reader, since this one takes half characters and numbers that are none.
        return msgspec.json.decode(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def _shown(body: bytes) -> str:
    text = body[:60].decode("utf-8", "replace")
    return "".join(sign for sign in text if sign.isprintable())


def _dict(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _text(value: Json) -> str:
    if isinstance(value, str):
        return value[:TEXT_CHARS_MAX]
    return "" if value is None or isinstance(value, list | dict) else str(value)
