"""What one can do with rules, scenes, history, software, joining and lines."""

from pathlib import Path
from typing import Any

import pytest
from browser.conftest import PANEL, PHONE, SMALL, Open
from browser.fake_hub import FakeHub
from browser.fake_keep import TRIAL_FAILED, joining, names, update
from browser.looking import assert_accessible, assert_fits, assert_touchable
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


PLACES = {
    "thing/kitchen_fridge/history": "jn-chart svg",
    "thing/hall_light/rules": "jn-rule-row",
    "thing/kitchen_fridge/about": ".version",
    "thing/robot_vacuum": "jn-thing-control .does",
    "rules": "jn-rule-row",
    "rule/evening_hall": ".piece",
    "new-rule": ".group",
    "scenes": "jn-scenes article",
    "scene/night": ".wish",
    "add": ".one",
    "updates": ".bar",
    "network": ".sum",
}
"""Each place by its address, with what it shows once it has been fetched and has asked the hub."""


@pytest.mark.parametrize("look", ["en-light-panel", "zh-dark-panel", "zh-light-small", "en-dark-phone"])
def test_the_places_of_the_edge_fit_and_can_be_used_by_all(
    hub: FakeHub, open_page: Open, pictures: Path, look: str
) -> None:
    lang, theme, name = look.split("-")
    size = {"panel": PANEL, "small": SMALL, "phone": PHONE}[name]
    page = open_page(hub.address, lang=lang, theme=theme, size=size)
    for place, shows in PLACES.items():
        page.goto(f"{hub.address}#/{place}")
        expect(page.locator(shows).first).to_be_visible()
        page.screenshot(path=pictures / f"{place.replace('/', '-')}-{look}.png")
        assert_fits(page)
        assert_touchable(page)
        if size == PANEL:
            assert_accessible(page)


def choose(page: Page, label: str, answer: str) -> None:
    """One answer of a sheet that is open, or that the button called `label` opens."""
    page.get_by_role("button", name=label).last.click()
    page.get_by_role("dialog").get_by_role("option", name=answer).first.click()


def asked(hub: FakeHub, method: str, path: str) -> list[Any]:
    return [body for one, where, body in hub.hub.edge.asked if (one, where) == (method, path)]


def test_a_rule_is_written_with_pickers_looked_at_and_kept(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address + "#/new-rule")
    expect(page.get_by_text("Begin with what starts it")).to_be_visible()
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    choose(page, "Add what starts it", "A thing changes")
    choose(page, "Which thing", "Front door")
    choose(page, "Add what it does", "Set a thing")
    choose(page, "Which thing", "Hall light")
    expect(page.get_by_text("When the front door changes, move the hall light")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").get_by_text("Saved")).to_be_visible()
    expect(page.locator("jn-rule-row")).to_have_count(5)
    (kept,) = asked(hub, "POST", "rules")
    assert kept["triggers"] == [{"type": "property", "thing": "front_door", "property": "open", "is": "is", "value": 1}]
    assert kept["actions"] == [{"type": "set", "thing": "hall_light", "properties": {"on": 1}}]
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("jn-rule-row")).to_have_count(4)


def test_what_a_check_finds_is_shown_and_an_error_keeps_it_from_being_saved(hub: FakeHub, open_page: Open) -> None:
    hub.hub.edge.findings = [
        {
            "kind": "loop", "severity": "error", "rules": ["evening_hall", "cool"],
            "message": names("This rule would set itself off again.", "这条规则会再次触发自己。"),
        }
    ]  # fmt: skip
    page = open_page(hub.address + "#/rule/evening_hall")
    page.get_by_role("button", name="Sun").first.click()
    expect(page.get_by_text("This rule would set itself off again.")).to_be_visible()
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    expect(page.get_by_role("button", name="Keep it cool")).to_be_visible()
    assert_accessible(page)


def test_a_rule_is_tried_on_yesterday(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address + "#/rule/evening_hall")
    page.get_by_role("button", name="Try it on yesterday").click()
    expect(page.get_by_text("It would have acted 2 times in 24 hours.")).to_be_visible()
    expect(page.get_by_text("it was not after 22:00").first).to_be_visible()
    expect(page.get_by_text("Because the front door opened").first).to_be_visible()


