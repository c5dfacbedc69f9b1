"""Talking to the screen: by button, by keyboard, by a touched suggestion."""

import time

import pytest
from axe_core_python.sync_playwright import Axe
from browser.conftest import Open
from browser.fake_ear import SPOKEN
from browser.fake_hub import FakeHub
from browser.looking import until
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def press_talk(page: Page) -> None:
    box = page.get_by_role("button", name="Talk").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()


def test_held_the_button_hears_until_it_is_let_go(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address)
    press_talk(page)
    talk = page.get_by_role("dialog", name="Conversation")
    expect(talk.get_by_text("Let go when you are done")).to_be_visible()
    expect(talk.get_by_text("turn on the", exact=True)).to_be_visible()
    page.mouse.up()
    expect(talk.get_by_text(f"“{SPOKEN}”")).to_be_visible()
    expect(talk.get_by_text("The kitchen light is on.")).to_be_visible()
    expect(page.get_by_role("article", name="Kitchen light").get_by_text("On · 100%")).to_be_visible()
    assert [m["type"] for m in hub.hub.up][:2] == ["hello", "start"]
    assert hub.hub.up[0] | {"satellite": ""} == {"type": "hello", "satellite": "", "lang": "en", "wake": False}
    # The whole reply is played before the satellite says so, and the overlay then leaves by itself.
    until(page, lambda: hub.hub.up[-1] == {"type": "played"})
    expect(talk).to_have_count(0)


def test_frames_are_twenty_milliseconds_in_real_time(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address)
    began_s = time.monotonic()
    press_talk(page)
    expect(page.get_by_role("dialog").get_by_text("turn on the", exact=True)).to_be_visible()
    before = hub.hub.frames
    # A busy machine may lose some; more than there was time for nobody can have said.
    until(page, lambda: hub.hub.frames >= before + 50)
    assert hub.hub.frames <= (time.monotonic() - began_s) / 0.02 + 5
    page.mouse.up()


def test_a_tap_listens_on_until_one_says_done(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address)
    page.get_by_role("button", name="Talk").click()
    talk = page.get_by_role("dialog", name="Conversation")
    expect(talk.get_by_text("Listening")).to_be_visible()
    expect(talk.get_by_text("turn on the", exact=True)).to_be_visible()
    talk.get_by_role("button", name="Done").click()
    expect(talk.get_by_text("The kitchen light is on.")).to_be_visible()


def test_closing_the_conversation_tells_the_hub_to_forget_it(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address)
    page.get_by_role("button", name="Talk").click()
    expect(page.get_by_role("dialog").get_by_text("turn on the", exact=True)).to_be_visible()
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    until(page, lambda: hub.hub.up[-1] == {"type": "abort"})
    frames = hub.hub.frames
    page.wait_for_timeout(300)
    assert hub.hub.frames == frames


def test_without_a_microphone_it_says_so_and_typing_works(hub: FakeHub, open_page: Open) -> None:
    page = open_page(None)
    page.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'))"
    )
    page.goto(hub.address)
    page.get_by_role("button", name="Talk").click()
    expect(page.get_by_role("dialog")).to_contain_text("does not let this page use the microphone")
    page.get_by_role("button", name="Close", exact=True).click()
    page.get_by_role("button", name="Type instead").click()
    page.keyboard.type("is the fridge door open?")
    page.keyboard.press("Enter")
    talk = page.get_by_role("dialog")
    expect(talk.get_by_text("No, the fridge door is closed.")).to_be_visible()
    expect(talk.get_by_role("heading", name="Kitchen fridge")).to_be_visible()
    expect(page.locator("jn-conversation [aria-live=polite]")).to_have_text("No, the fridge door is closed.")
    assert [v["id"] for v in Axe().run(page)["violations"] if v["impact"] in ("serious", "critical")] == []


def test_a_touched_suggestion_is_said_and_a_question_shows_how_long_it_waits(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address, lang="zh")
    page.get_by_role("button", name="“调高温度”").click()
    talk = page.get_by_role("dialog", name="对话")
    expect(talk.get_by_text("哪一个，客厅还是卧室？")).to_be_visible()
    expect(talk.get_by_text("可以接着说。")).to_have_count(1)
    expect(talk.locator(".closing")).to_be_visible()
    assert hub.hub.up[-1] | {"id": ""} == {"type": "say", "id": "", "text": "调高温度", "lang": "zh"}


def test_what_was_not_understood_is_said(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address)
    page.get_by_role("button", name="Type instead").click()
    page.keyboard.type("colourless green ideas")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_text("Sorry, I did not understand that.")).to_be_visible()


def test_the_last_turn_is_traced_from_the_words_to_the_report(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address)
    page.get_by_role("button", name="Type instead").click()
    page.keyboard.type("turn on the kitchen light")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="What happened?").click()
    trace = page.locator("jn-trace")
    expect(trace.get_by_role("heading", level=2)).to_have_count(6)
    expect(trace.get_by_text("home.light.on")).to_be_visible()
    expect(trace.get_by_text("Kitchen light · Power · On")).to_be_visible()
    expect(trace.get_by_text("Confirmed")).to_be_visible()
    expect(trace.locator(".span")).to_have_count(4)


def test_what_another_satellite_said_is_traced_too(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address + "#/trace")
    expect(page.get_by_text("Nothing has been said yet")).to_be_visible()
    hub.do(hub.hub.take_turn, "bedroom-speaker", "打开客厅灯", "zh")
    expect(page.get_by_text("客厅灯打开了。")).to_be_visible()
