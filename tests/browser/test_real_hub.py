"""Every flow as a person walks it, on a whole hub with its demo home and a scripted world around it."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from browser.codes import film, photograph, png, table
from browser.conftest import FLAGS, PANEL, PHONE, Open, chromium_path
from browser.looking import assert_fits, assert_touchable
from browser.messages import Messages, messages
from browser.real_hub import PANEL_NAME, RealHub, running
from over_the_air import program
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

pytestmark = pytest.mark.browser

MATTER_CODE = "MT:-24J042C00KA0648G00"
"""The code of the standard's own example; typed it is 3497-011-2332."""
SIZES = {"en": PANEL, "zh": PHONE}
EACH = pytest.mark.parametrize("lang", SIZES)
"""Each flow once in English on the panel and once in Mandarin on a phone."""
FILM_SIZE = (640, 480)


@pytest.fixture(scope="module")
def home(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealHub]:
    with running(tmp_path_factory.mktemp("home")) as hub:
        yield hub


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One whose camera sees a table first, and then a setup code that somebody lays on it askew."""
    filmed = tmp_path_factory.mktemp("film") / "code.y4m"
    code = photograph(MATTER_CODE, size=FILM_SIZE, side=230, turned=12)
    filmed.write_bytes(film([*[table(FILM_SIZE)] * 5, *[code] * 20]))
    seeing = (f"--use-file-for-fake-video-capture={filmed}", f"--host-resolver-rules=MAP {PANEL_NAME} 127.0.0.1")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=[*FLAGS, *seeing])
        yield browser
        browser.close()


class Visit:
    """A page of this home, and the screen's own words in its language."""

    def __init__(self, page: Page, home: RealHub, said: Messages) -> None:
        self.page, self.home, self.said = page, home, said

    def go(self, place: str) -> None:
        self.page.goto(f"{self.home.address}#/{place}")

    def press(self, key: str, **values: object) -> None:
        self.page.get_by_role("button", name=self.said(key, **values), exact=True).last.click()

    def choose(self, key: str, answer: str) -> None:
        """One answer of the sheet that the last button of that label opens."""
        self.page.get_by_role("button", name=self.said(key)).last.click()
        self.page.get_by_role("dialog").get_by_role("option", name=answer).first.click()

    def fill(self, key: str, text: str) -> None:
        field = self.page.get_by_role("textbox", name=self.said(key)).first
        field.fill(text)
        field.press("Tab")

    def sees(self, key: str, **values: object) -> None:
        expect(self.page.get_by_text(self.said(key, **values)).first).to_be_visible(timeout=20_000)

    def fits(self) -> None:
        assert_fits(self.page)
        assert_touchable(self.page)


@pytest.fixture
def visit(home: RealHub, open_page: Open, lang: str) -> Visit:
    page = open_page(home.address, lang=lang, size=SIZES[lang])
    return Visit(page, home, messages(lang))


@pytest.fixture
def lang() -> str:
    return "en"


def thing_called(home: RealHub, lang: str, name: str) -> str:
    (found,) = [thing["id"] for thing in home.get("/api/things") if thing["names"][lang] == name]
    return str(found)


# ── adding a thing ──


@EACH
def test_a_lamp_that_announced_itself_is_added_named_placed_and_removed(visit: Visit, lang: str) -> None:
    page, home = visit.page, visit.home
    name = {"en": "Reading lamp", "zh": "阅读灯"}[lang]
    with home.desk_lamp():
        visit.go("add")
        visit.press("found.add_named", name="Desk lamp")
        visit.sees("join.done", name="Desk lamp")
        visit.fill("join.name", name)
        visit.sees("join.done", name=name)
        visit.choose("about.room", {"en": "Bedroom", "zh": "卧室"}[lang])
        visit.fits()
        visit.press("join.show")
        expect(page.get_by_role("heading", name=name)).to_be_visible()
        page.get_by_role("radio", name=visit.said("value.on"), exact=True).click()
        expect(page.locator(".now.lit")).to_be_visible()
        lamp = thing_called(home, lang, name)
        assert home.get(f"/api/things/{lamp}")["area"] == "bedroom"
        visit.go(f"thing/{lamp}/about")
        visit.press("about.remove")
        expect(page.get_by_role("article", name=name)).to_have_count(0)
        visit.press("undo.undo")
        expect(page.get_by_role("article", name=name)).to_be_visible()
        visit.go(f"thing/{lamp}/about")
        visit.press("about.remove")
        # Whoever closes the page has not taken it back.
        page.goto(home.address + "icon.svg")
        home.until(lambda: lamp not in {thing["id"] for thing in home.get("/api/things")})


