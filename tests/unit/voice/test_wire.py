"""What satellites write and read keeps to contracts/jinn.schema.json."""

import json
from pathlib import Path

import jsonschema
import pytest

from jinn.kernel import Invalid, Lang
from jinn.language import Turn
from jinn.voice import model
from jinn.voice.wire import Hello, read_up, write_down

SCHEMA = json.loads((Path(__file__).parents[3] / "contracts" / "jinn.schema.json").read_text())


def encode_turn(turn: Turn) -> bytes:
    return b'{"id":"t"}'


def keeps_contract(message: object, name: str) -> bool:
    jsonschema.validate(message, {"$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]})
    return True


@pytest.mark.parametrize(
    ("message", "up"),
    [
        ('{"type":"start"}', model.Pressed()),
        ('{"type":"stop"}', model.Released()),
        ('{"type":"abort"}', model.Aborted()),
        ('{"type":"played"}', model.Played()),
        (b"\x01\x02", model.Sound(b"\x01\x02")),
        ('{"type":"hello","satellite":"k-1","lang":"zh","wake":true}', Hello(satellite="k-1", lang="zh", wake=True)),
    ],
)
def test_each_message_of_a_satellite_is_understood(message: str | bytes, up: object) -> None:
    assert isinstance(message, bytes) or keeps_contract(json.loads(message), "SatelliteUp")
    assert read_up(message) == up


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("", "message-unreadable"),
        ("{", "message-unreadable"),
        ("[]", "message-unreadable"),
        ('{"type":"dance"}', "message-unreadable"),
        ('{"type":"hello","satellite":"k","lang":"fr","wake":true}', "message-unreadable"),
        ('{"type":"hello","satellite":"a.b > c","lang":"en","wake":true}', "satellite-id"),
        (" " * 5000, "message-too-long"),
        ("\ud800", "message-unreadable"),
        (b"\x01", "sound-odd"),
        (bytes(40_000), "message-too-long"),
    ],
)
def test_what_is_no_message_is_refused(message: str | bytes, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_up(message)

    assert refusal.value.stable_code() == code


@pytest.mark.parametrize(
    "down",
    [
        model.StateShown(state=model.State.LISTENING),
        model.Level(level=0.5),
        model.Woken(word="hey_jarvis"),
        model.Words(text="开灯", final=True, lang=Lang.ZH),
        model.SpeechBegins(rate=24_000),
        model.SpeechEnds(),
        model.Trouble(problem=Invalid("No.", code="no", limit=3)),
    ],
)
def test_each_message_to_a_satellite_keeps_the_contract(down: model.Down) -> None:
    message = write_down(down, encode_turn)

    assert isinstance(message, str)
    assert keeps_contract(json.loads(message), "SatelliteDown")


def test_auto_means_that_the_language_is_detected() -> None:
    assert Hello(satellite="k", lang="auto", wake=False).manners() == model.Manners(lang=None, wake=False)


def test_speech_is_sent_as_it_is() -> None:
    assert write_down(model.Speech(pcm=b"\x01\x02"), encode_turn) == b"\x01\x02"
