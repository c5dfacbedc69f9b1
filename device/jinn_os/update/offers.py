"""What does a hub say of an update, and what is said back? The OTA messages of Alink, pure."""

import json

GENERAL, DOWNLOAD, VERIFY, BURN = -1, -2, -3, -4
"""The steps that mean failure."""

VERIFYING, INSTALLING = 90, 95
"""From these steps on the download is over; the slot is complete."""


class Topics:
    """Of one device."""

    def __init__(self, product_key, device_name):
        self.inform = f"/ota/device/inform/{product_key}/{device_name}"
        self.progress = f"/ota/device/progress/{product_key}/{device_name}"
        self.upgrade = f"/ota/device/upgrade/{product_key}/{device_name}"
        self.get = f"/sys/{product_key}/{device_name}/thing/ota/firmware/get"
        self.get_reply = self.get + "_reply"


class Offer:
    """An update that is offered: where its package is, and where the signed manifest that says what it is.

    `version` and `sign` (the package's hash) are what the hub says; only the manifest is believed.
    """

    def __init__(self, url, manifest_url, manifest_bytes, version, sign):
        self.url = url
        self.manifest_url = manifest_url
        self.manifest_bytes = manifest_bytes
        self.version = version
        self.sign = sign

    def is_same(self, other):
        """Whether both are about one package; the addresses are fresh each time."""
        return (self.version, self.sign) == (other.version, other.sign)


def read_offer(payload):
    """The offer in a push or in the answer to our asking; None when there is none in it."""
    try:
        message = json.loads(payload)
    except (ValueError, RuntimeError, MemoryError):  # nested deeper than the stack or the heap allows
        return None
    data = message.get("data") if isinstance(message, dict) else None
    if not isinstance(data, dict) or not isinstance(data.get("url"), str):
        return None
    more = data.get("extData")
    if not isinstance(more, dict):
        more = {}
    url, size = more.get("manifestUrl"), more.get("manifestBytes")
    return Offer(
        data["url"],
        url if isinstance(url, str) else "",
        size if type(size) is int and size > 0 else 0,
        _text(data.get("version")),
        _text(data.get("sign")),
    )


def _text(value):
    return value if isinstance(value, str) else ""


def inform(message_id, version):
    return json.dumps({"id": message_id, "params": {"version": version, "module": "default"}}).encode()


def progress(message_id, step, desc, version):
    """`version` is of the update that is spoken of: a hub must not take old news for news of a newer one."""
    params = {"step": str(step), "desc": desc, "module": "default", "version": version}
    return json.dumps({"id": message_id, "params": params}).encode()


def ask(message_id):
    """Is there an update for us?"""
    return json.dumps(
        {"id": str(message_id), "version": "1.0", "params": {"module": "default"}, "method": "thing.ota.firmware.get"}
    ).encode()