@EACH
def test_a_typed_code_with_a_wrong_digit_is_told_and_the_right_one_joins(visit: Visit, lang: str) -> None:
    page, home = visit.page, visit.home
    visit.go("add")
    page.get_by_role("textbox", name=visit.said("code.field")).fill("3497-011-2331")
    page.keyboard.press("Enter")
    visit.sees("problem.bad-setup-code")
    visit.fits()
    visit.press("join.again")
    page.get_by_role("textbox", name=visit.said("code.field")).fill("3497-011-2332")
    page.keyboard.press("Enter")
    expect(page.locator("jn-add .end h2[role=status]")).to_be_visible()
    visit.press("join.another")
    visit.sees("code.where")
    home.remove_matter_things()


@EACH
def test_the_camera_reads_a_code_as_soon_as_it_is_shown_one(visit: Visit, lang: str) -> None:
    page, home = visit.page, visit.home
    visit.go("add")
    visit.press("code.camera")
    expect(page.locator("jn-add .end h2[role=status]")).to_be_visible()
    assert ("commission_with_code", MATTER_CODE) in [
        (command, arguments.get("code")) for command, arguments in home.world.matter.asked
    ]
    home.remove_matter_things()


def test_a_photograph_of_a_code_is_read_even_when_the_browsers_own_reader_fails(visit: Visit) -> None:
    page = visit.page
    # As on a phone whose reading service is being renewed.
    page.add_init_script(
        """globalThis.BarcodeDetector = class { static async getSupportedFormats() { return ['qr_code']; }
             async detect() { throw new DOMException('service unavailable', 'NotSupportedError'); } }"""
    )
    page.reload()
    visit.go("add")
    small = photograph(MATTER_CODE, size=(1600, 1200), side=150, turned=25)
    photo = {"name": "code.png", "mimeType": "image/png", "buffer": png(small)}
    page.get_by_label(visit.said("code.photo")).set_input_files([photo])
    expect(page.locator("jn-add .end h2[role=status]")).to_be_visible()
    visit.home.remove_matter_things()


# ── pairing ──


@EACH
def test_a_stranger_is_let_in_by_the_code_of_another_screen(visit: Visit, open_page: Open, lang: str) -> None:
    home, said = visit.home, visit.said
    stranger = open_page(home.stranger_address, lang=lang, size=SIZES[lang])
    expect(stranger.get_by_text(said("pairing.how"))).to_be_visible()
    stranger.keyboard.type("000000")
    expect(stranger.get_by_role("status")).to_have_text(said("pairing.wrong"))
    visit.go("settings")
    visit.press("settings.invite_start")
    code = visit.page.locator(".code").inner_text().strip()
    stranger.keyboard.type(code.replace(" ", ""))
    expect(stranger.locator("jn-card").first).to_be_visible()
    # It reached the hub by a name and without https, so that browsers give it no camera.
    stranger.goto(f"{home.stranger_address}#/add")
    stranger.get_by_role("button", name=said("code.camera")).click()
    expect(stranger.get_by_text(said("code.insecure"))).to_be_visible()
    assert_fits(stranger)


# ── a vendor's cloud ──


def allow_at_the_vendors(route: Route) -> None:
    """The vendor's own page: it asks its customer, and sends the browser back."""
    asked = parse_qs(urlsplit(route.request.url).query)
    back = urlencode({"code": "good-code", "state": asked["state"][0]})
    route.fulfill(
        content_type="text/html", body=f'<title>Acme</title><a href="{asked["redirect_uri"][0]}?{back}">Allow</a>'
    )


@EACH
def test_a_vendors_cloud_is_linked_looked_through_and_unlinked(visit: Visit, lang: str) -> None:
    page, home, vendor = visit.page, visit.home, visit.home.world.vendor
    acme = {"en": "Acme", "zh": "顶点"}[lang]
    page.context.route(f"{vendor.url}/authorize*", allow_at_the_vendors)
    visit.go("add")
    page.get_by_role("button", name=visit.said("clouds.title")).click()
    visit.fits()
    visit.press("clouds.link_named", name=acme)
    page.get_by_role("link", name="Allow").click()
    page.get_by_role("link", name="Back to the screen").click()
    visit.sees("clouds.linked", count=1)
    vendor.devices.append({**vendor.devices[0], "deviceId": "lamp-8", "deviceName": "落地灯"})
    vendor.states["lamp-8"] = {"powerstate": "off"}
    visit.press("clouds.discover")
    visit.sees("clouds.linked", count=2)
    visit.fits()
    lamp = next(thing for thing in home.get("/api/things") if "落地灯" in thing["names"]["zh"])
    visit.go(f"thing/{lamp['id']}")
    page.get_by_role("radio", name=visit.said("value.on"), exact=True).click()
    expect(page.locator(".now.lit")).to_be_visible()
    assert vendor.states["lamp-8"]["powerstate"] == "on"
    visit.go("add/clouds")
    visit.press("clouds.unlink")
    visit.sees("clouds.none")
    del vendor.devices[1:]


