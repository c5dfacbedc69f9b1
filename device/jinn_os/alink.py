"""What do we say in Alink, and on which topics? Pure."""

import json

from jinn_os.hmac import hex_hmac_sha256

OK = 200
UNFIT = 460
# Alink leaves 100000 to 110000 to the devices themselves.
CANNOT = 100001

VERSION = "1.0"


def credentials(product_key, device_name, secret):
    """Client id, user name and password of CONNECT.

    `_ss=1` asks for the system topics unasked, so that there is no SUBSCRIBE and no moment in which a set is
    missed. The id in front of the bars and not the whole client id is signed.
    """
    identity = f"{product_key}&{device_name}"
    signed = f"clientId{identity}deviceName{device_name}productKey{product_key}"
    client_id = identity + "|securemode=3,signmethod=hmacsha256,_ss=1,ext=1,lan=MicroPython|"
    return client_id, f"{device_name}&{product_key}", hex_hmac_sha256(secret, signed)


class Topics:
    """The topics of one device."""

    def __init__(self, product_key, device_name):
        self._root = f"/sys/{product_key}/{device_name}/"
        self.property_post = self._root + "thing/event/property/post"
        self.desired_get = self._root + "thing/property/desired/get"
        self.desired_delete = self._root + "thing/property/desired/delete"

    def event_post(self, identifier):
        return f"{self._root}thing/event/{identifier}/post"

    def read(self, topic):
        """What a downlink is: `(kind, name, topic to reply on)`; kind "" for what is not ours.

        Kinds: "set", "get", "service" (name: its identifier), "rrpc" (name: "", told by the method), "desired"
        and "posted" (replies to us, name: the topic that was replied to).
        """
        if topic.startswith("/ext/rrpc/"):
            return self._read_ext_rrpc(topic)
        if not topic.startswith(self._root):
            return "", "", ""
        rest = topic[len(self._root) :]
        if rest.startswith("rrpc/request/"):
            return "rrpc", "", self._root + "rrpc/response/" + rest[len("rrpc/request/") :]
        if rest.startswith("thing/service/"):
            return self._read_service(rest[len("thing/service/") :], topic)
        if rest == "thing/property/desired/get_reply":
            return "desired", rest, ""
        if rest.endswith("/post_reply"):
            return "posted", rest[: -len("_reply")], ""
        return "", "", ""

    def _read_service(self, name, topic):
        if name == "property/set":
            return "set", "", topic + "_reply"
        if name == "property/get":
            return "get", "", topic + "_reply"
        if "/" in name or name.endswith("_reply"):
            return "", "", ""
        return "service", name, topic + "_reply"

    def _read_ext_rrpc(self, topic):
        # /ext/rrpc/<message id>/<any topic>: the answer goes back on the very same topic.
        inner = topic[len("/ext/rrpc/") :]
        slash = inner.find("/")
        if slash < 0 or not inner[slash:].startswith(self._root):
            return "", "", ""
        kind, name, _ = self.read(inner[slash:])
        if kind in ("set", "get", "service"):
            return kind, name, topic
        return "", "", ""


def read_method(method):
    """Kind and name of a request that is told by its `method` alone."""
    if method == "thing.service.property.set":
        return "set", ""
    if method == "thing.service.property.get":
        return "get", ""
    if isinstance(method, str) and method.startswith("thing.service."):
        return "service", method[len("thing.service.") :]
    return "", ""


def read_request(payload):
    """A downlink as a dict with an `id`; None when it is not Alink, which is ignored."""
    try:
        request = json.loads(payload)
    except (ValueError, RuntimeError):  # RuntimeError: nested deeper than the stack allows
        return None
    if not isinstance(request, dict) or not isinstance(request.get("id"), (str, int)):
        return None
    return request


def encode_request(request_id, method, params):
    return json.dumps({"id": request_id, "version": VERSION, "params": params, "method": method}).encode()


def encode_reply(request_id, code, data, message):
    """All four fields, always: there are peers that read them without asking."""
    return json.dumps({"id": request_id, "code": code, "data": data, "message": message}).encode()
