"""Rules on a real bus and both databases: what happens is done once, kept with its cause, and outlives a hub."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from integration.edge.rules_home import LAMP, OTHER, RulesHome, a_home_with_rules
from integration.things_room import emptied

from jinn.kernel import Secret
from jinn.runtime import NatsBus

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["sqlite", "postgres"])
async def url(request: pytest.FixtureRequest) -> Secret | None:
    return None if request.param == "sqlite" else await emptied(request.getfixturevalue("postgres_address"))


@pytest.fixture
async def home(tmp_path: Path, bus: NatsBus, url: Secret | None) -> AsyncIterator[RulesHome]:
    async with a_home_with_rules(tmp_path / "data", bus, url) as home:
        yield home


async def test_a_report_has_a_rule_do_its_deed_and_keeps_why(home: RulesHome) -> None:
    rule = await home.add()
    await home.report(on=1)
    (run,) = await home.ended(rule)
    assert run.outcome == "done"
    assert run.because.en == "The porch lamp went on."
    assert run.because.zh == "门廊灯开了。"
    assert [(deed.thing, deed.property, deed.asked, deed.outcome) for deed in run.did] == [(LAMP, "on", 1, "confirmed")]
    assert (run.cause.thing, run.cause.member, run.cause.value) == (OTHER, "on", 1)
    assert home.lamp("on") == 1
