"""Every place of the screen, in both languages, by day and night: it fits, can be touched, and is open to all."""

import gzip
from pathlib import Path

import pytest
from browser.conftest import PANEL, PHONE, SMALL, Open
from browser.fake_hub import FakeHub
from browser.looking import assert_accessible, assert_fits, assert_touchable
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

PLACES = {
    "home": "",
    "room": "#/area/living_room",
    "thing": "#/thing/bedroom_light",
    "climate": "#/thing/living_room_air_conditioner",
    "trace": "#/trace",
    "settings": "#/settings",
    "night": "#/night",
}


def shown(page: Page, place: str) -> None:
    expect(page.locator("jn-night" if place == "night" else "jn-dock")).to_be_visible()
    if place not in ("night", "home", "room"):
        expect(page.locator("jn-page h1")).to_be_visible()


@pytest.mark.parametrize("look", ["en-light", "en-dark", "zh-light", "zh-dark"])
@pytest.mark.parametrize("place", PLACES)
def test_a_place_fits_the_panel_and_can_be_used_by_all(
    hub: FakeHub, open_page: Open, pictures: Path, place: str, look: str
) -> None:
    lang, theme = look.split("-")
    hub.do(hub.hub.take_turn, "kitchen", "turn on the kitchen light" if lang == "en" else "打开厨房灯", lang)
    page = open_page(hub.address + PLACES[place], lang=lang, theme=theme)
    shown(page, place)
    page.screenshot(path=pictures / f"{place}-{look}.png")
    assert_fits(page)
    assert_touchable(page)
    assert_accessible(page)


@pytest.mark.parametrize("look", ["en-small", "en-phone", "zh-small", "zh-phone"])
@pytest.mark.parametrize("place", PLACES)
def test_a_place_fits_smaller_screens(hub: FakeHub, open_page: Open, pictures: Path, place: str, look: str) -> None:
    lang, size = look.split("-")
    hub.do(hub.hub.take_turn, "kitchen", "turn on the kitchen light" if lang == "en" else "打开厨房灯", lang)
    page = open_page(hub.address + PLACES[place], size={"small": SMALL, "phone": PHONE}[size], lang=lang)
    shown(page, place)
    page.screenshot(path=pictures / f"{place}-{look}.png")
    assert_fits(page)
    assert_touchable(page)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_an_empty_home_says_so(hub: FakeHub, open_page: Open, pictures: Path, lang: str) -> None:
    hub.hub.things, hub.hub.suggestions = {}, []
    page = open_page(hub.address, lang=lang)
    expect(page.get_by_role("heading")).to_have_text({"en": "No things yet", "zh": "还没有设备"}[lang])
    page.screenshot(path=pictures / f"empty-{lang}.png")
    assert_accessible(page)
    page.goto(hub.address + "#/trace")
    expect(page.get_by_text({"en": "Nothing has been said yet", "zh": "还没有人说过话"}[lang])).to_be_visible()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_hub_that_never_answered_is_said_to_be_out_of_reach(
    hub: FakeHub, open_page: Open, pictures: Path, lang: str
) -> None:
    hub.hub.is_down = True
    page = open_page(hub.address, lang=lang)
    expect(page.get_by_role("heading")).to_have_text({"en": "The home is out of reach", "zh": "连接不上家中主机"}[lang])
    page.screenshot(path=pictures / f"unreachable-{lang}.png")
    assert_accessible(page)


def test_cards_keep_their_place_and_size_whatever_the_things_report(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address)
    cards = page.locator("jn-card")
    expect(cards).to_have_count(13)
    before = [cards.nth(n).bounding_box() for n in range(13)]
    hub.do(hub.hub.report, "living_room_light", {"on": 0})
    hub.do(hub.hub.set_online, "bedroom_light", False)
    hub.do(hub.hub.report, "kitchen_fridge", {"door": 1})
    expect(page.get_by_text("Offline")).to_be_visible()
    expect(page.get_by_role("article", name="Kitchen fridge").get_by_text("Door open")).to_be_visible()
    assert [cards.nth(n).bounding_box() for n in range(13)] == before


def test_the_panel_shows_two_rows_of_whole_cards(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address, size=PANEL)
    expect(page.locator("jn-card")).to_have_count(13)
    dock = page.locator("jn-dock").bounding_box()
    eighth = page.locator("jn-card").nth(7).bounding_box()
    assert dock is not None
    assert eighth is not None
    assert eighth["y"] + eighth["height"] <= dock["y"]


def test_the_screen_is_small_and_asks_nobody_outside(hub: FakeHub, built: Path, open_page: Open) -> None:
    asked: list[str] = []
    page = open_page(hub.address)
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    expect(page.locator("jn-card")).to_have_count(13)
    assert [url for url in asked if not url.startswith(hub.address)] == []
    scripts = {path.name: len(gzip.compress(path.read_bytes())) for path in built.rglob("*.js")}
    assert sum(scripts.values()) <= 250_000
    at_first = {url.rsplit("/", 1)[1] for url in asked if url.endswith(".js")}
    assert sum(scripts[name] for name in at_first) <= 80_000
