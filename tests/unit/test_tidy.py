"""Is the house in order? Sizes, names and words that nobody should have to mention in a review."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULE_LINES_MAX = 500
FUNCTION_STATEMENTS_MAX = 40
BANNED_NAMES = {"utils", "util", "helpers", "common", "base", "manager", "misc"}
ROOMS = sorted(path.name for path in (ROOT / "src/jinn").iterdir() if (path / "__init__.py").exists())


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in {".py", ".ts"} and not {"node_modules", "dist", "generated"} & set(path.parts):
                yield path


@cache
def parsed(path: Path) -> ast.Module:
    """Parsing all of it takes seconds, and several rules read it."""
    return ast.parse(path.read_text(encoding="utf-8"))


def test_no_module_is_too_long_to_read_in_one_sitting() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in sources("src", "tests", "device", "screen", "bench", "tools")
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > MODULE_LINES_MAX
    }
    assert not long


def test_no_module_is_named_for_nothing() -> None:
    assert not [path for path in sources("src", "device", "screen") if path.stem in BANNED_NAMES]


def test_every_function_fits_on_a_screen() -> None:
    long = []
    for path in sources("src"):
        if path.suffix != ".py":
            continue
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                count = sum(isinstance(inner, ast.stmt) for inner in ast.walk(node)) - 1
                if count > FUNCTION_STATEMENTS_MAX:
                    long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name} has {count}")
    assert not long


def test_every_module_says_what_question_it_answers() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in sources("src", "bench", "tools", "device")
        if path.suffix == ".py" and not ast.get_docstring(parsed(path))
    ]
    assert not silent


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_has_a_page_and_a_front_door(room: str) -> None:
    folder = ROOT / "src/jinn" / room
    assert (folder / "README.md").exists()
    assert ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8")))


def test_other_rooms_use_front_doors_only() -> None:
    broken = []
    for path in sources("src"):
        if path.suffix != ".py":
            continue
        own = path.relative_to(ROOT / "src/jinn").parts[0]
        if own == "hub":
            continue
        for node in ast.walk(parsed(path)):
            module = node.module if isinstance(node, ast.ImportFrom) and node.module else ""
            parts = module.split(".")
            if parts[0] == "jinn" and len(parts) > 2 and parts[1] != own and parts[2] != "testing":
                broken.append(f"{path.relative_to(ROOT)}:{node.lineno} imports {module}")
    assert not broken


def test_nothing_generated_or_secret_is_tracked() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert not [name for name in listed if "node_modules" in name or name.endswith((".pyc", ".pem", ".db"))]


def test_no_law_names_its_examples_past_the_profile() -> None:
    """Written so, a number holds in every profile, and `make fuzz` looks nowhere new: see tests/fuzzing.py."""
    named = "max_" + "examples="
    known = {ROOT / "tests/fuzzing.py"}
    assert not [path for path in sources("tests") if path not in known and named in path.read_text(encoding="utf-8")]
