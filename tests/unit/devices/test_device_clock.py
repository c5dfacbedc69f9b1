"""What time a thing believes it is, how often it speaks, which wishes it heeds. MicroPython runs this file too."""

import json

from jinn_os import alink
from jinn_os.clock import Clock
from jinn_os.hmac import hex_hmac_sha256
from jinn_os.housekeeping import Housekeeping
from jinn_os.kernel.boot import Boot
from jinn_os.kernel.health import Health
from jinn_os.kernel.log import ERROR, INFO, LogRing
from jinn_os.kernel.tasks import Supervisor
from jinn_os.kernel.watchdog import Watchdog
from jinn_os.outbox import Waiting
from jinn_os.queueing import MemoryQueue
from jinn_os.registering import credentials, read_identity
from jinn_os.reporting import Reporter
from jinn_os.testing import FakeTicks, MemoryFiles
from jinn_os.wishes import Wishes

TRUE_MS = 1_800_000_000_000
HOUR_MS = 3_600_000


def answer(clock_payload, received_ms, sent_ms):
    asked = json.loads(clock_payload)["deviceSendTime"]
    told = {"deviceSendTime": asked, "serverRecvTime": str(received_ms), "serverSendTime": str(sent_ms)}
    return json.dumps(told).encode()


def wrong_clock(by_ms):
    """A clock whose board is wrong by so much, and its ticks."""
    ticks = FakeTicks(0)
    return Clock(wall=lambda: TRUE_MS + by_ms + ticks.now, ticks=ticks), ticks


def test_a_clock_that_is_an_hour_off_is_right_after_one_answer():
    for by_ms in (HOUR_MS, -HOUR_MS):
        clock, ticks = wrong_clock(by_ms)
        assert not clock.is_set
        asked = clock.ask()
        ticks.now += 40
        assert clock.heard(answer(asked, TRUE_MS + 18, TRUE_MS + 22))
        assert clock.is_set
        assert clock.now_ms() == TRUE_MS + 40
        assert clock.corrected_ms == -by_ms


def test_an_answer_that_took_too_long_or_was_not_asked_for_is_not_believed():
    clock, ticks = wrong_clock(0)
    asked = clock.ask()
    ticks.now += 6_000
    assert not clock.heard(answer(asked, TRUE_MS + HOUR_MS, TRUE_MS + HOUR_MS))
    assert not clock.heard(answer(asked, TRUE_MS, TRUE_MS))
    assert not clock.is_set


def test_nonsense_is_no_time():
    clock, _ = wrong_clock(0)
    for payload in (b"", b"{", b"[]", b"7", b"{}", b'{"deviceSendTime":null}', b"[" * 3000, b"\xff"):
        clock.ask()
        assert not clock.heard(payload)


# rates


def test_a_rate_holds_the_newest_value_back_until_it_may_be_said():
    reporter = Reporter()
    rates = {"heart_rate": 5}
    reporter.said(reporter.due({"heart_rate": 60}, {}, (), rates, 0)[0], 0)
    assert reporter.due({"heart_rate": 61}, {}, (), rates, 1_000) == ({}, 4_000)
    assert reporter.due({"heart_rate": 62}, {}, (), rates, 5_000) == ({"heart_rate": 62}, None)
    reporter.said({"heart_rate": 62}, 5_000)
    # What somebody waits for has no rate.
    assert reporter.due({"heart_rate": 62}, {}, ("heart_rate",), rates, 5_001) == ({"heart_rate": 62}, None)
    # What went back to what was said needs no saying.
    assert reporter.due({"heart_rate": 62}, {}, (), rates, 6_000) == ({}, None)


def test_an_overwhelmed_hub_is_left_in_peace_and_then_told_all():
    reporter = Reporter()
    reporter.said({"on": 1}, 0)
    reporter.rest(0, 5_000)
    assert reporter.due({"on": 1}, {}, (), {}, 1_000) == ({}, 4_000)
    assert reporter.due({"on": 1}, {}, ("on",), {}, 1_000) == ({"on": 1}, None)
    assert reporter.due({"on": 1}, {}, (), {}, 5_000) == ({"on": 1}, None)


# wishes


def test_only_a_newer_wish_is_new_and_a_restart_does_not_forget():
    storage = MemoryFiles()
    wishes = Wishes(storage, "pk&dn")
    assert wishes.is_new("level", 7)
    wishes.heeded({"level": 7})
    assert not wishes.is_new("level", 7)
    again = Wishes(storage, "pk&dn")
    assert not again.is_new("level", 6)
    assert again.is_new("level", 8)
    assert again.is_new("level", "x")


def test_wishes_of_another_identity_or_a_torn_file_count_for_nothing():
    storage = MemoryFiles()
    Wishes(storage, "pk&old").heeded({"level": 7})
    assert Wishes(storage, "pk&new").is_new("level", 1)
    for data in (b"", b"{", b"[]", b'{"owner":"pk&new","versions":3}'):
        assert Wishes(MemoryFiles({"wishes.json": data}), "pk&new").is_new("level", 1)


# housekeeping


class Client:
    def __init__(self):
        self.is_up = True
        self.queue = MemoryQueue()
        self.queue.boot = 3
        self.said = []
        self.nudged = 0

    def publish(self, topic, payload, is_kept, is_unsure=False):
        self.said.append((topic, json.loads(payload), is_kept))

    def send_due(self):
        self.nudged += 1

    def take(self, end):
        found = [body for topic, body, _ in self.said if topic.endswith(end)]
        self.said = [one for one in self.said if not one[0].endswith(end)]
        return found


