"""The rules of the device programs hold under the real MicroPython, too, and its memory suffices."""

import json
import subprocess
from pathlib import Path

import pytest

from jinn.hub.demo_devices import cpython, interpreter

ROOT = Path(__file__).resolve().parents[3]
RUNNER = Path(__file__).with_name("run_plain.py")
PLAIN = sorted((ROOT / "tests/unit/devices").glob("test_*.py"))

pytestmark = pytest.mark.skipif(interpreter() == cpython(), reason="there is no wheel of MicroPython for this machine")


@pytest.mark.parametrize("path", PLAIN, ids=lambda path: path.stem)
def test_the_plain_tests_pass_under_micropython(path: Path) -> None:
    run = subprocess.run(
        [*interpreter(), str(RUNNER), str(ROOT / "device"), str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    count = path.read_text("utf-8").count("\ndef test_")
    assert run.stdout.endswith(f"{count} passed, 0 failed\n")


HOME = json.loads((ROOT / "products/demo_home.json").read_text("utf-8"))

START = """
import json, sys
sys.path.insert(0, sys.argv[1])
from jinn_os.tsl import Model
with open(sys.argv[2]) as file:
    product = json.load(file)
Board = __import__("jinn_os.boards.sim_" + product["kind"], None, None, ("Board",)).Board
model = Model(product["model"])
values = Board(json.loads(sys.argv[3])).read()
assert set(values) == set(model.properties), values
for identifier, value in values.items():
    model.fit_report(identifier, value)
"""


@pytest.mark.parametrize("thing", HOME["things"], ids=lambda thing: thing["id"])
def test_a_thing_of_the_demo_home_starts_within_its_model(thing: dict, tmp_path: Path) -> None:
    script = tmp_path / "start.py"
    script.write_text(START, "utf-8")
    product = ROOT / "products" / thing["product"] / "product.json"
    subprocess.run(
        [*interpreter(), str(script), str(ROOT / "device"), str(product), json.dumps(thing["initial"])],
        check=True,
        timeout=60,
    )
