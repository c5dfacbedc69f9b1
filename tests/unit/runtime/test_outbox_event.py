"""An event's statement carries it in the order in which it was made."""

import pytest

from jinn.kernel import ManualClock
from jinn.runtime import event


def test_events_of_one_millisecond_keep_their_order() -> None:
    clock = ManualClock()
    ids = [str(event("ev.things.registry", b"{}", clock).values["id"]) for _ in range(1_000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 1_000


def test_later_events_sort_after_earlier_ones() -> None:
    clock = ManualClock()
    earlier = str(event("ev.things.registry", b"{}", clock).values["id"])
    clock.advance(3600)
    assert earlier < str(event("ev.things.registry", b"{}", clock).values["id"])


@pytest.mark.parametrize("subject", ["things.registry", "ev", "ev.", "ev.a b", "ev.things.>", "ev.*.registry"])
def test_only_one_subject_of_events_is_taken(subject: str) -> None:
    with pytest.raises(AssertionError):
        event(subject, b"{}", ManualClock())
