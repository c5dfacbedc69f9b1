"""What each topic is for."""

import pytest

from jinn.things.topics import Address, Use, address_of, device_topic

PRE = "/sys/pk1/dev-1/"
DEV = "pk1&dev-1"


@pytest.mark.parametrize(
    ("topic", "use", "device", "name", "reply"),
    [
        (PRE + "thing/event/property/post", Use.PROPERTY_POST, DEV, "", PRE + "thing/event/property/post_reply"),
        (PRE + "thing/event/property/pack/post", Use.PACK_POST, DEV, "", PRE + "thing/event/property/pack/post_reply"),
        (PRE + "thing/event/hot/post", Use.EVENT_POST, DEV, "hot", PRE + "thing/event/hot/post_reply"),
        (
            PRE + "thing/event/night:hot/post",
            Use.EVENT_POST,
            DEV,
            "night:hot",
            PRE + "thing/event/night:hot/post_reply",
        ),
        (PRE + "thing/service/property/set_reply", Use.SET_REPLY, DEV, "", ""),
        (PRE + "thing/service/blink_reply", Use.SERVICE_REPLY, DEV, "blink", ""),
        (PRE + "rrpc/response/77", Use.RRPC_RESPONSE, DEV, "77", ""),
        ("/ext/rrpc/77/sys/pk1/dev-1/thing/service/blink", Use.RRPC_RESPONSE, DEV, "77", ""),
        ("/ext/rrpc/77/my/own/topic", Use.RRPC_RESPONSE, "", "77", ""),
        ("/shadow/update/pk1/dev-1", Use.SHADOW, DEV, "", "/shadow/get/pk1/dev-1"),
        ("/ext/ntp/pk1/dev-1/request", Use.NTP, DEV, "", "/ext/ntp/pk1/dev-1/response"),
        ("/ota/device/inform/pk1/dev-1", Use.OTA_INFORM, DEV, "", ""),
        ("/ext/session/pk1/dev-1/combine/login", Use.SUB_LOGIN, DEV, "", "/ext/session/pk1/dev-1/combine/login_reply"),
        ("/pk1/dev-1/user/anything/at/all", Use.USER, DEV, "", ""),
    ],
)
def test_a_topic_is_understood(topic: str, use: Use, device: str, name: str, reply: str) -> None:
    assert address_of(topic) == Address(use, device, name, reply)


@pytest.mark.parametrize(
    "topic",
    ["", "/", "/sys", PRE, PRE + "thing/event//post", "/sys/p k/dev/thing/event/property/post",
     "sys/pk1/dev-1/rrpc/response/7",
     PRE + "thing/event/property/post/more", "/sys/" + "p" * 65 + "/d/thing/event/property/post"],
)  # fmt: skip
def test_any_other_topic_is_none_of_ours(topic: str) -> None:
    assert address_of(topic) is None


def test_a_topic_of_a_device_is_made_of_its_two_names() -> None:
    assert device_topic(DEV, "thing/service/property/set") == PRE + "thing/service/property/set"
