"""What must hold with any hub that has the demo home: the fake one, or a real one at the address in JINN_TEST_HUB."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser.conftest import Open
from browser.fake_hub import running
from browser.looking import assert_fits
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SENTENCES = {"en": "turn on the kitchen light", "zh": "打开厨房灯"}
ON = {"en": "On · 100%", "zh": "亮着 · 100%"}
LIGHT = {"en": "Kitchen light", "zh": "厨房灯"}
WRITE = {"en": "Type instead", "zh": "打字"}
WHY = {"en": "What happened?", "zh": "发生了什么？"}


@pytest.fixture
def home(built: Path) -> Iterator[str]:
    """The address of a hub with the demo home."""
    if address := os.environ.get("JINN_TEST_HUB"):
        yield address.rstrip("/") + "/"
        return
    with running(built) as fake:
        yield fake.address
        assert fake.hub.faults == []


def test_the_demo_home_is_there(home: str, open_page: Open) -> None:
    page = open_page(home)
    expect(page.locator("jn-card")).to_have_count(13)
    for area in ("All", "Living room", "Bedroom", "Kitchen", "Hall"):
        page.get_by_role("tab", name=area, exact=True).click()
        expect(page.get_by_role("tab", name=area, exact=True)).to_have_attribute("aria-selected", "true")
        assert_fits(page)


def test_a_touch_ends_with_the_report_of_the_thing(home: str, open_page: Open) -> None:
    page = open_page(home)
    power = page.get_by_role("article", name="Hall light").get_by_role("switch")
    for _ in range(2):
        before = power.get_attribute("aria-checked")
        power.click()
        expect(power).to_have_attribute("aria-checked", "false" if before == "true" else "true")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_sentence_is_obeyed_answered_and_traced(home: str, open_page: Open, lang: str) -> None:
    page = open_page(home, lang=lang)
    page.get_by_role("button", name=WRITE[lang]).click()
    page.keyboard.type(SENTENCES[lang])
    page.keyboard.press("Enter")
    talk = page.get_by_role("dialog")
    expect(talk.get_by_text(f"“{SENTENCES[lang]}”")).to_be_visible()
    expect(page.get_by_role("article", name=LIGHT[lang], exact=True).get_by_text(ON[lang])).to_be_visible()
    talk.get_by_role("button", name=WHY[lang]).click()
    trace = page.locator("jn-trace")
    expect(trace.get_by_text(SENTENCES[lang])).to_be_visible()
    expect(trace.get_by_text("home.light.on")).to_be_visible()
    assert trace.locator(".span").count() >= 1
    assert_fits(page)
