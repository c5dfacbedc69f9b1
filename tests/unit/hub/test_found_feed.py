"""Open screens are told what was discovered, when it changes and only then."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import anyio
import msgspec
import pytest
from browser.wire import checked

from jinn.hub.found_feed import FoundFeed
from jinn.hub.screen_wire import Change
from jinn.kernel import Names
from jinn.things import Found

pytestmark = pytest.mark.anyio

LAMP = Found(id="lamp", via="homeassistant", names=Names(en="Desk lamp", zh="台灯"), kind="light", seen_ms=1)


class WrittenScreens:
    """Screens that write down what they are told."""

    def __init__(self) -> None:
        self.is_watched = True
        self.told: list[list[str]] = []

    def tell(self, change: Callable[[int], Change]) -> None:
        news = checked("EdgeDown", msgspec.json.decode(msgspec.json.encode(change(len(self.told)))), contract="edge")
        self.told.append([found["id"] for found in news["found"]])


class Home:
    """What is found in it, and how often somebody has looked."""

    def __init__(self) -> None:
        self.found: list[Found] = []
        self.looks = 0

    def look(self) -> Sequence[Found]:
        self.looks += 1
        return self.found

    async def looked_again(self) -> None:
        before = self.looks
        with anyio.fail_after(30):
            while self.looks < before + 2:  # noqa: ASYNC110 - a look tells no event
                await anyio.sleep(0.001)


async def test_an_open_screen_is_told_of_what_comes_and_goes() -> None:
    screens, home = WrittenScreens(), Home()
    feed = FoundFeed(screens=screens, found=home.look, look_every_s=0.001)
    async with anyio.create_task_group() as tasks:
        await tasks.start(lambda *, task_status: feed.run(task_status=task_status))
        await home.looked_again()
        home.found = [LAMP]
        await home.looked_again()
        home.found = [replace(LAMP, seen_ms=2)]
        await home.looked_again()
        home.found = []
        await home.looked_again()
        tasks.cancel_scope.cancel()
    assert screens.told == [[], ["lamp"], []]


async def test_whoever_opens_a_screen_again_is_told_anew() -> None:
    screens, home = WrittenScreens(), Home()
    home.found = [LAMP]
    feed = FoundFeed(screens=screens, found=home.look, look_every_s=0.001)
    async with anyio.create_task_group() as tasks:
        await tasks.start(lambda *, task_status: feed.run(task_status=task_status))
        await home.looked_again()
        screens.is_watched = False
        looks = -1
        with anyio.fail_after(30):
            while looks != home.looks:
                looks = home.looks
                await anyio.sleep(0.05)
        screens.is_watched = True
        await home.looked_again()
        tasks.cancel_scope.cancel()
    assert screens.told == [["lamp"], ["lamp"]]