def test_a_rule_whose_thing_has_left_says_so_where_it_is(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address + "#/rule/garage")
    expect(page.get_by_text("This has left the home.").first).to_be_visible()
    page.goto(hub.address + "#/rules")
    expect(page.get_by_role("article", name="Garage").get_by_text("Something in it has left the home.")).to_be_visible()


def test_a_deleted_rule_comes_back(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address + "#/rule/fridge_door", lang="zh")
    page.get_by_role("button", name="删除这条规则").click()
    expect(page.locator("jn-rule-row")).to_have_count(3)
    page.get_by_role("button", name="撤销").click()
    expect(page.locator("jn-rule-row")).to_have_count(4)


def test_a_rule_is_switched_off_and_another_screen_hears_of_its_runs(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address + "#/rules")
    row = page.get_by_role("article", name="Evening hall")
    expect(row.get_by_text("because the front door opened")).to_be_visible()
    row.get_by_role("switch").click()
    expect(row.get_by_text("Switched off")).to_be_visible()
    run = hub.hub.edge.runs["evening_hall"][0] | {"id": "new", "rule": "fridge_door", "because": names("x", "y")}
    hub.do(hub.hub.tell, {"type": "run", "run": run | {"outcome": "failed"}})
    expect(page.get_by_role("article", name="Fridge door")).not_to_contain_text("Has not run yet")


def test_a_scene_is_made_of_how_things_are_run_and_taken_back(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address + "#/new-scene")
    choose(page, "Add a thing", "Living room curtain")
    page.get_by_role("textbox", name="Name").fill("Morning")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("article", name="Morning")).to_be_visible()
    assert asked(hub, "POST", "scenes")[0]["wishes"] == [
        {"thing": "living_room_curtain", "properties": {"position": 70}}
    ]
    page.get_by_role("article", name="Good night").get_by_role("button").first.click()
    expect(page.get_by_text("Good night: all is as wished.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Good night: all is as wished.")).to_have_count(0)
    assert asked(hub, "POST", "scenes/night/undo") == [None]


def test_a_chart_is_read_by_touch_and_by_key(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address + "#/thing/kitchen_fridge/history")
    chart = page.get_by_role("slider", name="History of fridge temperature")
    box = chart.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 100)
    expect(page.locator("jn-chart .read b")).to_contain_text("°")
    before = chart.get_attribute("aria-valuetext")
    chart.focus()
    page.keyboard.press("ArrowLeft")
    expect(chart).not_to_have_attribute("aria-valuetext", before or "")
    assert page.locator("jn-chart .gap").count() == 1
    page.get_by_role("radio", name="Week").click()
    expect(page.get_by_text("Door left open")).to_have_count(3)
    hub.do(hub.hub.tell, {"type": "happened", "happening": {
        "id": "now", "thing": "kitchen_fridge", "event": "door_left_open", "names": names("door left open", "门未关好"),
        "kind": "alert", "at_ms": 1, "outputs": {}}})  # fmt: skip
    expect(page.get_by_text("Door left open")).to_have_count(4)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_thing_that_has_reported_nothing_has_no_line(hub: FakeHub, open_page: Open, lang: str) -> None:
    hub.hub.edge.is_silent = True
    page = open_page(hub.address + "#/thing/speaker/history", lang=lang)
    words = {"en": "Nothing reported in this time", "zh": "这段时间没有上报"}[lang]
    expect(page.get_by_role("heading", name=words)).to_be_visible()


def test_an_update_is_followed_until_it_went_back(hub: FakeHub, open_page: Open, pictures: Path) -> None:
    page = open_page(hub.address + "#/thing/kitchen_fridge/about")
    page.get_by_role("button", name="Update").click()
    expect(page.get_by_text("Waiting for its turn: 1.2.0")).to_be_visible()
    hub.do(hub.hub.tell, {"type": "update", "update": update("kitchen_fridge", "downloading", 40)})
    expect(page.get_by_text("Downloading 1.2.0: 40%")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "40")
    gone = update("kitchen_fridge", "rolled_back", 100, problem=TRIAL_FAILED)
    hub.do(hub.hub.tell, {"type": "update", "update": gone})
    expect(page.get_by_text("Went back from 1.2.0 to the version before")).to_be_visible()
    expect(page.get_by_text("did not prove itself in its trial")).to_be_visible()
    page.screenshot(path=pictures / "rolled-back.png")
    assert asked(hub, "POST", "rollouts")[0]["group"] == "things:kitchen_fridge"


