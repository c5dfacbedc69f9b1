"""`jinn model …` needs no hub: documents in, documents out, and every loss said."""

import json
from pathlib import Path

import pytest
from hub_process import ROOT
from typer.testing import CliRunner, Result

from jinn.hub.forms_cli import models
from jinn.kernel import JinnError

FRIDGE = str(ROOT / "products/fridge/product.json")


def call(*arguments: str) -> Result:
    return CliRunner().invoke(models, arguments)


def test_a_model_goes_out_and_comes_back_and_what_is_lost_is_said(tmp_path: Path) -> None:
    out = call("convert", FRIDGE, "--to", "miot")
    assert out.exit_code == 0
    assert json.loads(out.stdout)["type"].startswith("urn:miot-spec-v2:device:fridge:")
    assert "events.door_left_open.kind" in out.stderr
    file = tmp_path / "fridge.json"
    file.write_text(out.stdout, "utf-8")
    back = call("convert", str(file), "--to", "tsl", "--json")
    line = json.loads(back.stdout)
    assert (line["from"], line["to"]) == ("miot", "tsl")
    identifiers = {member["identifier"] for member in line["document"]["properties"]}
    assert identifiers == {"cold_target", "freezer_target", "cold_temperature", "freezer_temperature", "door"}
    assert line["left"][0]["path"] == "services[0].properties"


def test_a_sheet_is_listed_for_programs_too() -> None:
    found = json.loads(call("sheet", FRIDGE, "--json").stdout)
    assert found["product"] == "jinnFridge01"
    assert "cold_target-refuses-above" in [check["id"] for check in found["checks"]]


@pytest.mark.parametrize(
    ("content", "arguments", "code"),
    [
        ("{}", ["--to", "wot"], "form-unknown"),
        ("<html>", ["--to", "wot"], "form-not-json"),
        (None, ["--to", "xml"], "no-such-form"),
        (None, ["--to", "wot", "--from", "matter"], "form-malformed"),
    ],
)
def test_what_cannot_be_converted_is_one_sentence_with_a_code(
    tmp_path: Path, content: str | None, arguments: list[str], code: str
) -> None:
    file = tmp_path / "model.json"
    file.write_text(content if content is not None else Path(FRIDGE).read_text("utf-8"), "utf-8")
    done = call("convert", str(file), *arguments)
    assert done.stdout == ""
    assert isinstance(done.exception, JinnError)
    assert done.exception.stable_code() == code
