"""What does a thing say of itself, and how does it obey? Between a driver, its thing model and Alink."""

from jinn_os import alink, tsl
from jinn_os.boards.driver import Refusal
from jinn_os.port import const, ticks_ms
from jinn_os.reporting import Reporter

_ANSWERS_KEPT = const(16)
"""A request that comes twice (a repeated QoS 1 delivery) gets its first answer and is not done twice."""

TOO_MANY_REST_MS = const(5_000)
"""Code 429: so long we say nothing of our own accord, and then how things are by then."""


class Thing:
    """A driver with a voice. Knows no sockets: it says things through `link`.

    `link` has `publish(topic, payload, is_kept, is_unsure)` and `is_up`; `tell(line)` is for whoever watches the
    process. `clock` has `now_ms()` and `is_set`; `wishes` remembers which wishes were heeded (see `wishes.py`);
    `new_id()` gives ids of messages that differ from all others of this device.
    """

    def __init__(self, model, driver, topics, link, tell, new_id, clock, wishes):
        self._model = model
        self._driver = driver
        self._topics = topics
        self._link = link
        self._tell = tell
        self._new_id = new_id
        self._clock = clock
        self._wishes = wishes
        self._reporter = Reporter()
        self._answers = []
        self._answered = []
        self._desired_id = ""
        self._delete_id = ""
        self._held_ms = None
        self.on_accepted = None
        """Called when the hub has taken a report of ours."""

    def came_up(self):
        """Say all there is, and ask what was wished for meanwhile."""
        self._reporter.forget()
        self.report()
        self._ask_wishes()

    def due_in_s(self):
        """When to step next: as soon as the driver wants, or as a value that was held back is due."""
        pace_s = self._driver.pace_s()
        return pace_s if self._held_ms is None else min(pace_s, self._held_ms / 1000)

    def report(self, always=()):
        """Say what has changed, at once and in one message; then the events of the driver."""
        values = self._driver.read()
        now_ms = ticks_ms()
        driver = self._driver
        changed, self._held_ms = self._reporter.due(values, driver.bands(), always, driver.rates(), now_ms)
        due = {}
        for identifier, value in changed.items():
            try:
                due[identifier] = self._model.fit_report(identifier, value)
            except tsl.Unfit as unfit:
                # Said once for each wrong value; the others are right and are said.
                self._reporter.said({identifier: value}, now_ms)
                self._tell(f"the driver is wrong: {unfit.args[0]}")
        if due:
            self._reporter.said(due, now_ms)
            self._post(
                self._topics.property_post, "thing.event.property.post", self._stamped(due), not self._link.is_up
            )
        for identifier, value in self._driver.take_events():
            params = {"value": value, "time": self._clock.now_ms()}
            self._post(self._topics.event_post(identifier), f"thing.event.{identifier}.post", params, True)

    def step(self, dt_s):
        """Let the world go on for so many seconds."""
        self._driver.step(dt_s)
        self.report()

    def person(self, name, value):
        """Somebody did something to it by hand. Raises `Refusal` or `tsl.Unfit`."""
        if name in self._model.properties:
            value = self._model.fit_report(name, value)
        self._driver.person(name, value)
        self.report()

    def heard(self, topic, payload):
        """A downlink; what we do not understand is ignored, since answering it could start a loop.

        Whether it was ours.
        """
        kind, name, reply_topic = self._topics.read(topic)
        if kind == "message":
            self._take_message(name, payload, reply_topic)
            return True
        if kind not in ("set", "get", "service", "rrpc", "desired", "forgotten", "posted", "noted"):
            return False
        request = alink.read_request(payload)
        if request is None:
            return True
        if kind == "rrpc":
            kind, name = alink.read_method(request.get("method"))
        if kind == "desired":
            self._obey_desired(request)
        elif kind == "forgotten":
            self._heed_forgotten(request)
        elif kind == "posted":
            self._heed(name, request)
        elif kind == "noted":
            self._tell(name)
            self._reply(request, reply_topic, alink.OK, {}, "success")
        elif kind:
            self._answer(kind, name, request, reply_topic)
        return True

    def _take_message(self, topic, payload, reply_topic):
        try:
            answer = self._driver.message(topic, payload)
        except Refusal as refusal:
            self._tell(f"{topic}: {refusal.args[0]}")
            return
        if answer is not None and reply_topic:
            self._link.publish(reply_topic, answer, False)
        self.report()

    def _answer(self, kind, name, request, reply_topic):
        key = (reply_topic, request["id"])
        if key in self._answered:
            code, data, message = self._answers[self._answered.index(key)]
            self._reply(request, reply_topic, code, data, message)
            return
        params = request.get("params")
        asked = ()
        try:
            if kind == "set":
                data = {}
                asked = self._set(params)
            elif kind == "get":
                data = self._get(params)
            else:
                data = self._driver.call(name, self._model.fit_call(name, params))
            code, message = alink.OK, "success"
        except tsl.Unfit as unfit:
            code, data, message = alink.UNFIT, {}, unfit.args[0]
        except Refusal as refusal:
            code, data, message = alink.CANNOT, {}, refusal.args[0]
        self._remember(key, (code, data, message))
        self._reply(request, reply_topic, code, data, message)
        if kind != "get":
            # The report and not the reply is the truth; it follows in the same moment.
            self.report(always=self._reached(asked))

    def _set(self, params):
        values = self._model.fit_set(params)
        self._driver.apply(values)
        return values

    def _get(self, params):
        values = self._driver.read()
        if params is None or params == {}:
            return values
        if not isinstance(params, list):
            raise tsl.Unfit("a get names its properties in an array")
        for identifier in params:
            if not isinstance(identifier, str) or identifier not in values:
                raise tsl.Unfit(f"{identifier}: there is no such property")
        return {identifier: values[identifier] for identifier in params}

    def _reached(self, asked):
        """Those that are as asked now. They are said even when they were so before: somebody waits for it."""
        values = self._driver.read()
        return [identifier for identifier in asked if values.get(identifier) == asked[identifier]]

    def _ask_wishes(self):
        writable = [key for key, entry in self._model.properties.items() if entry["accessMode"] == "rw"]
        if writable:
            self._desired_id = self._new_id()
            request = alink.encode_request(self._desired_id, "thing.property.desired.get", writable)
            self._link.publish(self._topics.desired_get, request, True)

    def _obey_desired(self, request):
        """Do what was wished while we were away, then take the wishes back by their versions.

        A wish whose version was heeded before is not obeyed again: what was done by hand since then is newer.
        """
        wishes = request.get("data")
        if request["id"] != self._desired_id or not isinstance(wishes, dict):
            return
        done = {}
        heeded = {}
        for identifier, wish in wishes.items():
            if not isinstance(wish, dict) or "value" not in wish:
                continue
            version = wish.get("version", 0)
            if self._wishes.is_new(identifier, version):
                self._obey_wish(identifier, wish["value"])
                heeded[identifier] = version
            # Also a wish that cannot be fulfilled is taken back, or it would return at every connection.
            done[identifier] = {"version": version}
        self._wishes.heeded(heeded)
        if done:
            self._delete_id = self._new_id()
            delete = alink.encode_request(self._delete_id, "thing.property.desired.delete", done)
            self._link.publish(self._topics.desired_delete, delete, True)

    def _obey_wish(self, identifier, value):
        try:
            asked = self._set({identifier: value})
        except (tsl.Unfit, Refusal) as refusal:
            self._tell(f"refused a wish: {refusal.args[0]}")
        else:
            self.report(always=self._reached(asked))

    def _heed_forgotten(self, reply):
        """A wish could not be taken back: there is a newer one, so we ask again."""
        if reply["id"] == self._delete_id and reply.get("code") != alink.OK:
            self._delete_id = ""
            self._ask_wishes()

    def _heed(self, name, request):
        code = request.get("code")
        if code == alink.OK:
            if self.on_accepted:
                self.on_accepted()
            return
        self._tell("{} was not taken: {} {}".format(name, code, request.get("message")))
        if code == alink.TOO_MANY:
            self._reporter.rest(ticks_ms(), TOO_MANY_REST_MS)

    def _reply(self, request, topic, code, data, message):
        # A lost "yes" is made good by the report that follows; a "no" is followed by nothing, so it is kept.
        self._link.publish(topic, alink.encode_reply(request["id"], code, data, message), code != alink.OK)

    def _remember(self, key, answer):
        if len(self._answers) >= _ANSWERS_KEPT:
            self._answers.pop(0)
            self._answered.pop(0)
        self._answered.append(key)
        self._answers.append(answer)

    def _stamped(self, values):
        """With the time when nobody hears us now: it arrives later and must not look new."""
        if self._link.is_up:
            return values
        now = self._clock.now_ms()
        return {identifier: {"value": value, "time": now} for identifier, value in values.items()}

    def _post(self, topic, method, params, is_timed):
        is_unsure = is_timed and not self._clock.is_set
        self._link.publish(topic, alink.encode_request(self._new_id(), method, params), True, is_unsure)
