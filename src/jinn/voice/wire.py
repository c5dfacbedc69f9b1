"""What satellites write and read: `SatelliteUp` and `SatelliteDown` of contracts/, and their meaning inside."""

import re
from collections.abc import Callable
from typing import Literal

import msgspec

from jinn.kernel import Invalid, JinnError, Lang, SatelliteId
from jinn.language import Turn
from jinn.voice import model

SOUND_BYTES_MAX = 32 << 10
TEXT_CHARS_MAX = 4 << 10
"""The longest message of the contract has 200 characters."""

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""It becomes a part of a subject on the bus."""

EncodeTurn = Callable[[Turn], bytes]
"""A turn as its JSON of contracts/."""


class Hello(msgspec.Struct, tag="hello", tag_field="type", frozen=True):
    satellite: str
    lang: Literal["auto", "en", "zh"]
    wake: bool

    def id(self) -> SatelliteId:
        return SatelliteId(self.satellite)

    def manners(self) -> model.Manners:
        return model.Manners(lang=None if self.lang == "auto" else Lang(self.lang), wake=self.wake)


class _Start(msgspec.Struct, tag="start", tag_field="type", frozen=True):
    pass


class _Stop(msgspec.Struct, tag="stop", tag_field="type", frozen=True):
    pass


class _Abort(msgspec.Struct, tag="abort", tag_field="type", frozen=True):
    pass


class _Played(msgspec.Struct, tag="played", tag_field="type", frozen=True):
    pass


_BUTTONS: dict[type[object], model.Up] = {
    _Start: model.Pressed(),
    _Stop: model.Released(),
    _Abort: model.Aborted(),
    _Played: model.Played(),
}

_decode = msgspec.json.Decoder(Hello | _Start | _Stop | _Abort | _Played).decode
_encode = msgspec.json.Encoder().encode


def read_up(message: str | bytes) -> model.Up | Hello:
    """One WebSocket message of a satellite.

    Raises:
        Invalid: code `message-too-long`, `message-unreadable`, `sound-odd` or `satellite-id`.
    """
    if isinstance(message, bytes):
        return _read_sound(message)
    if len(message) > TEXT_CHARS_MAX:
        raise Invalid(f"A message has at most {TEXT_CHARS_MAX} characters.", code="message-too-long")
    try:
        read = _decode(message)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise Invalid(f"This message cannot be read: {error}.", code="message-unreadable") from error
    if not isinstance(read, Hello):
        return _BUTTONS[type(read)]
    if not _ID.fullmatch(read.satellite):
        raise Invalid("A satellite's id is 1 to 64 letters, digits, _ or -.", code="satellite-id")
    return read


def write_down(down: model.Down, encode_turn: EncodeTurn) -> str | bytes:
    """What a satellite is told, as the text or the bytes of one WebSocket message."""
    if isinstance(down, model.Speech):
        return down.pcm
    return _encode(_fields(down, encode_turn)).decode()


def problem_fields(problem: JinnError) -> dict[str, object]:
    """`Problem` of contracts/."""
    facts = {"facts": problem.facts} if problem.facts else {}
    return {"code": problem.stable_code(), "message": problem.sentence, **facts}


def _fields(down: model.Down, encode_turn: EncodeTurn) -> dict[str, object]:
    fields: dict[str, object]
    match down:
        case model.StateShown(state=state):
            fields = {"type": "state", "state": state.value}
        case model.Level(level=level):
            fields = {"type": "level", "level": level}
        case model.Woken(word=word):
            fields = {"type": "wake", "word": word}
        case model.Words(text=text, final=final, lang=lang):
            fields = {"type": "heard", "text": text, "final": final, "lang": lang.value}
        case model.TurnDone(turn=turn):
            fields = {"type": "turn", "turn": msgspec.Raw(encode_turn(turn))}
        case model.SpeechBegins(rate=rate):
            fields = {"type": "speech", "rate": rate}
        case model.SpeechEnds():
            fields = {"type": "speech_end"}
        case model.Trouble(problem=problem):
            fields = {"type": "problem", "problem": problem_fields(problem)}
        case model.Speech():
            raise AssertionError("sound is not text")
    return fields


def _read_sound(message: bytes) -> model.Sound:
    if len(message) > SOUND_BYTES_MAX:
        raise Invalid(f"A frame of sound has at most {SOUND_BYTES_MAX} bytes.", code="message-too-long")
    if len(message) % 2:
        raise Invalid("A frame of sound holds whole samples of two bytes.", code="sound-odd")
    return model.Sound(message)
