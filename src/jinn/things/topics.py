"""Which topics devices publish on, and what each is for: one table."""

import re
from enum import Enum, auto
from functools import lru_cache
from typing import NamedTuple


class Use(Enum):
    """What a device wants with a message."""

    PROPERTY_POST = auto()
    EVENT_POST = auto()
    PACK_POST = auto()
    HISTORY_POST = auto()
    SET_REPLY = auto()
    SERVICE_REPLY = auto()
    RRPC_RESPONSE = auto()
    DESIRED_GET = auto()
    DESIRED_DELETE = auto()
    TAGS_UPDATE = auto()
    TAGS_DELETE = auto()
    CONFIG_GET = auto()
    LOG_POST = auto()
    LOG_WANTED = auto()
    RAW_POST = auto()
    RESET = auto()
    FOUND = auto()
    MODEL_GET = auto()
    SHADOW = auto()
    NTP = auto()
    OTA_INFORM = auto()
    OTA_PROGRESS = auto()
    OTA_GET = auto()
    TOPO_ADD = auto()
    TOPO_DELETE = auto()
    TOPO_GET = auto()
    SUB_REGISTER = auto()
    SUB_UNREGISTER = auto()
    SUB_PRODUCT_REGISTER = auto()
    SUB_LOGIN = auto()
    SUB_LOGOUT = auto()
    SUB_BATCH_LOGIN = auto()
    SUB_BATCH_LOGOUT = auto()
    USER = auto()
    NOTED = auto()
    """Answers to what we pushed, of which nothing follows."""


class Address(NamedTuple):
    """A topic understood.

    Attributes:
        device: `productKey&deviceName` that the topic names; empty when it names none.
        name: of the event, service or RRPC exchange.
        reply: the topic of the answer; empty when there is none.
    """

    use: Use
    device: str
    name: str
    reply: str


_SYS = "/sys/{pk}/{dn}/"

