"""What tests measure of a page's looks: nothing sideways, nothing too small to touch, nothing laid over another."""

import time
from collections.abc import Callable
from typing import Any

from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Page

# Lit parts are shadow trees, so a plain querySelectorAll would see none of it.
ALL = """() => {
  const inside = (e) => [e, ...(e.shadowRoot ? all(e.shadowRoot) : [])];
  const all = (root) => [...root.querySelectorAll('*')].flatMap(inside);
  const rect = (e) => e.getBoundingClientRect();
  const box = (e) => [rect(e).left, rect(e).top, rect(e).right, rect(e).bottom].map(Math.round);
  const shown = (e) => e.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && rect(e).width > 1;
  const name = (e) => e.getAttribute('aria-label') || e.textContent.trim().slice(0, 40) || e.tagName;
  const part = (e) => ({ tag: e.tagName.toLowerCase(), name: name(e), box: box(e) });
  const elements = all(document).filter(shown);
  return {
    wide: elements.filter((e) => e.scrollWidth > e.clientWidth + 1 && e.getAttribute('role') !== 'tablist'
      && ['auto', 'scroll'].includes(getComputedStyle(e).overflowX)).map(part),
    page: [document.documentElement.scrollWidth, innerWidth],
    targets: elements.filter((e) => e.matches('button, input, [role=slider]')).map(part),
    cut: elements.filter((e) => e.matches('.state') && e.scrollWidth > e.clientWidth).map(part),
  };
}"""


def until(page: Page, is_so: Callable[[], bool], *, within_s: float = 30) -> None:
    """Wait for something that the hub hears, while the page goes on."""
    ends_s = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < ends_s
        page.wait_for_timeout(10)


def look(page: Page) -> dict[str, Any]:
    """What is on the page now, measured."""
    seen: dict[str, Any] = page.evaluate(ALL)
    return seen


def assert_fits(page: Page) -> None:
    """Nothing scrolls sideways (but the row of tabs on a phone) and no state is cut short."""
    seen = look(page)
    assert seen["wide"] == []
    assert seen["page"][0] <= seen["page"][1]
    assert seen["cut"] == []


def assert_touchable(page: Page, *, least_px: int = 48) -> None:
    """Every control is as large as a finger."""
    small = [
        (each["name"], each["box"])
        for each in look(page)["targets"]
        if each["box"][2] - each["box"][0] < least_px or each["box"][3] - each["box"][1] < least_px
    ]
    assert small == []


def assert_accessible(page: Page) -> None:
    """axe-core finds nothing serious."""
    found = Axe().run(page)
    serious = [
        (fault["id"], [node["html"][:160] for node in fault["nodes"]])
        for fault in found["violations"]
        if fault["impact"] in ("serious", "critical")
    ]
    assert serious == []
