"""What do we say in Alink, and on which topics? Pure."""

import json

from jinn_os.hmac import hex_hmac_sha256

OK = 200
TOO_MANY = 429
UNFIT = 460
# Alink leaves 100000 to 110000 to the devices themselves.
CANNOT = 100001

VERSION = "1.0"

NOT_JSON = (ValueError, RuntimeError, MemoryError)
"""What reading JSON of strangers may raise: the last two when it is nested deeper than stack or heap allow."""


def credentials(product_key, device_name, secret, is_secure=False):
    """Client id, user name and password of CONNECT.

    `_ss=1` asks for the system topics unasked, so that there is no SUBSCRIBE and no moment in which a set is
    missed. The id in front of the bars and not the whole client id is signed.
    """
    identity = f"{product_key}&{device_name}"
    mode = 2 if is_secure else 3
    client_id = identity + f"|securemode={mode},signmethod=hmacsha256,_ss=1,ext=1,lan=MicroPython|"
    return client_id, f"{device_name}&{product_key}", sign(product_key, device_name, secret, identity)


def token_credentials(product_key, device_name, client_id, token):
    """CONNECT's for a device that has a token in place of a secret."""
    return client_id + "|authType=connwl,securemode=-2,_ss=1,ext=3|", f"{device_name}&{product_key}", token


def sign(product_key, device_name, secret, client_id):
    return hex_hmac_sha256(secret, f"clientId{client_id}deviceName{device_name}productKey{product_key}")


def filters(product_key, device_name):
    """What a broker that knows no `_ss=1` has to be asked for."""
    own = f"{product_key}/{device_name}/"
    return (
        f"/sys/{own}#",
        f"/ext/ntp/{own}response",
        f"/ext/session/{own}combine/+",
        "/ext/rrpc/+/sys/" + own + "#",
        f"/ota/device/upgrade/{product_key}/{device_name}",
        f"/{own}user/#",
    )


_ENDS = {
    "thing/property/desired/get_reply": "desired",
    "thing/property/desired/delete_reply": "forgotten",
    "thing/config/get_reply": "config",
    "thing/config/push": "config_push",
    "thing/config/log/push": "log_push",
    "thing/topo/add_reply": "topo",
    "thing/enable": "noted",
    "thing/disable": "noted",
    "thing/delete": "noted",
}
"""Kinds of downlink by the end of their topic."""


class Topics:
    """The topics of one device."""

    def __init__(self, product_key, device_name):
        own = f"{product_key}/{device_name}/"
        self.root = f"/sys/{own}"
        self.user = f"/{own}user/"
        self.property_post = self.root + "thing/event/property/post"
        self.desired_get = self.root + "thing/property/desired/get"
        self.desired_delete = self.root + "thing/property/desired/delete"
        self.tags_update = self.root + "thing/deviceinfo/update"
        self.tags_delete = self.root + "thing/deviceinfo/delete"
        self.config_get = self.root + "thing/config/get"
        self.log_post = self.root + "thing/log/post"
        self.topo_add = self.root + "thing/topo/add"
        self._ntp = f"/ext/ntp/{own}"
        self.ntp_request = self._ntp + "request"
        self._session = f"/ext/session/{own}combine/"
        self.login = self._session + "login"
        self.logout = self._session + "logout"

    def event_post(self, identifier):
        return f"{self.root}thing/event/{identifier}/post"

    def read(self, topic):
        """What a downlink is: `(kind, name, topic to reply on)`; kind "" for what is not ours.

        Kinds: "set", "get", "service" (name: its identifier), "rrpc" (name: "", told by the method), "message" (a
        topic of one's own below `user/`, or any in an RRPC of its own kind; name: that topic), "posted" (a reply to
        us; name: the topic that was replied to), "ntp", "login" (name: "login" or "logout"), and those of `_ENDS`.
        """
        if topic.startswith(self.root):
            return self._read_own(topic, topic[len(self.root) :])
        if topic.startswith("/ext/"):
            return self._read_ext(topic)
        if topic.startswith(self.user):
            return "message", topic, ""
        return "", "", ""

    def _read_own(self, topic, rest):
        if rest.startswith("rrpc/request/"):
            return "rrpc", "", self.root + "rrpc/response/" + rest[len("rrpc/request/") :]
        if rest.startswith("thing/service/"):
            return self._read_service(rest[len("thing/service/") :], topic)
        if rest.endswith("/post_reply"):
            return "posted", rest[: -len("_reply")], ""
        if rest in _ENDS:
            return _ENDS[rest], rest, "" if rest.endswith("_reply") else topic + "_reply"
        return "", "", ""

    def _read_service(self, name, topic):
        if name == "property/set":
            return "set", "", topic + "_reply"
        if name == "property/get":
            return "get", "", topic + "_reply"
        if "/" in name or name.endswith("_reply"):
            return "", "", ""
        return "service", name, topic + "_reply"

    def _read_ext(self, topic):
        if topic.startswith("/ext/rrpc/"):
            # /ext/rrpc/<message id>/<any topic>: the answer goes back on the very same topic.
            inner = topic[len("/ext/rrpc/") :]
            slash = inner.find("/")
            if slash < 0 or inner[slash:].startswith("/ext/"):
                return "", "", ""
            kind, name, _ = self.read(inner[slash:])
            return (kind, name, topic) if kind in ("set", "get", "service", "message") else ("", "", "")
        if topic == self._ntp + "response":
            return "ntp", "", ""
        if topic.startswith(self._session) and topic.endswith("_reply"):
            return "login", topic[len(self._session) : -len("_reply")], ""
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
    except NOT_JSON:
        return None
    if not isinstance(request, dict) or not isinstance(request.get("id"), (str, int)):
        return None
    return request


def encode_request(request_id, method, params):
    return json.dumps({"id": request_id, "version": VERSION, "params": params, "method": method}).encode()


def moved(payload, by_ms):
    """A message of ours with every `time` in it moved: they were taken with a clock that was wrong by that."""
    message = json.loads(payload)
    params = message["params"]
    _move(params, by_ms)
    for form in params.values():
        _move(form, by_ms)
    return json.dumps(message).encode()


def _move(form, by_ms):
    if isinstance(form, dict) and isinstance(form.get("time"), int):
        form["time"] += by_ms


def doubted(payload):
    """A message whose times nobody can correct any more says so: `sys.clock` is "unset"."""
    message = json.loads(payload)
    message["sys"] = {"clock": "unset"}
    return json.dumps(message).encode()


def encode_reply(request_id, code, data, message):
    """All four fields, always: there are peers that read them without asking."""
    return json.dumps({"id": request_id, "code": code, "data": data, "message": message}).encode()
