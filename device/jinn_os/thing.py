"""What does a thing say of itself, and how does it obey? Between a driver, its thing model and Alink."""

from jinn_os import alink, tsl
from jinn_os.boards.driver import Refusal
from jinn_os.port import const, wall_ms
from jinn_os.reporting import Reporter

_ANSWERS_KEPT = const(16)
"""A request that comes twice (a repeated QoS 1 delivery) gets its first answer and is not done twice."""


class Thing:
    """A driver with a voice. Knows no sockets: it says things through `link`.

    `link` has `publish(topic, payload, is_kept)` and `is_up`; `tell(line)` is for whoever watches the process.
    """

    def __init__(self, model, driver, topics, link, tell, first_id):
        self._model = model
        self._driver = driver
        self._topics = topics
        self._link = link
        self._tell = tell
        self._next_id = first_id
        self._reporter = Reporter()
        self._answers = []
        self._answered = []
        self._desired_id = ""
        self.on_accepted = None
        """Called without arguments when the hub has taken a report."""

    def came_up(self):
        """Say all there is, and ask what was wished for meanwhile."""
        self._reporter.forget()
        self.report()
        writable = [key for key, entry in self._model.properties.items() if entry["accessMode"] == "rw"]
        if writable:
            self._desired_id = self._new_id()
            request = alink.encode_request(self._desired_id, "thing.property.desired.get", writable)
            self._link.publish(self._topics.desired_get, request, True)

    def report(self, always=()):
        """Say what has changed, at once and in one message; then the events of the driver."""
        values = self._driver.read()
        due = {}
        for identifier, value in self._reporter.due(values, self._driver.bands(), always).items():
            due[identifier] = self._model.fit_report(identifier, value)
        if due:
            self._reporter.said(due)
            self._post(self._topics.property_post, "thing.event.property.post", self._stamped(due))
        for identifier, value in self._driver.take_events():
            params = {"value": value, "time": wall_ms()}
            self._post(self._topics.event_post(identifier), f"thing.event.{identifier}.post", params)

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
        """A downlink; what we do not understand is ignored, since answering it could start a loop."""
        kind, name, reply_topic = self._topics.read(topic)
        request = alink.read_request(payload) if kind else None
        if request is None:
            return
        if kind == "rrpc":
            kind, name = alink.read_method(request.get("method"))
        if kind == "desired":
            self._obey_desired(request)
        elif kind == "posted":
            self._heed(name, request)
        elif kind:
            self._answer(kind, name, request, reply_topic)

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

    def _obey_desired(self, request):
        """Do what was wished while we were away, then take the wishes back by their versions."""
        wishes = request.get("data")
        if request["id"] != self._desired_id or not isinstance(wishes, dict):
            return
        done = {}
        for identifier, wish in wishes.items():
            if not isinstance(wish, dict) or "value" not in wish:
                continue
            try:
                asked = self._set({identifier: wish["value"]})
            except (tsl.Unfit, Refusal) as refusal:
                self._tell(f"refused a wish: {refusal.args[0]}")
            else:
                self.report(always=self._reached(asked))
            # Also a wish that cannot be fulfilled is taken back, or it would return at every connection.
            done[identifier] = {"version": wish.get("version", 0)}
        if done:
            request_id = self._new_id()
            delete = alink.encode_request(request_id, "thing.property.desired.delete", done)
            self._link.publish(self._topics.desired_delete, delete, True)

    def _heed(self, name, request):
        if request.get("code") != alink.OK:
            self._tell("{} was not taken: {} {}".format(name, request.get("code"), request.get("message")))
        elif self.on_accepted:
            self.on_accepted()

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
        now = wall_ms()
        return {identifier: {"value": value, "time": now} for identifier, value in values.items()}

    def _post(self, topic, method, params):
        self._link.publish(topic, alink.encode_request(self._new_id(), method, params), True)

    def _new_id(self):
        self._next_id += 1
        return str(self._next_id)
