"""What a thing says and when, without a network. Plain functions and asserts: MicroPython runs this file too."""

import json

from jinn_os import alink, tsl
from jinn_os.boards.driver import Driver, Refusal
from jinn_os.clock import Clock
from jinn_os.thing import Thing
from jinn_os.wishes import Wishes

LEVEL = {"type": "int", "specs": {"min": "0", "max": "100"}}
SWITCH = {"type": "bool", "specs": {"0": "closed", "1": "open"}}
MODEL = {
    "properties": [
        {"identifier": "level", "accessMode": "rw", "dataType": LEVEL},
        {"identifier": "warmth", "accessMode": "r", "dataType": LEVEL},
        {"identifier": "door", "accessMode": "r", "dataType": SWITCH},
    ],
    "services": [
        {"identifier": "count", "inputData": []},
        {"identifier": "fail", "inputData": []},
        {"identifier": "unbuilt", "inputData": []},
    ],
}
ROOT = "/sys/pk/dn/thing/"


class Link:
    """Remembers what was said."""

    def __init__(self):
        self.is_up = True
        self.said = []

    def publish(self, topic, payload, is_kept, is_unsure=False):
        self.said.append((topic, json.loads(payload), is_kept))

    def take(self, end):
        """The bodies on topics with that end since the last time."""
        found = [body for topic, body, _ in self.said if topic.endswith(end)]
        self.said = [one for one in self.said if not one[0].endswith(end)]
        return found


class Pot(Driver):
    """A pot on a stove: what is asked warms it as time passes."""

    def __init__(self):
        super().__init__({"level": 0, "warmth": 20, "door": 0})
        self.count = 0

    def apply(self, values):
        if values.get("level") == 13:
            raise Refusal("thirteen brings bad luck")
        self.state.update(values)

    def call(self, service, arguments):
        if service == "count":
            self.count += 1
            return {"count": self.count}
        if service == "fail":
            self.happened("boiled_over", {"level": self.state["level"]})
            raise Refusal("it boils over")
        return super().call(service, arguments)

    def step(self, dt_s):
        self.state["warmth"] = min(100, self.state["warmth"] + int(self.state["level"] * dt_s / 10))

    def bands(self):
        return {"warmth": 10}


class Kitchen:
    """A pot that is up, with its first words already taken."""

    def __init__(self):
        self.link = Link()
        self.driver = Pot()
        self.told = []
        topics = alink.Topics("pk", "dn")
        self.ids = [100]
        self.clock = Clock()
        self.wishes = Wishes()
        model = tsl.Model(MODEL)
        self.thing = Thing(
            model, self.driver, topics, self.link, self.told.append, self.new_id, self.clock, self.wishes
        )
        self.thing.came_up()
        self.first = self.link.said
        self.link.said = []

    def new_id(self):
        self.ids[0] += 1
        return str(self.ids[0])

    def ask(self, rest, params, request_id="1", method=""):
        request = {"id": request_id, "version": "1.0", "params": params, "method": method}
        self.thing.heard(ROOT + rest, json.dumps(request).encode())

    def reports(self):
        return [body["params"] for body in self.link.take("event/property/post")]


def test_at_first_it_says_all_and_asks_for_wishes():
    (topic, report, is_kept), (wish_topic, wish, wish_is_kept) = Kitchen().first
    assert topic == ROOT + "event/property/post"
    assert report["params"] == {"level": 0, "warmth": 20, "door": 0}
    assert report["method"] == "thing.event.property.post"
    assert is_kept
    assert wish_topic == ROOT + "property/desired/get"
    assert wish["params"] == ["level"]
    assert wish_is_kept
    assert report["id"] != wish["id"]


def test_the_answer_to_a_set_comes_before_its_report():
    kitchen = Kitchen()
    kitchen.ask("service/property/set", {"level": 30}, request_id="42")
    (_, answer, _), (_, report, _) = kitchen.link.said
    assert answer == {"id": "42", "code": 200, "data": {}, "message": "success"}
    assert report["params"] == {"level": 30}


def test_what_is_so_already_is_said_again_when_it_is_asked_for():
    kitchen = Kitchen()
    kitchen.ask("service/property/set", {"level": 0})
    assert kitchen.reports() == [{"level": 0}]


def test_a_yes_may_be_lost_and_a_no_may_not():
    kitchen = Kitchen()
    kitchen.ask("service/property/set", {"level": 30}, request_id="1")
    kitchen.ask("service/property/set", {"level": 300}, request_id="2")
    kept = {body["id"]: is_kept for topic, body, is_kept in kitchen.link.said if topic.endswith("set_reply")}
    assert kept == {"1": False, "2": True}


def test_a_driver_may_refuse_what_the_model_allows():
    kitchen = Kitchen()
    kitchen.ask("service/property/set", {"level": 13})
    (answer,) = kitchen.link.take("set_reply")
    assert (answer["code"], answer["message"]) == (100001, "thirteen brings bad luck")
    assert kitchen.reports() == []


def test_a_repeated_call_is_answered_again_but_not_done_again():
    kitchen = Kitchen()
    for _ in range(2):
        kitchen.ask("service/count", {})
    kitchen.ask("service/count", {}, request_id="2")
    assert [body["data"]["count"] for body in kitchen.link.take("count_reply")] == [1, 1, 2]