class House:
    def __init__(self, by_ms=0):
        self.clock, self.ticks = wrong_clock(by_ms)
        self.client = Client()
        self.log = LogRing(self.clock)
        self.configs = []
        health = Health(Supervisor(self.log), Watchdog(0, None), self.log, Boot(self.ticks))
        self.keeping = Housekeeping(
            alink.Topics("pk", "dn"), self.client, lambda: "1", self.clock, self.log, health, None,
            {"room": "Kitchen"}, self.configs.append, 900,
        )  # fmt: skip

    def event(self, boot=3):
        params = {"value": {"seconds": 60}, "time": self.clock.now_ms()}
        return Waiting("t", alink.encode_request("1", "thing.event.x.post", params), None, True, boot)


def params_of(payload):
    return json.loads(payload)["params"]


def test_times_from_before_the_clock_was_set_are_put_right_when_it_is():
    house = House(HOUR_MS)
    event = house.event()
    values = {"on": {"value": 1, "time": house.clock.now_ms()}, "level": 3}
    report = Waiting("t", alink.encode_request("2", "m", values), None, True, 3)
    house.keeping.came_up()
    assert house.keeping.must_wait(event)
    asked = json.dumps(house.client.take("/request")[0]).encode()
    house.keeping.heard("/ext/ntp/pk/dn/response", answer(asked, TRUE_MS, TRUE_MS))
    assert house.client.nudged == 1
    assert not house.keeping.must_wait(event)
    assert params_of(house.keeping.prepare(event))["time"] == TRUE_MS
    assert params_of(house.keeping.prepare(report)) == {"on": {"value": 1, "time": TRUE_MS}, "level": 3}


def test_times_of_an_earlier_start_say_that_they_are_doubtful():
    house = House(HOUR_MS)
    event = house.event(boot=2)
    house.keeping.came_up()
    assert not house.keeping.must_wait(event)
    told = json.loads(house.keeping.prepare(event))
    assert told["sys"] == {"clock": "unset"}
    assert told["params"]["time"] == TRUE_MS + HOUR_MS


def test_the_log_is_posted_in_the_levels_of_the_ecosystem_with_its_times_put_right():
    house = House(HOUR_MS)
    house.log.add(INFO, "link", "up")
    asked = house.clock.ask()
    house.clock.heard(answer(asked, TRUE_MS, TRUE_MS))
    house.log.add(ERROR, "driver", "pin")
    house.keeping._say_log()
    (post,) = house.client.take("thing/log/post")
    lines = [(line["logLevel"], line["module"], line["logContent"], line["utcTime"]) for line in post["params"]]
    assert lines == [("INFO", "link", "up", str(TRUE_MS)), ("ERROR", "driver", "pin", str(TRUE_MS))]
    house.keeping._say_log()
    assert house.client.take("thing/log/post") == []


def test_tags_and_the_wish_for_a_configuration_follow_the_first_report_once():
    house = House()
    house.keeping.after_report()
    house.keeping.after_report()
    (tags,) = house.client.take("deviceinfo/update")
    assert tags["params"] == [{"attrKey": "room", "attrValue": "Kitchen"}]
    assert len(house.client.take("config/get")) == 2
    house.keeping.untag(["room"])
    assert house.client.take("deviceinfo/delete")[0]["params"] == [{"attrKey": "room"}]


def test_a_configuration_is_noticed_and_a_push_is_answered():
    house = House()
    house.keeping.after_report()
    house.keeping.heard("/sys/pk/dn/thing/config/get_reply", b'{"id":"9","code":200,"data":{"url":"http://x/"}}')
    assert house.keeping._due_config is None
    house.keeping.heard("/sys/pk/dn/thing/config/get_reply", b'{"id":"1","code":200,"data":{"url":"http://x/"}}')
    assert house.keeping._due_config == {"url": "http://x/"}
    house.keeping.heard("/sys/pk/dn/thing/config/push", b'{"id":"2","params":{"url":"http://y/"}}')
    assert house.keeping._due_config == {"url": "http://y/"}
    assert house.client.take("config/push_reply")[0]["code"] == 200


def test_the_health_is_a_tag_that_the_hub_can_keep():
    house = House()
    house.keeping.say_health()
    (tag,) = house.client.take("deviceinfo/update")[0]["params"]
    assert tag["attrKey"] == "health"
    assert json.loads(tag["attrValue"])["restarts"] == 0
    assert len(tag["attrValue"]) <= 512


# registration


def test_registration_signs_with_the_secret_of_the_product():
    client_id, username, password = credentials("pk", "dn", "ps", "register")
    random = client_id.split("random=")[1].split(",")[0]
    assert client_id.startswith("dn.pk|")
    assert "authType=register" in client_id
    assert username == "dn&pk"
    assert password == hex_hmac_sha256("ps", "deviceNamednproductKeypkrandom" + random)


def test_an_identity_is_read_only_when_it_is_ours():
    good = b'{"productKey":"pk","deviceName":"dn","deviceSecret":"s"}'
    assert read_identity("/ext/register", good, "pk", "dn") == {"device_secret": "s"}
    token = b'{"productKey":"pk","deviceName":"dn","clientId":"c","deviceToken":"t"}'
    assert read_identity("/ext/regnwl", token, "pk", "dn") == {"client_id": "c", "device_token": "t"}
    assert read_identity("/ext/register", good, "pk", "other") is None
    assert read_identity("/sys/pk/dn/x", good, "pk", "dn") is None
    for payload in (b"", b"[]", b"{", b'{"productKey":"pk","deviceName":"dn","deviceSecret":""}', b"[" * 3000):
        assert read_identity("/ext/register", payload, "pk", "dn") is None


def test_a_token_signs_in_as_it_is():
    client_id, username, password = alink.token_credentials("pk", "dn", "c", "t")
    assert client_id.startswith("c|authType=connwl,securemode=-2")
    assert (username, password) == ("dn&pk", "t")
