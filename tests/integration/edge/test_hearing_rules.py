"""Is a rule that somebody says understood as it is meant? Sentences in both languages, against the demo home."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from integration.edge.spoken_home import SpokenHome, brief, spoken_home

from jinn.kernel import Lang

pytestmark = pytest.mark.anyio
HERE = Path(__file__).parent


def sentences(lang: Lang) -> list[tuple[str, str]]:
    lines = (HERE / f"spoken_rules_{lang.value}.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split(" => ") for line in lines if line and not line.startswith("#")]
    return [(said, meant) for said, meant in rows]


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[SpokenHome]:
    async with spoken_home(tmp_path / "data") as home:
        yield home


@pytest.mark.parametrize("lang", list(Lang))
async def test_rules_are_heard_as_they_are_meant(home: SpokenHome, lang: Lang) -> None:
    wrong = {}
    assert len(sentences(lang)) >= 60
    for said, meant in sentences(lang):
        draft = home.hear(said, lang)
        heard = brief(draft) if draft else None
        if heard != meant:
            wrong[said] = (heard, meant)
    assert not wrong, "\n".join(f"{said}\n    {heard}\n    {meant}" for said, (heard, meant) in wrong.items())