def test_only_the_last_few_requests_are_remembered():
    kitchen = Kitchen()
    for number in range(100):
        kitchen.ask("service/count", {}, request_id=str(number))
    kitchen.ask("service/count", {}, request_id="0")
    assert kitchen.link.take("count_reply")[-1]["data"] == {"count": 101}
    assert len(kitchen.thing._answers) == len(kitchen.thing._answered) == 16


def test_what_happens_during_a_refused_call_is_still_said():
    kitchen = Kitchen()
    kitchen.ask("service/fail", {})
    assert kitchen.link.take("fail_reply")[0]["code"] == 100001
    (event,) = kitchen.link.take("event/boiled_over/post")
    assert event["method"] == "thing.event.boiled_over.post"
    assert event["params"]["value"] == {"level": 0}
    assert event["params"]["time"] > 1_600_000_000_000


def test_a_service_of_the_model_that_is_not_built_in_says_so():
    kitchen = Kitchen()
    kitchen.ask("service/unbuilt", {})
    assert kitchen.link.take("unbuilt_reply")[0]["message"] == "unbuilt is not built in"


def test_what_changes_by_itself_is_said_beyond_its_dead_band():
    kitchen = Kitchen()
    kitchen.ask("service/property/set", {"level": 50})
    kitchen.reports()
    kitchen.thing.step(1)
    assert kitchen.reports() == []
    kitchen.thing.step(1)
    assert kitchen.reports() == [{"warmth": 30}]


def test_what_happens_while_nobody_hears_carries_its_time():
    kitchen = Kitchen()
    kitchen.link.is_up = False
    kitchen.thing.person("door", 1)
    (report,) = kitchen.reports()
    assert report["door"]["value"] == 1
    assert report["door"]["time"] > 1_600_000_000_000
    kitchen.link.is_up = True
    kitchen.thing.person("door", 0)
    assert kitchen.reports() == [{"door": 0}]


def test_a_hand_cannot_do_what_the_model_does_not_know():
    kitchen = Kitchen()
    for value in (2, "ajar"):
        try:
            kitchen.thing.person("door", value)
        except tsl.Unfit:
            continue
        raise AssertionError(value)
    assert kitchen.reports() == []


def wish(kitchen, data, request_id=None):
    reply = {"id": kitchen.first[1][1]["id"] if request_id is None else request_id, "code": 200, "data": data}
    kitchen.thing.heard(ROOT + "property/desired/get_reply", json.dumps(reply).encode())


def test_wishes_are_fulfilled_and_taken_back_by_their_version():
    kitchen = Kitchen()
    wish(kitchen, {"level": {"value": 40, "version": 7}})
    assert kitchen.reports() == [{"level": 40}]
    (delete,) = kitchen.link.take("property/desired/delete")
    assert delete["params"] == {"level": {"version": 7}}


def test_a_wish_that_cannot_be_is_told_and_taken_back_too():
    kitchen = Kitchen()
    wish(kitchen, {"level": {"value": 400, "version": 7}, "door": {"value": 1, "version": 2}, "x": 5})
    assert kitchen.reports() == []
    (delete,) = kitchen.link.take("property/desired/delete")
    assert delete["params"] == {"level": {"version": 7}, "door": {"version": 2}}
    assert len(kitchen.told) == 2


def test_wishes_that_nobody_asked_for_are_not_heeded():
    kitchen = Kitchen()
    wish(kitchen, {"level": {"value": 40, "version": 7}}, request_id="5")
    wish(kitchen, [1])
    wish(kitchen, None)
    assert kitchen.link.said == []


def test_a_report_that_was_not_taken_is_told():
    kitchen = Kitchen()
    reply = b'{"id":"101","code":460,"data":{},"message":"params error"}'
    kitchen.thing.heard(ROOT + "event/property/post_reply", reply)
    assert kitchen.told == ["thing/event/property/post was not taken: 460 params error"]


def test_a_get_gives_what_it_is_asked_for():
    kitchen = Kitchen()
    kitchen.ask("service/property/get", ["level", "door"], request_id="1")
    kitchen.ask("service/property/get", ["lid"], request_id="2")
    kitchen.ask("service/property/get", "level", request_id="3")
    kitchen.ask("service/property/get", {}, request_id="4")
    kitchen.ask("service/property/get", [[], {}, None], request_id="5")
    one, two, three, four, five = kitchen.link.take("get_reply")
    assert one["data"] == {"level": 0, "door": 0}
    assert (two["code"], three["code"], five["code"]) == (460, 460, 460)
    assert four["data"] == {"level": 0, "warmth": 20, "door": 0}
    assert kitchen.reports() == []


def test_a_synchronous_request_is_read_by_its_method():
    kitchen = Kitchen()
    request = {"id": "1", "params": {"level": 5}, "method": "thing.service.property.set"}
    kitchen.thing.heard("/sys/pk/dn/rrpc/request/9", json.dumps(request).encode())
    assert kitchen.link.take("rrpc/response/9")[0]["code"] == 200
    request = {"id": "2", "params": {}, "method": 7}
    kitchen.thing.heard("/sys/pk/dn/rrpc/request/10", json.dumps(request).encode())
    assert kitchen.link.take("rrpc/response/10") == []