# ── names and rooms ──


@EACH
def test_a_thing_gets_a_name_and_a_room_and_both_are_taken_back(visit: Visit, lang: str) -> None:
    page = visit.page
    old, new = {"en": ("Speaker", "Radio"), "zh": ("音箱", "收音机")}[lang]
    visit.go("thing/speaker/about")
    visit.fill(f"about_name.{lang}", new)
    expect(page.get_by_role("heading", name=new, exact=True)).to_be_visible()
    visit.press("undo.undo")
    expect(page.get_by_role("heading", name=old, exact=True)).to_be_visible()
    kitchen = {"en": "Kitchen", "zh": "厨房"}[lang]
    page.get_by_role("button", name=f"{visit.said('about.room')}:").click()
    page.get_by_role("option", name=kitchen).click()
    expect(page.get_by_role("button", name=f"{visit.said('about.room')}: {kitchen}")).to_be_visible()
    visit.press("undo.undo")
    expect(page.get_by_role("button", name=f"{visit.said('about.room')}: {kitchen}")).to_have_count(0)


# ── rules and scenes ──


def pick(page: Page, label: str, answer: str) -> None:
    page.get_by_role("button", name=label).last.click()
    page.get_by_role("option", name=answer, exact=True).click()


@EACH
def test_a_rule_is_written_tried_kept_runs_says_why_and_goes(visit: Visit, lang: str) -> None:
    page, said = visit.page, visit.said
    television, lamp, power, name = {
        "en": ("Television", "Hall light", "Power", "Welcome"), "zh": ("电视", "门厅灯", "开关", "欢迎"),
    }[lang]  # fmt: skip
    visit.home.set("television", on=0)
    visit.home.set("hall_light", on=0)
    visit.go("new-rule")
    visit.choose("part_add.triggers", said("part_kind.triggers_property"))
    visit.choose("rule.thing", television)
    visit.choose("rule.property", power)
    visit.choose("part_add.actions", said("part_kind.actions_set"))
    visit.choose("rule.thing", lamp)
    pick(page, f"{power}: ", said("value.on"))
    visit.fill("rule.name", name)
    visit.fits()
    visit.press("rehearsal.start")
    expect(page.locator("jn-rule jn-runs, jn-rule .quiet").first).to_be_visible()
    visit.press("rule.save")
    rule = page.get_by_role("article", name=name)
    visit.sees("undo.saved", name=name)

    visit.go("")
    page.get_by_role("article", name=television).get_by_role("switch").click()
    expect(page.get_by_role("article", name=lamp).get_by_role("switch")).to_have_attribute("aria-checked", "true")
    visit.go("rules")
    expect(rule.locator(".why")).to_contain_text(":")
    rule.get_by_role("button").click()
    because = page.locator("jn-runs .what").first
    expect(because).to_contain_text({"en": "television", "zh": "电视"}[lang])
    visit.fits()
    visit.press("rehearsal.start")
    # How often depends on what history has kept by now; that it counts truly is a law of its own.
    expect(page.locator("jn-rule jn-runs, jn-rule .quiet").first).to_be_visible()

    # Another one that wants the opposite at the same moment.
    visit.go("new-rule")
    visit.choose("part_add.triggers", said("part_kind.triggers_property"))
    visit.choose("rule.thing", television)
    visit.choose("rule.property", power)
    visit.choose("part_add.actions", said("part_kind.actions_set"))
    visit.choose("rule.thing", lamp)
    pick(page, f"{power}: ", said("value.off"))
    expect(page.locator(".finding")).to_be_visible()
    expect(page.locator(".finding").get_by_role("button", name=name)).to_be_visible()
    visit.fits()

    visit.go("rules")
    rule.get_by_role("switch").click()
    expect(rule.locator(".why")).to_have_text(said("rule.off"))
    rule.get_by_role("button").click()
    visit.press("rule.delete")
    visit.sees("undo.deleted", name=name)
    visit.press("undo.undo")
    expect(rule).to_be_visible()
    rule.get_by_role("button").click()
    visit.press("rule.delete")
    visit.sees("undo.deleted", name=name)
    expect(rule).to_have_count(0)
    visit.go("")
    for each in (television, lamp):
        page.get_by_role("article", name=each).get_by_role("switch").click()
        expect(page.get_by_role("article", name=each).get_by_role("switch")).to_have_attribute("aria-checked", "false")


