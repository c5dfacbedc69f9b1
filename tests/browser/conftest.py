"""A Chromium, a fake hub, and pages that watch their own console."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browser.fake_hub import DIST, FakeHub, running
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
PANEL, SMALL, PHONE = (1280, 800), (1024, 600), (390, 844)
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--disable-component-update",
    "--no-first-run", "--disable-quic", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
)  # fmt: skip
PICTURES = Path(__file__).parents[2] / "build" / "pictures"
EXPECTED_NOISE = (
    "WebSocket connection to",
    "Failed to load resource",
    "The Cross-Origin-Opener-Policy header has been",
)
"""What Chromium itself writes when a line is cut, a hub says 401 or there is no https; a page cannot keep it quiet."""

WITHIN_MS = 30_000
"""How long anything may take on a busy machine; only what never comes takes as long."""
expect.set_options(timeout=WITHIN_MS)

Open = Callable[..., Page]


def chromium_path() -> str:
    path = os.environ.get("CHROMIUM") or CHROMIUM
    if not shutil.which(path):
        pytest.fail(f"No Chromium at {path}: apt-get install chromium, or set CHROMIUM to one.")
    return path


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, or the one that CHROMIUM names.

    For one module: while Playwright runs it holds this thread's event loop, and other modules need their own.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def built() -> Path:
    """The built screen."""
    if not (DIST / "index.html").is_file():
        pytest.fail("The screen is not built: python screen/npm.py ci && python screen/npm.py run build")
    return DIST


@pytest.fixture
def hub(built: Path) -> Iterator[FakeHub]:
    """A fake hub; at the end of the test it has heard nothing that the contract does not know."""
    with running(built) as fake:
        yield fake
        assert fake.hub.faults == []


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Open]:
    """Opens pages as a panel would, or blank ones to be prepared first; none may have an error in its console."""
    errors: list[str] = []
    contexts = []

    def open_(
        address: str | None,
        *,
        size: tuple[int, int] = PANEL,
        lang: str = "en",
        theme: str = "light",
        microphone: bool = True,
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            permissions=["microphone", "camera"] if microphone else [],
            has_touch=size == PHONE,
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
        )
        contexts.append(context)
        settings = json.dumps({"lang": lang, "theme": theme, "night": "auto"})
        context.add_init_script(
            f"localStorage.getItem('jinn.settings') || localStorage.setItem('jinn.settings', '{settings}')"
        )
        page = context.new_page()
        page.set_default_timeout(WITHIN_MS)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if said.type in ("error", "warning") else None)
        if address is not None:
            page.goto(address)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert [error for error in errors if not error.startswith(EXPECTED_NOISE)] == []


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where pictures go that a person should look at."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    return PICTURES
