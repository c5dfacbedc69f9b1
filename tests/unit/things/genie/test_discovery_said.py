"""What is said after "discover devices"."""

import pytest

from jinn.kernel import JinnError, Names, Refused, Unavailable
from jinn.things.genie import said_of_discovery
from jinn.things.genie.discovering import Discovered

ACME = Names(en="Acme", zh="顶点")


def one(things: int, added: int = 0, removed: int = 0) -> Discovered:
    return Discovered(link="l", things=things, added=added, removed=removed)


@pytest.mark.parametrize(
    ("found", "failed", "english", "chinese"),
    [
        ([], [], "No account of another maker is linked yet.", "还没有绑定其他品牌的账号。"),
        ([one(3, added=1), one(2)], [], "1 new device found, 5 in all.", "找到1个新设备，一共5个。"),
        ([one(1)], [], "Nothing new; 1 device in all.", "没有新设备，一共1个。"),
        (
            [one(2, removed=2)],
            [],
            "Nothing new; 2 devices in all. 2 devices gone.",
            "没有新设备，一共2个。有2个设备已经移除。",
        ),
        ([], [(ACME, Unavailable("x"))], "Acme did not answer.", "顶点没有回答。"),
        ([], [(ACME, Refused("x"))], "Acme has to be linked anew.", "顶点需要重新绑定。"),
    ],
)
def test_it_says_what_is_new_what_is_gone_and_who_was_silent(
    found: list[Discovered], failed: list[tuple[Names, JinnError]], english: str, chinese: str
) -> None:
    assert said_of_discovery(found, failed) == Names(en=english, zh=chinese)
