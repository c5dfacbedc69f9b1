"""What households say, in sets written without a look at the grammar: how much arrives, and that nothing else does.

`open` and `fresh` are what the grammar was mended by; `sealed` was only ever counted. A sentence that means something
else than what was said is worse than one that is not understood, and has a bound of its own.
"""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from integration.edge.said_sets import Verdict, judge
from integration.edge.spoken_home import SpokenHome, spoken_home

from jinn.kernel import Lang

pytestmark = pytest.mark.anyio

AT_LEAST_RIGHT = {
    ("open", Lang.EN): 58, ("open", Lang.ZH): 59, ("fresh", Lang.EN): 40, ("fresh", Lang.ZH): 40,
    ("sealed", Lang.EN): 50, ("sealed", Lang.ZH): 49,
}  # fmt: skip
AT_MOST_WRONG = {
    ("open", Lang.EN): 1, ("open", Lang.ZH): 0, ("fresh", Lang.EN): 0, ("fresh", Lang.ZH): 0,
    ("sealed", Lang.EN): 2, ("sealed", Lang.ZH): 1,
}  # fmt: skip


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[SpokenHome]:
    async with spoken_home(tmp_path / "data") as home:
        yield home


@pytest.mark.parametrize("lang", list(Lang))
async def test_most_of_what_households_say_arrives_and_hardly_anything_else(home: SpokenHome, lang: Lang) -> None:
    for name in ("open", "fresh", "sealed"):
        judged = judge(home, name, lang)
        count = Counter(one.verdict for one in judged)
        # The sealed half is told in numbers only, so that nobody mends by it.
        told = [f"{one.said}: {one.heard}" for one in judged if one.verdict is not Verdict.RIGHT and name != "sealed"]
        assert count[Verdict.RIGHT] >= AT_LEAST_RIGHT[name, lang], (name, count, told)
        assert count[Verdict.WRONG] <= AT_MOST_WRONG[name, lang], (name, count, told)
