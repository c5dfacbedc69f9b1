"""What a started hub holds is looked through for garbage no more."""

import gc
from collections.abc import Iterator

import pytest

from jinn.runtime import settle_heap


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    threshold = gc.get_threshold()
    yield
    gc.set_threshold(*threshold)
    gc.unfreeze()


def test_what_is_here_is_looked_through_no_more_and_what_comes_still_is() -> None:
    home = [{"rule": number} for number in range(1_000)]
    settle_heap()
    assert gc.get_freeze_count() > len(home)
    assert not any(one is home for one in gc.get_objects())
    later: list[object] = []
    later.append(later)
    assert any(one is later for one in gc.get_objects())
    assert gc.isenabled()
