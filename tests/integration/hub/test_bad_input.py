"""Whatever is sent to a whole hub: one sentence with a code, and it goes on serving."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import paho.mqtt.client as paho
import pytest
import soundfile
from hub_process import HubProcess
from warm_jinn import WarmJinn

from jinn.kernel import JinnError

RECORDINGS = Path(__file__).parents[2] / "recordings"
SPOKEN = RECORDINGS / "en_living_light_on_clean.flac"


@pytest.fixture(autouse=True)
def still_serving(hub: HubProcess) -> Iterator[None]:
    yield
    assert hub.process.poll() is None
    assert hub.client.say("turn on the hall light", "en").outcome == "done"


def sound(path: Path, kind: str) -> Path:
    rate = 16_000
    match kind:
        case "garbage":
            path.write_bytes(b"this is no sound" * 100)
        case "empty":
            path.write_bytes(b"")
        case "silent":
            soundfile.write(path, np.zeros(2 * rate, np.float32), rate)
        case "cut":
            path.write_bytes(SPOKEN.read_bytes()[:60])
        case "half an hour":
            soundfile.write(path, np.zeros(1800 * rate, np.int16), rate, format="FLAC")
    return path


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("garbage", {"audio-unreadable"}),
        ("empty", {"audio-empty"}),
        ("silent", {"audio-silent"}),
        ("cut", {"audio-unreadable", "audio-empty"}),
        ("half an hour", {"audio-too-long"}),
    ],
)
def test_sound_that_is_none_has_a_code(hub: HubProcess, tmp_path: Path, kind: str, codes: set[str]) -> None:
    with pytest.raises(JinnError) as told:
        hub.client.hear(sound(tmp_path / "sound.wav", kind), "en")
    assert told.value.stable_code() in codes


@pytest.mark.parametrize(("rate", "channels", "width"), [(16_000, 1, "PCM_U8"), (48_000, 2, "PCM_16")])
def test_sound_of_other_widths_and_rates_is_heard(
    hub: HubProcess, tmp_path: Path, rate: int, channels: int, width: str
) -> None:
    spoken, _ = soundfile.read(SPOKEN, dtype="float32")
    as_often = np.repeat(spoken / np.abs(spoken).max() * 0.9, rate // 16_000)
    soundfile.write(tmp_path / "other.wav", np.stack([as_often] * channels, axis=1), rate, subtype=width)
    assert hub.client.hear(tmp_path / "other.wav", "en").heard is not None


@pytest.mark.parametrize(("text", "code"), [("light " * 2_000, "text-too-long"), (" \n", "text-empty")])
def test_a_sentence_of_no_or_too_many_words_is_refused(hub: HubProcess, text: str, code: str) -> None:
    with pytest.raises(JinnError) as told:
        hub.client.say(text, "en")
    assert told.value.stable_code() == code


@pytest.mark.parametrize(
    ("thing", "values"),
    [
        ("kitchen_light", {"brightness": "very"}),
        ("kitchen_light", {"brightness": 100_000}),
        ("kitchen_light", {"taste": 1}),
        ("no_such_thing", {"on": 1}),
    ],
)
def test_a_value_that_does_not_fit_is_never_asked_of_a_thing(
    hub: HubProcess, thing: str, values: dict[str, str | int | float | None]
) -> None:
    with pytest.raises(JinnError) as told:
        hub.client.set_properties(thing, values)
    assert told.value.stable_code() not in {"bug", "hub-confused", "unavailable"}
    assert told.value.sentence.endswith(".")


def prop(identifier: str, data_type: dict[str, object]) -> dict[str, object]:
    return {"identifier": identifier, "name": identifier, "accessMode": "rw", "dataType": data_type}


def nested(depth: int) -> dict[str, object]:
    kind: dict[str, object] = {"type": "int", "specs": {"min": "0", "max": "1"}}
    for level in range(depth):
        kind = {"type": "struct", "specs": [{"identifier": f"s{level}", "name": "s", "dataType": kind}]}
    return kind


SWITCH: dict[str, object] = {"type": "bool", "specs": {"0": "off", "1": "on"}}
BAD_MODELS = {
    "duplicate": json.dumps({"properties": [prop("on", SWITCH), prop("on", SWITCH)]}),
    "struct in struct": json.dumps({"properties": [prop("deep", nested(3))]}),
    "deep": '{"properties":' + "[" * 50_000 + "]" * 50_000 + "}",
    "garbage": "this is no model",
    "5 MB": json.dumps({"properties": [prop("on", SWITCH)], "services": ["x" * 5_000_000]}),
}


@pytest.mark.parametrize("kind", BAD_MODELS)
def test_a_thing_model_that_is_none_is_refused(hub: HubProcess, kind: str) -> None:
    with pytest.raises(JinnError) as told:
        hub.client.add_device(BAD_MODELS[kind].encode(), "Strange", None)
    assert told.value.stable_code() not in {"bug", "hub-confused", "hub-away"}


def test_a_wrong_signature_is_shown_out_at_the_door(hub: HubProcess) -> None:
    port = int(hub.log.read_text().partition("mqtt://127.0.0.1:")[2].split()[0])
    codes: list[int] = []
    client = paho.Client(client_id="lamp|securemode=3,signmethod=hmacsha1|")
    client.username_pw_set("lamp&a1Nobody", "0" * 40)
    client.on_connect = lambda client, user, flags, code: codes.append(code)
    client.connect("127.0.0.1", port)
    for _ in range(300):
        client.loop(0.1)
        if codes:
            break
    assert codes
    assert codes[0] != 0


def refused_start(call: WarmJinn, data: Path, *options: str) -> str:
    """Start a hub that must not start; its last line."""
    done = call("up", "--no-demo", "--data", str(data), *options)
    assert done.returncode == 1, done.stderr
    (line,) = done.stderr.splitlines()
    return line


def test_a_second_hub_on_the_same_folder_does_not_start(hub: HubProcess, call: WarmJinn) -> None:
    assert "data-folder-busy" in refused_start(call, hub.data, "--port", "0", "--mqtt-port", "0")


@pytest.mark.parametrize("option", ["--port", "--mqtt-port"])
def test_a_busy_port_is_named(tmp_path: Path, option: str, call: WarmJinn) -> None:
    other = {"--port": "--mqtt-port", "--mqtt-port": "--port"}[option]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        line = refused_start(call, tmp_path, option, port, other, "0")
    assert "busy" in line
    assert port in line


def test_a_misspelt_setting_is_named(tmp_path: Path, call: WarmJinn) -> None:
    (tmp_path / "settings.toml").write_text("[http]\nprot = 8321\n")
    line = refused_start(call, tmp_path)
    assert "jinn: settings: " in line
    assert "prot" in line


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path, call: WarmJinn) -> None:
    (tmp_path / "file").write_text("no folder")
    assert "jinn: data-folder: " in refused_start(call, tmp_path / "file" / "data")
