"""What one can do at home: touch, wait for the report, look closer."""

import pytest
from browser.conftest import PHONE, Open
from browser.fake_hub import FakeHub
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_a_touched_light_waits_and_is_on_when_it_reports_it(hub: FakeHub, open_page: Open) -> None:
    hub.hub.delay_s = 1.0
    page = open_page(hub.address)
    light = page.get_by_role("article", name="Kitchen light")
    light.get_by_role("switch").click()
    expect(light.get_by_role("status")).to_have_text("Asked for power: On. Waiting…")
    expect(light.get_by_role("switch")).to_have_attribute("aria-checked", "false")
    expect(light.get_by_text("Off", exact=True)).to_be_visible()
    expect(light.get_by_role("switch")).to_have_attribute("aria-checked", "true")
    expect(light.get_by_text("On · 100%")).to_be_visible()
    expect(light.get_by_role("status")).to_have_count(0)
    assert [message["properties"] for message in hub.hub.up if message["type"] == "set"] == [{"on": 1}]


@pytest.mark.parametrize(
    ("outcome", "words"),
    [("refused", "It refused."), ("timed_out", "Asked. It has not answered."), ("offline", "It is offline.")],
)
def test_what_did_not_happen_is_said_and_not_shown_as_done(
    hub: FakeHub, open_page: Open, outcome: str, words: str
) -> None:
    hub.hub.outcome, hub.hub.delay_s = outcome, 0.05
    page = open_page(hub.address)
    light = page.get_by_role("article", name="Kitchen light")
    light.get_by_role("switch").click()
    expect(light.get_by_role("status")).to_have_text(words)
    expect(light.get_by_role("switch")).to_have_attribute("aria-checked", "false")


def test_sliding_an_unlit_lamp_asks_for_light_of_that_brightness(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address)
    slider = page.get_by_role("slider", name="Hall light")
    box = slider.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 28)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 28, steps=5)
    page.mouse.up()
    expect(page.get_by_role("article", name="Hall light").get_by_text("On · 50%")).to_be_visible()
    assert hub.hub.up[-1]["properties"] == {"on": 1, "brightness": 50}


def test_a_finger_that_passes_over_a_slider_changes_nothing(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address, size=PHONE)
    slider = page.get_by_role("slider", name="Bedroom light")
    box = slider.bounding_box()
    assert box is not None
    slider.dispatch_event(
        "pointerdown", {"button": 0, "clientX": box["x"] + 200, "clientY": box["y"] + 5, "pointerId": 1}
    )
    slider.dispatch_event("pointercancel", {"pointerId": 1})
    page.wait_for_timeout(200)
    assert [message for message in hub.hub.up if message["type"] == "set"] == []


def test_steps_add_up_and_go_out_once(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address)
    stepper = page.get_by_role("group", name="Bedroom air conditioner: target temperature")
    for _ in range(4):
        stepper.get_by_role("button", name="Less").click()
    expect(stepper.get_by_text("24°", exact=True)).to_be_visible()
    expect(stepper.get_by_text("26°")).to_have_count(0)
    assert [m["properties"] for m in hub.hub.up if m["type"] == "set"] == [{"target_temperature": 24}]


def test_keys_do_what_fingers_do(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address)
    tab = page.get_by_role("tab", name="All", exact=True)
    tab.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Living room")).to_have_attribute("aria-selected", "true")
    expect(page.locator("jn-card")).to_have_count(6)
    curtain = page.get_by_role("slider", name="Living room curtain")
    curtain.focus()
    page.keyboard.press("Home")
    expect(page.get_by_role("article", name="Living room curtain").get_by_text("Closed")).to_be_visible()
    page.get_by_role("article", name="Living room curtain").get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Living room curtain")).to_be_visible()


def test_a_long_touch_opens_the_thing_and_back_comes_home(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address + "#/area/kitchen")
    box = page.get_by_role("article", name="Kitchen fridge").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] - 10, box["y"] + box["height"] - 10)
    page.mouse.down()
    page.wait_for_timeout(650)
    page.mouse.up()
    expect(page.get_by_role("heading", name="Kitchen fridge")).to_be_visible()
    expect(page.get_by_text("−17.8°").first).to_be_visible()
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_role("tab", name="Kitchen")).to_have_attribute("aria-selected", "true")


