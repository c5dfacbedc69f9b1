"""The page on Alink names every topic and every code that there is, and no test that there is not."""

import re
from pathlib import Path

from jinn.things.alink import Code
from jinn.things.topics import TABLE

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/reference/alink.md").read_text(encoding="utf-8")


def test_every_topic_is_on_the_page() -> None:
    missing = []
    for pattern, _, _ in TABLE:
        # Of several that differ in their last word, the page may say that word alone.
        rest = pattern.removeprefix("/sys/{pk}/{dn}/").removesuffix("_reply")
        rest = rest.replace("{name}", "{id}").replace("{rest}", "…")
        words = [rest, rest.replace("/{pk}/{dn}", ""), rest.rpartition("/")[2]]
        if not any(f"`{word}" in PAGE or f"/{word}`" in PAGE or f"{word}`" in PAGE for word in words if word):
            missing.append(pattern)
    assert missing == []


def test_every_code_is_on_the_page() -> None:
    # 500 and 504 are for things behind bridges, whose replies no device reads.
    codes = {int(code) for code in Code} - {500, 504, 6450}
    assert {code for code in codes if not re.search(rf"\b{code}\b", PAGE)} == set()


def test_every_test_that_is_named_is_there() -> None:
    files = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")}
    named = re.findall(r"(test_\w+\.py)(?:::(\w+))?", PAGE)
    assert len(named) > 10
    for file, function in named:
        assert file in files, file
        assert not function or f"def {function}" in files[file], (file, function)
    for start in re.findall(r"`…(\w+)…?`", PAGE):
        assert any(f"def test_{start}" in text for text in files.values()), start
