"""Paired or not, lost and found: what the screen says of its own line to the hub."""

import pytest
from browser.conftest import Open
from browser.fake_hub import CODE, GUESSES_MAX, FakeHub
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_a_lost_home_is_said_dimmed_and_found_again_without_a_reload(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address)
    expect(page.locator("jn-card")).to_have_count(13)
    page.evaluate("() => { window.same = true; }")
    hub.hub.is_down = True
    hub.do(hub.hub.drop)
    expect(page.get_by_role("alert")).to_contain_text("The home is out of reach")
    expect(page.get_by_role("article", name="Kitchen light").get_by_role("switch")).to_be_disabled()
    expect(page.get_by_role("article", name="Living room light").get_by_text("On · 80%")).to_be_visible()
    hub.hub.things["living_room_light"]["properties"]["brightness"]["value"] = 35
    hub.hub.is_down = False
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_role("article", name="Living room light").get_by_text("On · 35%")).to_be_visible()
    assert page.evaluate("() => window.same") is True


def test_a_line_that_heals_at_once_is_not_worth_a_word(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address)
    expect(page.locator("jn-card")).to_have_count(13)
    page.evaluate("""() => { window.alerts = 0; const look = () => {
      if (document.querySelector('jn-screen').shadowRoot.querySelector('[role=alert]')) window.alerts += 1; };
      setInterval(look, 20); }""")
    hub.do(hub.hub.drop)
    page.wait_for_timeout(300)
    hub.do(hub.hub.report, "speaker", {"volume": 11})
    expect(page.get_by_text("Volume 11%")).to_be_visible()
    assert page.evaluate("() => window.alerts") == 0


def test_after_a_missed_message_the_screen_takes_a_new_snapshot(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address)
    expect(page.locator("jn-card")).to_have_count(13)
    hub.hub.things["television"]["properties"]["on"]["value"] = 1
    hub.do(hub.hub.skip_a_number)
    hub.do(hub.hub.report, "speaker", {"volume": 12})
    expect(page.get_by_text("Volume 12%")).to_be_visible()
    expect(page.get_by_role("article", name="Television").get_by_text("Channel 1")).to_be_visible()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_stranger_pairs_with_six_digits(hub: FakeHub, open_page: Open, lang: str) -> None:
    hub.hub.is_paired = False
    page = open_page(hub.address, lang=lang)
    field = page.get_by_role("textbox")
    expect(field).to_be_focused()
    page.keyboard.type("999x999")
    wrong = {"en": "This code is wrong or too old. Please enter a new one.", "zh": "配对码错误或已过期，请输入新的。"}[
        lang
    ]
    expect(page.get_by_role("status")).to_have_text(wrong)
    expect(field).to_have_value("")
    page.keyboard.type(CODE)
    expect(page.locator("jn-card")).to_have_count(13)
    page.reload()
    expect(page.locator("jn-card")).to_have_count(13)


def test_who_guesses_too_often_is_told_to_wait(hub: FakeHub, open_page: Open) -> None:
    hub.hub.is_paired = False
    page = open_page(hub.address)
    for _ in range(GUESSES_MAX + 1):
        expect(page.get_by_role("textbox")).to_have_value("")
        page.keyboard.type("999999")
        expect(page.get_by_role("textbox")).to_be_focused()
    expect(page.get_by_role("status")).to_have_text("Too many tries. Please wait a minute.")


def test_a_paired_screen_shows_the_code_for_another(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address + "#/settings")
    page.get_by_role("button", name="Show a code").click()
    expect(page.get_by_text(CODE)).to_be_visible()
