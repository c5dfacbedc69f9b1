"""How do things without a connection of their own come to the hub? Behind this one, announced and logged in."""

import asyncio

from jinn_os import alink
from jinn_os.guarding import Guarded
from jinn_os.kernel.tasks import Budget
from jinn_os.port import const, ticks_diff, ticks_ms
from jinn_os.thing import Thing
from jinn_os.tsl import Model
from jinn_os.wishes import Wishes

LOGIN_AGAIN_MS = const(10_000)
"""A hub that does not know a child yet may learn of it; asking more often only fills its log."""
HOLD_MS = const(3_000)
"""So long messages of children wait for their login after a connection is made."""
NO_SESSION = const(520)


class Child:
    """One thing behind the gateway. It is also the link that its `Thing` speaks through."""

    def __init__(self, settings, beside, host):
        from jinn_os.starting import board_class, read_product

        product = read_product(beside(settings["product"]))
        self.name = settings["device_name"]
        self.product_key = settings["product_key"]
        self.is_logged_in = False
        self.asked_ms = None
        self._secret = settings["device_secret"]
        self._host = host
        driver = board_class(settings, product, beside)(settings.get("initial", {}))
        self.driver = Guarded(driver, host.log, Budget(8, 60), self._is_off)
        self.topics = alink.Topics(self.product_key, self.name)
        wishes = Wishes(None)
        model = Model(product["model"])
        self.thing = Thing(model, self.driver, self.topics, self, self._tell, host.new_id, host.clock, wishes)

    @property
    def is_up(self):
        return self.is_logged_in and self._host.client.is_up

    def publish(self, topic, payload, is_kept, is_unsure=False):
        self._host.client.publish(topic, payload, is_kept, is_unsure)

    def signed(self):
        """The form that adds it to a gateway and logs it in."""
        client_id = f"{self.product_key}.{self.name}"
        return {
            "productKey": self.product_key,
            "deviceName": self.name,
            "clientId": client_id,
            "signmethod": "hmacSha256",
            "signMethod": "hmacSha256",
            "sign": alink.sign(self.product_key, self.name, self._secret, client_id),
        }

    def _is_off(self):
        self._tell("its driver is switched off")

    def _tell(self, line):
        self._host.tell(f"{self.name}: {line}")


class Gateway:
    """Its children and their logins. `host` is the appliance; `topics` are the gateway's own."""

    def __init__(self, children, beside, host, topics):
        self.children = [Child(settings, beside, host) for settings in children]
        self._host = host
        self._topics = topics
        self._up_ms = 0
        self._topo_id = ""
        self._logins = {}

    def came_up(self):
        """Whatever was is over: the hub takes all of them for gone."""
        self._up_ms = ticks_ms()
        self._logins = {}
        for child in self.children:
            child.is_logged_in = False
            child.asked_ms = None
        self._topo_id = self._host.new_id()
        forms = [child.signed() for child in self.children]
        self._say(self._topics.topo_add, "thing.topo.add", forms, self._topo_id)

    def went_down(self):
        for child in self.children:
            child.is_logged_in = False

    def must_wait(self, entry):
        """Whether a message is a child's that is not logged in yet: the hub would take it from nobody."""
        for child in self.children:
            if not child.is_logged_in and entry.topic.startswith(child.topics.root):
                return ticks_diff(ticks_ms(), self._up_ms) < HOLD_MS
        return False

    def heard(self, topic, payload):
        """Whether it was a child's, or about children."""
        kind, name, _ = self._topics.read(topic)
        if kind == "topo":
            self._heed_topo(alink.read_request(payload))
            return True
        if kind == "login":
            self._heed_login(name, alink.read_request(payload))
            return True
        for child in self.children:
            if child.topics.read(topic)[0]:
                self._hand_down(child, topic, payload)
                return True
        return False

    def step(self, dt_s):
        for child in self.children:
            child.driver.step(dt_s)
            child.thing.report()

    def due_in_s(self):
        return min(child.thing.due_in_s() for child in self.children)

    async def run(self):
        """Log in again who is not, until it works."""
        while True:
            await asyncio.sleep(1)
            if not self._host.client.is_up:
                continue
            for child in self.children:
                is_due = child.asked_ms is None or ticks_diff(ticks_ms(), child.asked_ms) > LOGIN_AGAIN_MS
                if not child.is_logged_in and is_due and ticks_diff(ticks_ms(), self._up_ms) > HOLD_MS:
                    self._log_in(child)
            self._host.client.send_due()

    def _heed_topo(self, reply):
        if reply is None or reply["id"] != self._topo_id:
            return
        if reply.get("code") != alink.OK:
            self._host.tell("the hub did not take our children: {} {}".format(reply.get("code"), reply.get("message")))
        # Those that it knows from before may log in all the same.
        for child in self.children:
            self._log_in(child)

    def _log_in(self, child):
        child.asked_ms = ticks_ms()
        request_id = self._host.new_id()
        self._logins[request_id] = child
        form = child.signed()
        form["cleanSession"] = "true"
        self._say(self._topics.login, "", form, request_id)

    def _heed_login(self, name, reply):
        child = self._logins.pop(reply["id"], None) if reply is not None else None
        if child is None or name != "login":
            return
        if reply.get("code") != alink.OK:
            self._host.tell("{} may not log in: {} {}".format(child.name, reply.get("code"), reply.get("message")))
            return
        child.is_logged_in = True
        self._host.tell(f"up {child.name}")
        child.thing.came_up()
        self._host.client.send_due()

    def _hand_down(self, child, topic, payload):
        kind, _, _ = child.topics.read(topic)
        if kind == "posted" and child.is_logged_in:
            reply = alink.read_request(payload)
            if reply is not None and reply.get("code") == NO_SESSION:
                child.is_logged_in = False
                self._log_in(child)
        child.thing.heard(topic, payload)

    def _say(self, topic, method, params, request_id):
        self._host.client.publish(topic, alink.encode_request(request_id, method, params), False)
