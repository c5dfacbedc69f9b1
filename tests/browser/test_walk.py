"""A random walk: whatever one touches, in whatever order, the console stays clean and the page fits."""

import random

import pytest
from browser.conftest import PANEL, PHONE, Open
from browser.fake_hub import FakeHub
from browser.looking import assert_fits, look
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

STEPS = 60


def step(page: Page, hub: FakeHub, chance: random.Random) -> None:
    match chance.randrange(10):
        case 0:
            page.keyboard.press(chance.choice(["Tab", "Enter", "Escape", "ArrowRight", "ArrowLeft"]))
        case 1:
            hub.do(hub.hub.set_online, chance.choice(list(hub.hub.things)), chance.random() > 0.3)
        case 2:
            hub.do(hub.hub.report, "kitchen_fridge", {"door": chance.randrange(2)})
        case 3 if chance.random() < 0.5:
            hub.do(hub.hub.drop)
        case _:
            # By place, as a finger does: what was there may be gone by the time it lands, and that is part of the walk.
            left, top, right, bottom = chance.choice(look(page)["targets"])["box"]
            page.mouse.click((left + right) / 2, (top + bottom) / 2)


@pytest.mark.parametrize(("seed", "size", "lang"), [(1, PANEL, "en"), (2, PHONE, "zh")])
def test_a_random_walk_leaves_no_error(
    hub: FakeHub, open_page: Open, seed: int, size: tuple[int, int], lang: str
) -> None:
    chance = random.Random(seed)
    hub.hub.delay_s = 0.05
    page = open_page(hub.address, size=size, lang=lang)
    expect(page.locator("jn-card")).to_have_count(13)
    for count in range(STEPS):
        step(page, hub, chance)
        if count % 10 == 9:
            page.wait_for_timeout(150)
            assert_fits(page)
    page.goto(hub.address + "#/")
    page.reload()
    expect(page.locator("jn-card")).to_have_count(13)