def test_a_rollout_is_paused_widened_and_says_why_it_stopped(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address + "#/updates")
    fridge = page.get_by_role("region", name="Kitchen fridge · 1.2.0")
    expect(page.get_by_text("Stopped by itself: 2 of 3 failed")).to_be_visible()
    fridge.get_by_role("button", name="Pause").click()
    expect(fridge.get_by_text("Paused")).to_be_visible()
    fridge.get_by_role("radio", name="50 %").click()
    expect(fridge.get_by_text("For 50% of the things")).to_be_visible()
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("region", name="Robot vacuum · 2.0.1")).to_have_count(2)


def test_a_thing_is_added_by_its_code_named_and_shown(hub: FakeHub, open_page: Open) -> None:
    hub.hub.edge.joining = [
        joining("working", "Looking for it", "正在寻找"), joining("done", "Done", "完成", thing="plug_1"),
    ]  # fmt: skip
    page = open_page(hub.address)
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("textbox", name="Or type the code").fill("34970112332")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Looking for it")).to_be_visible()
    expect(page.get_by_text("Smart plug is in your home")).to_be_visible()
    page.get_by_role("textbox", name="Name").fill("Kettle")
    choose(page, "No room", "Kitchen")
    page.get_by_role("button", name="Show it").click()
    expect(page.get_by_role("heading", name="Kettle")).to_be_visible()
    assert hub.hub.things["plug_1"]["area"] == "kitchen"


def test_a_code_that_nobody_knows_says_what_to_do(hub: FakeHub, open_page: Open) -> None:
    problem = {"code": "code-unknown", "message": "no"}
    hub.hub.edge.joining = [joining("failed", "Failed", "失败", problem=problem)]
    page = open_page(hub.address + "#/add")
    page.get_by_role("textbox", name="Or type the code").fill("1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("No way of joining knows this code.")
    expect(page.get_by_text("Look whether the whole code was typed")).to_be_visible()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("textbox", name="Or type the code")).to_be_visible()


def test_what_was_found_is_added_or_ignored_and_news_of_it_come_by_themselves(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address + "#/add")
    expect(page.get_by_text("Smart plug")).to_be_visible()
    page.get_by_role("button", name="Ignore Balcony sensor").click()
    expect(page.get_by_text("Balcony sensor")).to_have_count(0)
    new = hub.hub.edge.found[0] | {"id": "f9", "names": names("New lamp", "新台灯")}
    hub.do(hub.hub.tell, {"type": "found", "found": [*hub.hub.edge.found, new]})
    expect(page.get_by_text("New lamp")).to_be_visible()
    page.get_by_role("button", name="Add Smart plug").click()
    expect(page.get_by_text("Smart plug is in your home")).to_be_visible()


def test_a_picture_without_a_code_is_said_to_have_none(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address + "#/add")
    page.get_by_label("Take a picture").set_input_files(
        {"name": "x.png", "mimeType": "image/png", "buffer": b"no picture"}
    )
    expect(page.get_by_text("No code was found in this picture")).to_be_visible()


def test_a_device_of_ones_own_is_told_its_secret_once(hub: FakeHub, open_page: Open, pictures: Path) -> None:
    page = open_page(hub.address + "#/add")
    page.get_by_role("button", name="A device of my own").click()
    page.get_by_role("textbox", name="Its thing model").fill("{}")
    page.get_by_role("textbox", name="Name").fill("Weather station")
    page.get_by_role("button", name="Make credentials").click()
    expect(page.get_by_text("k7Qv2mXr9TzB4nWd")).to_be_visible()
    expect(page.locator("jn-code path")).to_have_count(1)
    page.screenshot(path=pictures / "credentials.png")
    page.get_by_role("button", name="I have noted it").click()
    expect(page.get_by_text("k7Qv2mXr9TzB4nWd")).to_have_count(0)


