"""How heavy is the screen: its size on the line, its first paint, and its memory over tens of thousands of reports."""

import argparse
import gzip
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from browser.fake_hub import DIST, FakeHub, running
from measuring import line, median
from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-quic")
WARM_REPORTS = 2_000
"""By then every part has been drawn once and code is compiled; what grows after this grows for ever."""
LOOK_EVERY = 5_000
PAINTS = 5


def opened(browser: Browser, hub: FakeHub) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(hub.address)
    page.locator("jn-card").nth(12).wait_for()
    return page


def first_paint_ms(browser: Browser, hub: FakeHub) -> float:
    page = opened(browser, hub)
    painted = float(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
    page.close()
    return painted


def report(page: Page, hub: FakeHub, count: int) -> None:
    """Reports of one thing and runs of one rule, as a busy home sends them, and a look at what they are about."""
    for number in range(count):
        hub.do(hub.hub.report, "speaker", {"volume": number % 100})
        if number % 1_000 == 0:
            for place in ("thing/speaker/history", "rules", "network", ""):
                page.evaluate(f"() => {{ location.hash = '#/{place}' }}")
                page.wait_for_timeout(50)


def heap_mb(page: Page) -> float:
    """After everything that can be let go has been let go."""
    line_ = page.context.new_cdp_session(page)
    line_.send("HeapProfiler.collectGarbage")
    used = float(line_.send("Runtime.getHeapUsage")["usedSize"])
    line_.detach()
    return used / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=30_000)
    options = parser.parse_args()
    scripts = sum(len(gzip.compress(path.read_bytes())) for path in DIST.rglob("*.js"))
    line("screen-size", scripts / 1000, "kB gzipped", at_most=250)
    with running() as hub, sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        paints = [first_paint_ms(browser, hub) for _ in range(PAINTS)]
        line("screen-first-paint", median(paints) / 1000, "s", at_most=1, worst=round(max(paints) / 1000, 3),
             load=round(os.getloadavg()[0], 1))  # fmt: skip
        page = opened(browser, hub)
        report(page, hub, WARM_REPORTS)
        heaps = [heap_mb(page)]
        for _ in range(options.reports // LOOK_EVERY):
            report(page, hub, LOOK_EVERY)
            heaps.append(heap_mb(page))
        line("screen-memory-growth", (heaps[-1] / heaps[0] - 1) * 100, "%", at_most=10, reports=options.reports,
             heaps_mb=[round(heap, 2) for heap in heaps])  # fmt: skip
        browser.close()


if __name__ == "__main__":
    main()
