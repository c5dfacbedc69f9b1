"""The command line against a running hub, as people and programs call it."""

import json
import subprocess
from pathlib import Path

import pytest
from hub_process import ROOT, HubProcess
from jsonschema import Draft202012Validator
from warm_jinn import WarmJinn

RECORDINGS = Path(__file__).parents[2] / "recordings"
SCHEMA = json.loads((ROOT / "contracts" / "jinn.schema.json").read_text())
ANSWER_KEYS = {"canon", "intent", "slots", "confidence", "layer", "ms"}


def check(definition: str, content: object) -> None:
    schema = {"$schema": SCHEMA["$schema"], "$defs": SCHEMA["$defs"], "$ref": f"#/$defs/{definition}"}
    Draft202012Validator(schema).validate(content)


def only_line(done: "subprocess.CompletedProcess[str]") -> dict[str, object]:
    (line,) = done.stdout.splitlines()
    return json.loads(line)


def test_what_is_said_is_one_turn_on_one_line_and_the_last_trace(hub: HubProcess, call: WarmJinn) -> None:
    data = str(hub.data)
    said = only_line(call("say", "turn on the kitchen light", "--json", "--data", data))
    check("Turn", said)
    assert only_line(call("trace", "last", "--json", "--data", data)) == said


def test_a_recording_is_one_turn_on_one_line(hub: HubProcess, call: WarmJinn) -> None:
    file = RECORDINGS / "en_living_light_on_clean.flac"
    heard = only_line(call("hear", str(file), "--lang", "en", "--json", "--data", str(hub.data)))
    check("Turn", heard)
    assert heard["outcome"] == "done"


def test_every_thing_is_one_line(hub: HubProcess, call: WarmJinn) -> None:
    lines = call("things", "--json", "--data", str(hub.data)).stdout.splitlines()
    assert len(lines) >= 13
    for line in lines:
        check("Thing", json.loads(line))


def test_sentences_are_understood_in_their_order_in_this_home_or_their_own(hub: HubProcess, call: WarmJinn) -> None:
    home = {"areas": [{"id": "den", "name": "Den"}], "entities": [{"name": "Lava lamp", "domain": "light"}]}
    asked = [
        {"text": "turn on the kitchen light", "lang": "en"},
        {"text": "flarp the blorp", "lang": "en"},
        {"text": "打开厨房灯", "lang": "zh"},
        {"text": "turn on the lava lamp", "lang": "en", "ctx": home},
        {"text": "turn on the light " * 600, "lang": "en"},
    ]
    stdin = "".join(json.dumps(one) + "\n" for one in asked)
    answers = [
        json.loads(one)
        for one in call("understand", "--jsonl", "--data", str(hub.data), stdin=stdin).stdout.splitlines()
    ]
    assert [set(one) for one in answers] == [ANSWER_KEYS] * len(asked)
    assert [one["intent"] for one in answers[:4]] == ["HassTurnOn", None, "HassTurnOn", "HassTurnOn"]
    assert {key for key, value in answers[1].items() if value is not None} == {"ms"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("say",),
        ("say", "hello", "--bogus"),
        ("say", "hello", "--lang", "fr"),
        ("hear",),
        ("understand",),
        ("devices", "add"),
        ("up", "--port", "many"),
        ("dance",),
    ],
    ids=" ".join,
)
def test_a_wrong_command_line_is_one_sentence_with_a_code(arguments: tuple[str, ...], call: WarmJinn) -> None:
    done = call(*arguments)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("jinn: usage: ")


def test_programs_are_told_of_a_wrong_command_line_as_one_object(call: WarmJinn) -> None:
    done = call("say", "hello", "--bogus", "--json")
    check("Problem", only_line(done)["error"])
    assert (done.returncode, done.stderr) == (2, "")


def test_square_brackets_are_words_and_not_colours(hub: HubProcess, call: WarmJinn) -> None:
    done = call("say", "[/bold] [red]", "--data", str(hub.data))
    assert (done.returncode, done.stderr) == (0, "")
    assert "[/bold] [red]" in done.stdout


@pytest.mark.parametrize("turn", ["nothing", "../things", "[/b]"])
def test_a_turn_that_is_none_is_not_found(hub: HubProcess, turn: str, call: WarmJinn) -> None:
    done = call("trace", turn, "--json", "--data", str(hub.data))
    assert done.returncode == 1
    assert only_line(done)["error"]["code"] in {"turn-not-found", "not-found"}  # type: ignore[index]