def test_a_removed_thing_can_be_kept_for_a_while(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address + "#/thing/speaker/about")
    page.get_by_role("button", name="Remove from the home").click()
    expect(page.locator("jn-card")).to_have_count(12)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("jn-card")).to_have_count(13)
    assert asked(hub, "DELETE", "things/speaker") == []


def test_a_thing_gets_another_name_and_its_old_one_back(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address + "#/thing/speaker/about")
    page.get_by_role("textbox", name="In English").fill("Radio")
    page.keyboard.press("Tab")
    expect(page.get_by_role("heading", name="Radio", exact=True)).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="Speaker", exact=True)).to_be_visible()


def test_lines_are_told_in_words_and_follow_the_news(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address + "#/network")
    expect(page.get_by_role("status").get_by_text("Acme cloud does not answer")).to_be_visible()
    expect(page.get_by_text("42 changes wait to be sent")).to_be_visible()
    well = hub.hub.edge.network | {"bridges": [], "lost": [], "slow": [], "things": {"total": 13, "online": 13}}
    well |= {"uplink": {"state": "none", "since_ms": None, "waiting": 0}}
    hub.do(hub.hub.tell, {"type": "network", "network": well})
    expect(page.get_by_text("All is well")).to_be_visible()


def test_notices_wait_for_each_other_and_an_alert_goes_first(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address)
    expect(page.locator("jn-card")).to_have_count(13)
    hub.do(hub.hub.tell, {"type": "notice", "text": names("The washing is done.", "衣服洗好了。"), "severity": "info"})
    hub.do(hub.hub.tell, {"type": "notice", "text": names("Heart rate is high.", "心率偏高。"), "severity": "alert"})
    expect(page.get_by_role("alert")).to_contain_text("Heart rate is high.")
    expect(page.locator("jn-notices .more")).to_have_text("+1")
    page.locator("jn-notices").get_by_role("button", name="Close").click()
    expect(page.locator("jn-notices").get_by_role("status")).to_contain_text("The washing is done.")


@pytest.mark.parametrize("place", ["rules", "scenes", "updates", "network", "add"])
def test_a_hub_with_a_bad_day_is_said_and_asked_again(hub: FakeHub, open_page: Open, place: str) -> None:
    hub.hub.edge.problem = (503, {"code": "database", "message": "The database is away."})
    page = open_page(hub.address + f"#/{place}")
    expect(page.get_by_role("alert").first).to_contain_text("The database is away.")
    hub.hub.edge.problem = None
    page.get_by_role("button", name="Try again").first.click()
    expect(page.get_by_role("alert").get_by_text("The database is away.")).to_have_count(1 if place == "updates" else 0)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_empty_places_say_what_they_are_for(hub: FakeHub, open_page: Open, lang: str) -> None:
    kept = hub.hub.edge
    kept.rules, kept.scenes, kept.rollouts, kept.found, kept.firmware = {}, {}, {}, [], []
    page = open_page(hub.address + "#/rules", lang=lang, size=PHONE)
    words = {
        "rules": ("No rules yet", "还没有规则"), "scenes": ("No scenes yet", "还没有场景"),
        "updates": ("No rollout yet", "还没有批量更新"),
    }  # fmt: skip
    for place, (en, zh) in words.items():
        page.goto(hub.address + f"#/{place}")
        expect(page.get_by_role("heading", name=en if lang == "en" else zh)).to_be_visible()
        assert_fits(page)
        assert_touchable(page)


def test_a_screen_whose_hub_was_renewed_loads_itself_anew(hub: FakeHub, open_page: Open) -> None:
    page = open_page(hub.address)
    expect(page.locator("jn-card")).to_have_count(13)
    # The files of the old screen are not there any more; those of the new one are.
    page.context.route("**/assets/network-*.js", lambda route: route.fulfill(status=404), times=1)
    page.evaluate("() => { location.hash = '#/network'; }")
    expect(page.get_by_role("status").get_by_text("Acme cloud does not answer")).to_be_visible()
    assert page.evaluate("() => sessionStorage.getItem('jinn.anew')") is not None
