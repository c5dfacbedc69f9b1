"""The recordings are what their manifest says."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

REPOSITORY = Path(__file__).parents[2]
RECORDINGS = REPOSITORY / "tests" / "recordings"
RATE = 16_000

LINES = [json.loads(line) for line in (RECORDINGS / "manifest.jsonl").read_text().splitlines()]
COMMANDS = [json.loads(line) for line in (RECORDINGS / "commands.jsonl").read_text().splitlines()]


def sound(file: str) -> npt.NDArray[np.float32]:
    samples, rate = soundfile.read(RECORDINGS / file, dtype="float32")
    assert rate == RATE
    return np.asarray(samples, dtype=np.float32)


def voiced_power(samples: npt.NDArray[np.float32]) -> float:
    width = RATE // 50
    power = np.mean(np.square(samples[: samples.size // width * width].reshape(-1, width)), axis=1)
    return float(np.mean(power[power > power.max() * 1e-3]))


def test_every_file_has_one_line_and_every_line_a_file() -> None:
    assert sorted(line["file"] for line in LINES) == sorted(file.name for file in RECORDINGS.glob("*.flac"))


def test_every_command_is_recorded_in_every_condition() -> None:
    recorded = Counter(line["id"] for line in LINES)

    assert recorded == {command["id"]: 3 for command in COMMANDS}
    assert {line["condition"] for line in LINES} == {"clean", "noise", "room"}


def test_both_languages_have_many_commands_and_several_voices() -> None:
    for lang in ("en", "zh"):
        mine = [command for command in COMMANDS if command["lang"] == lang]
        assert len(mine) >= 16
        assert len({command["voice"] for command in mine}) >= 4


def test_they_stay_small() -> None:
    assert sum(file.stat().st_size for file in RECORDINGS.glob("*.flac")) <= 6_000_000


@pytest.mark.parametrize("line", LINES, ids=[line["file"] for line in LINES])
def test_a_clip_is_a_short_mono_command_that_is_neither_silent_nor_clipped(line: dict[str, str]) -> None:
    samples = sound(line["file"])

    assert samples.ndim == 1
    assert 1.5 < samples.size / RATE < 6
    assert 0.05 < np.abs(samples).max() < 0.9


@pytest.mark.parametrize("command", [command["id"] for command in COMMANDS])
def test_the_noise_is_as_loud_as_the_manifest_says(command: str) -> None:
    clean, noisy = sound(f"{command}_clean.flac"), sound(f"{command}_noise.flac")
    (stated,) = [line["snr_db"] for line in LINES if line["file"] == f"{command}_noise.flac"]

    measured = 10 * np.log10(voiced_power(clean) / np.mean(np.square(noisy - clean)))

    assert measured == pytest.approx(stated, abs=0.5)


def test_what_must_happen_names_things_and_values_of_the_demo_home() -> None:
    home = json.loads((REPOSITORY / "products" / "demo_home.json").read_text())
    products = {file.parent.name: json.loads(file.read_text()) for file in REPOSITORY.glob("products/*/product.json")}
    known = {
        (products[thing["product"]]["kind"], thing["area"], each["identifier"])
        for thing in home["things"]
        for each in products[thing["product"]]["model"]["properties"]
    }
    wanted = {
        (each["thing"], each["area"], each["property"])
        for command in COMMANDS
        for each in [*command.get("given", []), *command["expect"].get("things", [])]
    }

    assert wanted <= known
