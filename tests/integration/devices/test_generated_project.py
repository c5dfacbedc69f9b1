"""What `jinn os new` writes is a device that runs: its own tests pass, and a door hears it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import anyio
import pytest
from integration.devices.conftest import ROOT
from integration.devices.scripted_broker import ScriptedBroker, until

from jinn.hub.generating import project_files, runtime_folder, write_project
from jinn.kernel import Conflict, Invalid

pytestmark = pytest.mark.anyio

HOSTILE = {
    "profile": {"productKey": "hostile01"},
    "properties": [
        {"identifier": "class", "name": 'ends """ here\\', "accessMode": "rw",
         "dataType": {"type": "enum", "specs": {"2": 'a "b"', "7": "c\nd"}}},
        {"identifier": "position", "name": "position", "accessMode": "r", "dataType": {"type": "struct", "specs": [
            {"identifier": "x", "name": "x", "dataType": {"type": "double", "specs": {"min": "5", "max": "9"}}}]}},
        {"identifier": "log", "accessMode": "r",
         "dataType": {"type": "array", "specs": {"size": "4", "item": {"type": "int"}}}},
        {"identifier": "note", "accessMode": "rw", "dataType": {"type": "text", "specs": {"length": "20"}}},
        {"identifier": "since", "accessMode": "r", "dataType": {"type": "date", "specs": {}}},
    ],
    "events": [{"identifier": "alarm", "type": "alert", "outputData": []}],
    "services": [{"identifier": "import", "callType": "sync", "inputData": [],
                  "outputData": [{"identifier": "count", "dataType": {"type": "int", "specs": {"min": "1"}}}]}],
}  # fmt: skip


def models() -> list[tuple[str, bytes]]:
    own = [(path.parent.name, path.read_bytes()) for path in sorted((ROOT / "products").glob("*/product.json"))]
    return [*own, ("hostile", json.dumps(HOSTILE).encode())]


@pytest.mark.parametrize(("name", "document"), models(), ids=lambda value: value if isinstance(value, str) else "")
def test_the_tests_of_a_new_project_pass(name: str, document: bytes, tmp_path: Path) -> None:
    write_project(tmp_path / name, project_files(name, document))
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-m", "unittest", "discover", "tests"], cwd=tmp_path / name,
        env={**os.environ, "JINN_OS": str(runtime_folder()), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert "Ran 5 tests" in ran.stderr


async def test_a_new_fridge_connects_reports_and_obeys(
    broker: ScriptedBroker, command: tuple[str, ...], tmp_path: Path
) -> None:
    files = project_files("fridge", (ROOT / "products/fridge/product.json").read_bytes())
    write_project(tmp_path / "fridge", files)
    settings = json.loads(files["settings.example.json"]) | {"port": broker.port}
    await anyio.Path(tmp_path / "fridge/settings.json").write_text(json.dumps(settings))
    arguments = [*command, str(ROOT / "device/main.py"), "settings.json"]
    process = await anyio.open_process(arguments, cwd=tmp_path / "fridge")
    try:
        session = await broker.session(1)
        await until(lambda: session.bodies("property/post"))
        assert session.bodies("property/post")[0]["params"]["cold_target"] == 2
        topic = f"/sys/{settings['product_key']}/fridge/thing/service/property/set"
        await session.ask(topic, {"cold_target": 5}, request_id="1")
        await until(lambda: session.bodies("property/post")[-1]["params"] == {"cold_target": 5})
    finally:
        process.kill()
        await process.aclose()


@pytest.mark.parametrize("name", ["", "Fridge", "../up", "a b", "1st", "ä", "x" * 60])
def test_a_name_that_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        project_files(name, json.dumps(HOSTILE).encode())
    assert refused.value.stable_code() == "bad-name"


@pytest.mark.parametrize("document", [b"", b"[]", b"{", b'{"model":1}', b'{"properties":[{"identifier":"x y"}]}'])
def test_a_model_that_is_none_is_refused(document: bytes) -> None:
    with pytest.raises(Invalid):
        project_files("fridge", document)


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    with pytest.raises(Conflict) as refused:
        write_project(tmp_path, project_files("fridge", json.dumps(HOSTILE).encode()))
    assert refused.value.stable_code() == "folder-not-empty"