def test_the_thing_page_sets_every_writable_property(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address + "#/thing/bedroom_light")
    page.get_by_role("radio", name="Blue").click()
    expect(page.get_by_role("radio", name="Blue")).to_have_attribute("aria-checked", "true")
    page.get_by_role("radio", name="On", exact=True).click()
    expect(page.get_by_role("radio", name="On", exact=True)).to_have_attribute("aria-checked", "true")
    assert [m["properties"] for m in hub.hub.up if m["type"] == "set"] == [{"color": "#4da3ff"}, {"on": 1}]


def test_a_touch_can_be_taken_back_to_what_was(hub: FakeHub, open_page: Open) -> None:
    hub.hub.delay_s = 0.05
    page = open_page(hub.address)
    stepper = page.get_by_role("group", name="Bedroom air conditioner: target temperature")
    stepper.get_by_role("button", name="Less").click()
    expect(stepper.get_by_text("25.5°", exact=True)).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(stepper.get_by_text("26°", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    asked = [m["properties"] for m in hub.hub.up if m["type"] == "set"]
    assert asked == [{"target_temperature": 25.5}, {"target_temperature": 26}]


def test_the_vacuum_starts_at_a_touch_and_says_so_itself(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address + "#/area/living_room")
    vacuum = page.get_by_role("article", name="Robot vacuum")
    vacuum.get_by_role("button", name="Start").click()
    expect(vacuum.get_by_text("Cleaning", exact=True)).to_be_visible()
    vacuum.get_by_role("button", name="Return to the dock").click()
    expect(vacuum.get_by_text("Returning", exact=True)).to_be_visible()
    assert [m["service"] for m in hub.hub.up if m["type"] == "call"] == ["start", "dock"]


def test_a_thing_that_leaves_is_gone_from_home_and_from_its_page(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address + "#/thing/smart_shirt")
    expect(page.get_by_role("heading", name="Smart shirt")).to_be_visible()
    hub.do(hub.hub.remove, "smart_shirt")
    expect(page.get_by_role("heading", name="This thing has left the home")).to_be_visible()
    page.goto(hub.address + "#/")
    expect(page.locator("jn-card")).to_have_count(12)


def test_the_language_is_changed_at_once_and_kept(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address + "#/settings")
    page.get_by_role("radio", name="中文").click()
    expect(page.get_by_role("heading", name="设置")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.reload()
    expect(page.get_by_role("heading", name="设置")).to_be_visible()


def test_light_and_dark_are_chosen_or_follow_the_device(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address + "#/settings", theme="auto")
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("radiogroup", name="Look").get_by_role("radio", name="Light").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")


def test_at_night_an_untouched_screen_shows_the_clock_alone(hub: FakeHub, open_page: Open) -> None:
    page = open_page(None)
    page.clock.install(time="2026-01-01T15:30:00Z")
    page.goto(hub.address)
    expect(page.locator("jn-card")).to_have_count(13)
    page.clock.run_for(4 * 60_000)
    expect(page.locator("jn-night")).to_have_count(0)
    page.clock.run_for(2 * 60_000)
    expect(page.locator("jn-night").get_by_text("23:36")).to_be_visible()
    page.get_by_role("button", name="Wake the screen").click()
    expect(page.locator("jn-card")).to_have_count(13)


def test_models_that_are_still_loading_are_told_of(hub: FakeHub, open_page: Open) -> None:
    hub.hub.models = {"recognition": "loading", "speech": "failed"}
    page = open_page(hub.address)
    expect(page.get_by_text("The voice is still loading.")).to_be_visible()
    hub.do(hub.hub.set_models, {"recognition": "ready", "speech": "failed"})
    expect(page.get_by_text("The voice is still loading.")).to_have_count(0)
    page.goto(hub.address + "#/settings")
    expect(page.get_by_text("Failed")).to_be_visible()
