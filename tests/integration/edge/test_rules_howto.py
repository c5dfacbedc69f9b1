"""The examples of docs/howto/rules.md work as they stand, in the demo home."""

import re
from pathlib import Path

import pytest
from integration.edge.spoken_home import MOVIE, spoken_home
from unit.edge.rule_parts import Shelf, around

from jinn.edge.checking import examine
from jinn.edge.rulebook import RuleBook
from jinn.edge.understanding import KEEP_SCENE, RuleUnderstander
from jinn.edge.yaml_rules import read_rules
from jinn.kernel import Lang, SystemClock
from jinn.language import Understood
from jinn.runtime.testing import InMemoryBus

pytestmark = pytest.mark.anyio
PAGE = (Path(__file__).parents[3] / "docs/howto/rules.md").read_text("utf-8")


async def test_the_file_has_no_findings_in_the_demo_home(tmp_path: Path) -> None:
    (file,) = re.findall(r"```yaml rules\.yaml\n(.*?)```", PAGE, re.S)
    async with spoken_home(tmp_path / "data") as home:
        book = RuleBook(
            database=Shelf(), bus=InMemoryBus(), clock=SystemClock(), home=home.known.home,
            examine=examine(home.known.home, around()),
        )  # fmt: skip
        rules = read_rules(file)
        assert [list(book.check(rule)) for rule in rules] == [[], []]


async def test_every_sentence_is_about_a_rule_or_a_scene(tmp_path: Path) -> None:
    table = PAGE.partition("| say | 说 |\n")[2].partition("\n\n")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[1:]]
    async with spoken_home(tmp_path / "data") as home:
        words = RuleUnderstander(words=home.understander, things=home.hands, known=home.known, saying=home.saying)
        assert len(rows) >= 10
        for row in rows:
            for cell, lang in zip(row, Lang, strict=True):
                for said in cell.split(" · "):
                    understood = words.understand(said, lang, home.room.names.words())
                    assert isinstance(understood, Understood), said
                    assert understood.intents[0].name.startswith(("JinnRule", "JinnScene", "JinnWhy", "JinnAtHome")), (
                        said
                    )


async def test_a_scene_is_kept_under_the_name_that_was_said(tmp_path: Path) -> None:
    async with spoken_home(tmp_path / "data") as home:
        words = RuleUnderstander(words=home.understander, things=home.hands, known=home.known, saying=home.saying)
        for said, lang, name in (
            ("remember this as movie scene", Lang.EN, MOVIE.names.en.lower()),
            ("把现在的灯光保存成电影场景", Lang.ZH, "电影"),
        ):
            understood = words.understand(said, lang, home.room.names.words())
            assert isinstance(understood, Understood)
            assert (understood.intents[0].name, understood.intents[0].slots["name"]) == (KEEP_SCENE, name)
