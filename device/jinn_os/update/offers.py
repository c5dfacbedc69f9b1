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
    """An update that is offered: where its package is, and the signed manifest that says what it is."""

    def __init__(self, url, blob):
        self.url = url
        self.blob = blob


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
    manifest = more.get("manifest") if isinstance(more, dict) else None
    return Offer(data["url"], manifest.encode() if isinstance(manifest, str) else b"")


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