@EACH
def test_a_scene_is_made_of_things_as_they_are_run_taken_back_and_deleted(visit: Visit, lang: str) -> None:
    page = visit.page
    lamp, name = {"en": ("Hall light", "Evening"), "zh": ("门厅灯", "傍晚")}[lang]
    visit.home.set("hall_light", on=0)
    visit.go("new-scene")
    visit.choose("scene.add", lamp)
    page.get_by_role("textbox", name=visit.said("scene.name")).fill(name)
    visit.fits()
    visit.press("rule.save")
    expect(page.get_by_role("article", name=name)).to_be_visible()
    visit.go("")
    power = page.get_by_role("article", name=lamp).get_by_role("switch")
    power.click()
    expect(power).to_have_attribute("aria-checked", "true")
    visit.go("scenes")
    page.get_by_role("article", name=name).get_by_role("button").first.click()
    visit.sees("scenes.done", name=name)
    visit.press("undo.undo")
    visit.go("")
    expect(power).to_have_attribute("aria-checked", "true")
    power.click()
    expect(power).to_have_attribute("aria-checked", "false")
    visit.go("scenes")
    visit.press("scenes.edit", name=name)
    visit.press("scene.delete")
    visit.sees("undo.deleted", name=name)
    visit.press("undo.undo")
    expect(page.get_by_role("article", name=name)).to_be_visible()
    visit.press("scenes.edit", name=name)
    visit.press("scene.delete")
    expect(page.get_by_role("article", name=name)).to_have_count(0)


# ── looking closer ──


@EACH
def test_the_past_of_a_thing_is_drawn_from_an_hour_to_a_year(visit: Visit, lang: str) -> None:
    page = visit.page
    visit.go("thing/kitchen_fridge/history")
    for period in ("hour", "day", "week", "month", "year"):
        page.get_by_role("radio", name=visit.said(f"period.{period}"), exact=True).click()
        expect(page.locator("jn-chart path.line, jn-chart circle.dot").first).to_be_attached()
        visit.fits()
    chart = page.get_by_role("slider")
    chart.focus()
    page.keyboard.press("End")
    expect(chart).to_have_attribute("aria-valuetext", re.compile("."))
    visit.press("chart.before")
    visit.sees("chart.empty")


@EACH
def test_a_cut_way_up_is_told_and_what_happens_meanwhile_waits(visit: Visit, lang: str) -> None:
    page, home = visit.page, visit.home
    visit.go("network")
    visit.sees("network.uplink_up")
    home.cut_the_way_up()
    visit.sees("network.bad_uplink")
    home.set("speaker", volume=33)
    home.set("speaker", volume=40)
    visit.fits()
    home.mend_the_way_up()
    visit.sees("network.uplink_up")
    expect(page.get_by_text(visit.said("network.bad_uplink"))).to_have_count(0)


def test_a_rollout_is_begun_watched_and_finished(visit: Visit, open_page: Open, tmp_path: Path) -> None:
    page, home = visit.page, visit.home
    package = program(tmp_path, home.process.data, "1.1.0", 2)
    visit.go("updates")
    visit.sees("rollout.empty")
    home.process.client.add_firmware(package.blob, package.content)
    visit.go("settings")
    visit.go("updates")
    page.get_by_role("radio", name="100 %").first.click()
    visit.press("rollout.start")
    expect(page.locator(".head .state.running, .head .state.done").first).to_be_visible()
    visit.fits()
    expect(page.locator(".head .state.done")).to_be_visible(timeout=60_000)
    visit.sees("rollout_count.confirmed", count=1)
    visit.go("thing/kitchen_fridge/about")
    expect(page.locator(".version")).to_have_text("1.1.0")
    other = open_page(f"{home.address}#/updates", lang="zh", size=PHONE)
    expect(other.get_by_text(messages("zh")("rollout_state.done"))).to_be_visible()
    assert_fits(other)


@EACH
def test_a_hub_that_falls_silent_is_missed_and_found_again(visit: Visit, lang: str) -> None:
    page, home = visit.page, visit.home
    switch = page.get_by_role("article", name={"en": "Hall light", "zh": "门厅灯"}[lang]).get_by_role("switch")
    expect(switch).to_be_visible()
    home.fall_silent()
    alert = page.get_by_role("alert").filter(has_text=visit.said("lost.sentence", ago="")[:6])
    expect(alert).to_be_visible()
    expect(switch).to_be_disabled()
    visit.fits()
    home.wake_up()
    expect(alert).to_have_count(0)
    before = switch.get_attribute("aria-checked")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "false" if before == "true" else "true")