TABLE: tuple[tuple[str, Use, str], ...] = (
    (_SYS + "thing/event/property/post", Use.PROPERTY_POST, "*_reply"),
    (_SYS + "thing/event/property/batch/post", Use.PACK_POST, "*_reply"),
    (_SYS + "thing/event/property/pack/post", Use.PACK_POST, "*_reply"),
    (_SYS + "thing/event/property/history/post", Use.HISTORY_POST, "*_reply"),
    (_SYS + "thing/event/{name}/post", Use.EVENT_POST, "*_reply"),
    (_SYS + "thing/service/property/set_reply", Use.SET_REPLY, ""),
    (_SYS + "thing/service/property/get_reply", Use.SERVICE_REPLY, ""),
    (_SYS + "thing/service/{name}_reply", Use.SERVICE_REPLY, ""),
    (_SYS + "rrpc/response/{name}", Use.RRPC_RESPONSE, ""),
    (_SYS + "thing/property/desired/get", Use.DESIRED_GET, "*_reply"),
    (_SYS + "thing/property/desired/delete", Use.DESIRED_DELETE, "*_reply"),
    (_SYS + "thing/deviceinfo/update", Use.TAGS_UPDATE, "*_reply"),
    (_SYS + "thing/deviceinfo/delete", Use.TAGS_DELETE, "*_reply"),
    (_SYS + "thing/config/get", Use.CONFIG_GET, "*_reply"),
    (_SYS + "thing/config/log/get", Use.LOG_WANTED, "*_reply"),
    (_SYS + "thing/config/push_reply", Use.NOTED, ""),
    (_SYS + "thing/config/log/push_reply", Use.NOTED, ""),
    (_SYS + "thing/log/post", Use.LOG_POST, "*_reply"),
    (_SYS + "thing/dsltemplate/get", Use.MODEL_GET, "*_reply"),
    (_SYS + "thing/dynamicTsl/get", Use.MODEL_GET, "*_reply"),
    (_SYS + "thing/topo/add", Use.TOPO_ADD, "*_reply"),
    (_SYS + "thing/topo/delete", Use.TOPO_DELETE, "*_reply"),
    (_SYS + "thing/topo/get", Use.TOPO_GET, "*_reply"),
    (_SYS + "thing/topo/add/notify_reply", Use.NOTED, ""),
    (_SYS + "thing/topo/change_reply", Use.NOTED, ""),
    (_SYS + "thing/sub/register", Use.SUB_REGISTER, "*_reply"),
    (_SYS + "thing/sub/unregister", Use.SUB_UNREGISTER, "*_reply"),
    (_SYS + "thing/proxy/provisioning/product_register", Use.SUB_PRODUCT_REGISTER, "*_reply"),
    (_SYS + "thing/list/found", Use.FOUND, "*_reply"),
    (_SYS + "thing/gateway/permit_reply", Use.NOTED, ""),
    (_SYS + "thing/reset", Use.RESET, "*_reply"),
    (_SYS + "thing/model/up_raw", Use.RAW_POST, "*_reply"),
    (_SYS + "thing/ota/firmware/get", Use.OTA_GET, "*_reply"),
    (_SYS + "thing/enable_reply", Use.NOTED, ""),
    (_SYS + "thing/disable_reply", Use.NOTED, ""),
    (_SYS + "thing/delete_reply", Use.NOTED, ""),
    (_SYS + "thing/model/down_raw_reply", Use.NOTED, ""),
    ("/ext/session/{pk}/{dn}/combine/login", Use.SUB_LOGIN, "*_reply"),
    ("/ext/session/{pk}/{dn}/combine/logout", Use.SUB_LOGOUT, "*_reply"),
    ("/ext/session/{pk}/{dn}/combine/batch_login", Use.SUB_BATCH_LOGIN, "*_reply"),
    ("/ext/session/{pk}/{dn}/combine/batch_logout", Use.SUB_BATCH_LOGOUT, "*_reply"),
    ("/ext/ntp/{pk}/{dn}/request", Use.NTP, "/ext/ntp/{pk}/{dn}/response"),
    ("/ext/rrpc/{name}/sys/{pk}/{dn}/{rest}", Use.RRPC_RESPONSE, ""),
    ("/ext/rrpc/{name}/{rest}", Use.RRPC_RESPONSE, ""),
    ("/shadow/update/{pk}/{dn}", Use.SHADOW, "/shadow/get/{pk}/{dn}"),
    ("/ota/device/inform/{pk}/{dn}", Use.OTA_INFORM, ""),
    ("/ota/device/progress/{pk}/{dn}", Use.OTA_PROGRESS, ""),
    ("/ota/device/request/{pk}/{dn}", Use.OTA_GET, ""),
    ("/{pk}/{dn}/user/{rest}", Use.USER, ""),
)
"""Pattern, use, topic of the answer (`*` is the topic itself). The first that fits counts, the busiest comes first."""

_PARTS = {
    "{pk}": r"(?P<pk>[A-Za-z0-9_-]{1,64})",
    "{dn}": r"(?P<dn>[A-Za-z0-9_.:@-]{1,64})",
    "{name}": r"(?P<name>[A-Za-z0-9_:-]{1,130}?)",
    "{rest}": r"(?P<rest>.{1,512})",
}

_KNOWN = 16_384
"""Topics remembered: two or three for each of some thousand devices; one more costs some 20 µs of matching."""


def _compiled(pattern: str) -> re.Pattern[str]:
    pieces = re.split(r"(\{\w+\})", pattern)
    return re.compile("".join(_PARTS.get(piece) or re.escape(piece) for piece in pieces))


_COMPILED = tuple((_compiled(pattern), use, reply) for pattern, use, reply in TABLE)


@lru_cache(maxsize=_KNOWN)
def address_of(topic: str) -> Address | None:
    """What a topic is for; None when it is none of ours."""
    for pattern, use, reply in _COMPILED:
        match = pattern.fullmatch(topic)
        if match is None:
            continue
        found = match.groupdict()
        key, name = found.get("pk"), found.get("dn")
        device = f"{key}&{name}" if key is not None else ""
        answer = reply.replace("*", topic).replace("{pk}", key or "").replace("{dn}", name or "")
        return Address(use, device, found.get("name") or "", answer)
    return None


def device_topic(device: str, rest: str) -> str:
    """`/sys/{pk}/{dn}/rest` of `productKey&deviceName`."""
    key, _, name = device.partition("&")
    return f"/sys/{key}/{name}/{rest}"
