"""Which topics a device may use."""

import pytest

from jinn.things.door.allowing import AllowLists

OWN = "pk/dn"
PATTERNS = ("/sys/pk/dn/#", "/ext/ntp/pk/dn/request", "/broadcast/pk/#", "/ext/rrpc/#")


def permits(topic: str, own: str = OWN, patterns: tuple[str, ...] = PATTERNS) -> bool:
    return AllowLists().of(patterns, own).permits(topic, own)


@pytest.mark.parametrize(
    "topic",
    [
        "/sys/pk/dn/thing/event/property/post",
        "/sys/pk/dn",
        "/sys/pk/dn/#",
        "/sys/pk/dn/thing/+/x",
        "/ext/ntp/pk/dn/request",
        "/broadcast/pk/dn/x",
        "/broadcast/pk/all",
        "/ext/rrpc/7//sys/pk/dn/x",
    ],
)
def test_its_own_topics_are_allowed(topic: str) -> None:
    assert permits(topic)


@pytest.mark.parametrize(
    "topic",
    [
        "/sys/pk/other/thing/event/property/post",
        "/sys/pk/dnx/thing",
        "/sys/xpk/dn/thing",
        "/ext/ntp/pk/dn/requests",
        "/ext/ntp/pk/dn/request/x",
        "/broadcast/other/x",
        "#",
        "+/sys",
        "/sys/#",
        "/sys/+/dn/x",
        "/sys/pk/+/x",
        "",
    ],
)
def test_what_no_pattern_names_is_not(topic: str) -> None:
    assert not permits(topic)


def test_nothing_is_allowed_without_a_pattern() -> None:
    assert not permits("/sys/pk/dn/x", patterns=())


def test_devices_with_like_patterns_share_one_list() -> None:
    lists = AllowLists()
    first = lists.of(("/sys/pk/a/#",), "pk/a")
    assert lists.of(("/sys/pk/b/#",), "pk/b") is first
    assert first.permits("/sys/pk/b/x", "pk/b")
    assert not first.permits("/sys/pk/b/x", "pk/a")


def test_one_devices_verdict_is_not_anothers() -> None:
    lists = AllowLists()
    shared = lists.of(("/broadcast/pk/#",), "pk/a")
    assert shared.permits("/broadcast/pk/a/x", "pk/a")
    assert not shared.permits("/broadcast/qk/a/x", "qk/a")


def test_the_memory_of_verdicts_is_bounded() -> None:
    shared = AllowLists().of(PATTERNS, OWN)
    assert all(shared.permits(f"/sys/pk/dn/{index}", OWN) for index in range(5_000))
    assert not shared.permits("/sys/pk/other/1", OWN)
