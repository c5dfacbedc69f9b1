"""The rules of the device programs. Plain functions and asserts: MicroPython runs this file too."""

import gc

from jinn_os import alink, hmac, packets, tsl
from jinn_os.outbox import Outbox, Waiting
from jinn_os.port import IS_MICROPYTHON, allocated_bytes
from jinn_os.reporting import Reporter


def raised(kind, function, *arguments):
    """What `function` raised, of `kind`; anything else is a failure."""
    try:
        function(*arguments)
    except kind as failure:
        return failure.args[0]
    raise AssertionError("nothing was raised")


# hmac: the test cases 1, 2, 3, 4 and 6 of RFC 4231.


def test_hmac_gives_the_codes_of_rfc_4231():
    cases = (
        (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        (b"\xaa" * 20, b"\xdd" * 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        (bytes(range(1, 26)), b"\xcd" * 50, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        (
            b"\xaa" * 131,
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
    )
    for key, message, code in cases:
        assert hmac.hmac_sha256(key, message).hex() == code


# packets


def test_a_packet_is_read_however_it_is_cut():
    stream = packets.publish("a/b", b"x" * 200, 7) + packets.puback(9) + packets.publish("c", b"")
    for size in range(1, len(stream) + 1):
        parser = packets.Parser()
        found = []
        for at in range(0, len(stream), size):
            found.extend(parser.feed(stream[at : at + size]))
        assert [head for head, _, _ in found] == [0x32, 0x40, 0x30]
        assert packets.read_publish(*found[0][:2]) == ("a/b", b"x" * 200, 7)
        assert packets.read_packet_id(found[1][1]) == 9
        assert packets.read_publish(*found[2][:2]) == ("c", b"", 0)


def test_a_packet_costs_its_own_bytes_and_no_buffers():
    if not IS_MICROPYTHON:
        return
    packet = packets.publish("a/b", b"x" * 100, 7)
    parser = packets.Parser()

    def read():
        space = parser.space()
        space[: len(packet)] = packet
        parser.came(len(packet))
        head, body, size = parser.next()
        return head, len(body), size

    read()
    gc.collect()
    before = allocated_bytes()
    for _ in range(100):
        read()
    # The body itself, two views and a tuple; a new buffer each time would be a thousand bytes more.
    assert allocated_bytes() - before < 100 * 450


def test_waiting_for_bytes_of_a_long_packet_moves_nothing():
    if not IS_MICROPYTHON:
        return
    packet = packets.publish("a/b", b"x" * 12_000, 7)
    parser = packets.Parser()
    before = allocated_bytes()
    found = []
    for at in range(0, len(packet), 100):
        found.extend(parser.feed(packet[at : at + 100]))
    assert len(found) == 1
    # Once the buffer, once the body, and views of each piece; joining piece to piece would take 700 kB.
    assert allocated_bytes() - before < 100_000


def test_a_repeated_publish_carries_dup():
    assert packets.publish("t", b"", 1, again=True)[0] == 0x3A


def test_connect_is_laid_out_as_the_standard_says():
    packet = packets.connect("c", "u", "p", 60)
    assert packet == b"\x10\x13\x00\x04MQTT\x04\xc2\x00\x3c\x00\x01c\x00\x01u\x00\x01p"


def test_a_packet_that_is_too_long_is_malformed():
    raised(packets.Malformed, packets.Parser().feed, b"\x30\xff\xff\xff\x7f")


def test_a_length_of_five_bytes_is_malformed():
    raised(packets.Malformed, packets.Parser().feed, b"\x30\xff\xff\xff\xff\x01")


def test_a_publish_that_ends_within_its_topic_is_malformed():
    raised(packets.Malformed, packets.read_publish, 0x30, b"\x00\x05ab")
    raised(packets.Malformed, packets.read_publish, 0x32, b"\x00\x01a\x00")
    raised(packets.Malformed, packets.read_publish, 0x34, b"\x00\x01a\x00\x01")
    raised(packets.Malformed, packets.read_publish, 0x30, b"\x00\x01\xff")


# outbox


def said(outbox):
    out = []
    while True:
        due = outbox.next(0)
        if due is None:
            return out
        out.append((due[0].topic, due[1]))


def test_no_more_are_on_their_way_than_the_window_allows():
    outbox = Outbox(8, 2)
    for topic in "abc":
        outbox.put(Waiting(topic, b""))
    assert said(outbox) == [("a", False), ("b", False)]
    assert outbox.acknowledge(1)
    assert said(outbox) == [("c", False)]


def test_what_was_not_acknowledged_is_said_again_first_and_in_order():
    outbox = Outbox(8, 2)
    for topic in "abc":
        outbox.put(Waiting(topic, b""))
    said(outbox)
    outbox.acknowledge(1)
    outbox.say_again()
    assert said(outbox) == [("b", True), ("c", False)]


def test_a_full_outbox_drops_the_oldest_that_was_never_sent():
    outbox = Outbox(4, 2)
    for topic in "ab":
        outbox.put(Waiting(topic, b""))
    said(outbox)
    outbox.say_again()
    for topic in "cdef":
        outbox.put(Waiting(topic, b""))
    assert outbox.dropped == 2
    assert [entry.topic for entry in outbox._entries] == ["a", "b", "e", "f"]


def test_packet_ids_begin_again_after_65535_and_skip_those_in_use():
    outbox = Outbox(8, 2)
    outbox.put(Waiting("kept", b""))
    kept = outbox.next(0)[0].packet_id
    for _ in range(65535):
        outbox.put(Waiting("x", b""))
        packet_id = outbox.next(0)[0].packet_id
        assert 0 < packet_id < 65536
        assert packet_id != kept
        assert outbox.acknowledge(packet_id)


def test_an_acknowledgement_of_nothing_is_no_harm():
    assert Outbox(4, 2).acknowledge(1) is None


# reporting


def test_a_number_is_said_again_only_beyond_its_dead_band():
    reporter = Reporter()
    bands = {"temperature": 0.5}
    reporter.said(reporter.due({"temperature": 20.0, "on": 1}, bands)[0])
    assert reporter.due({"temperature": 20.4, "on": 1}, bands) == ({}, None)
    assert reporter.due({"temperature": 20.6, "on": 0}, bands) == ({"temperature": 20.6, "on": 0}, None)
    assert reporter.due({"temperature": 20.1, "on": 1}, {}) == ({"temperature": 20.1}, None)


def test_what_somebody_waits_for_is_said_though_it_is_old():
    reporter = Reporter()
    reporter.said({"on": 1})
    assert reporter.due({"on": 1}, {}, always=["on"]) == ({"on": 1}, None)


# thing models

NUMBER = {"type": "int", "specs": {"min": "0", "max": "100", "step": "5"}}
HALF = {"type": "double", "specs": {"min": "16", "max": "30", "step": "0.5"}}
TENTH = {"type": "float", "specs": {"min": "-1", "max": "1", "step": "0.1"}}
SWITCH = {"type": "bool", "specs": {"0": "off", "1": "on"}}
MODE = {"type": "enum", "specs": {"0": "auto", "3": "dry"}}
SHORT = {"type": "text", "specs": {"length": "6"}}
PAIR = {"type": "struct", "specs": [{"identifier": "x", "name": "x", "dataType": NUMBER}]}


def test_values_that_fit_are_made_exact():
    good = (
        (NUMBER, 10, 10),
        (NUMBER, 10.0, 10),
        (HALF, 25.5, 25.5),
        (HALF, 16, 16.0),
        (TENTH, 0.1 + 0.2, 0.1 + 0.2),
        (SWITCH, True, 1),
        (SWITCH, 0, 0),
        (MODE, 3, 3),
        (SHORT, "客厅", "客厅"),
        ({"type": "date", "specs": {}}, "1795358791000", "1795358791000"),
        ({"type": "array", "specs": {"size": "2", "item": {"type": "int"}}}, [1, 2], [1, 2]),
        ({"type": "array", "specs": {"size": "2", "item": {"type": "text"}}}, ["a"], ["a"]),
        (PAIR, {"x": 5}, {"x": 5}),
    )
    for data_type, value, exact in good:
        fitted = tsl.fit(data_type, value, "v")
        assert fitted == exact
        assert type(fitted) is type(exact)


def test_values_that_do_not_fit_are_refused():
    bad = (
        (NUMBER, 105),
        (NUMBER, -5),
        (NUMBER, 7),
        (NUMBER, 10.5),
        (NUMBER, True),
        (NUMBER, "10"),
        (NUMBER, None),
        (NUMBER, float("nan")),
        (NUMBER, float("inf")),
        (HALF, 25.3),
        (SWITCH, 2),
        (SWITCH, "on"),
        (MODE, 1),
        (MODE, 3.0),
        (SHORT, "客厅灯"),
        (SHORT, 5),
        ({"type": "date", "specs": {}}, 1795358791000),
        ({"type": "array", "specs": {"size": "2", "item": {"type": "int"}}}, [1, 2, 3]),
        ({"type": "array", "specs": {"size": "2", "item": {"type": "int"}}}, ["a"]),
        (PAIR, {"x": 5, "y": 1}),
        (PAIR, {}),
        (PAIR, [5]),
        ({"type": "colour"}, 1),
    )
    for data_type, value in bad:
        assert "v" in raised(tsl.Unfit, tsl.fit, data_type, value, "v")


def a_model():
    return tsl.Model(
        {
            "properties": [
                {"identifier": "level", "accessMode": "rw", "dataType": NUMBER},
                {"identifier": "door", "accessMode": "r", "dataType": SWITCH},
            ],
            "services": [{"identifier": "go", "inputData": [{"identifier": "to", "dataType": SHORT}]}],
        }
    )


def test_a_set_is_obeyed_whole_or_not_at_all():
    model = a_model()
    assert model.fit_set({"level": 5}) == {"level": 5}
    assert "level" in raised(tsl.Unfit, model.fit_set, {"level": 500})
    assert "only be read" in raised(tsl.Unfit, model.fit_set, {"level": 5, "door": 1})
    assert "no such property" in raised(tsl.Unfit, model.fit_set, {"colour": 1})
    for nothing in ({}, None, [], "level"):
        raised(tsl.Unfit, model.fit_set, nothing)


def test_a_service_takes_exactly_its_arguments():
    model = a_model()
    assert model.fit_call("go", {"to": "hall"}) == {"to": "hall"}
    raised(tsl.Unfit, model.fit_call, "go", {})
    raised(tsl.Unfit, model.fit_call, "go", {"to": "hall", "now": 1})
    raised(tsl.Unfit, model.fit_call, "go", ["hall"])
    raised(tsl.Unfit, model.fit_call, "fly", {})


# alink


def test_the_signature_is_that_of_the_protocol():
    client_id, username, password = alink.credentials("a1TESTPK", "dev1", "secret")
    assert client_id.startswith("a1TESTPK&dev1|")
    assert "_ss=1" in client_id
    assert "signmethod=hmacsha256" in client_id
    assert client_id.endswith("|")
    assert username == "dev1&a1TESTPK"
    # echo -n 'clientIda1TESTPK&dev1deviceNamedev1productKeya1TESTPK' | openssl dgst -sha256 -hmac secret
    assert password == "9af905bfe0e0eefbdfb420f4fe5f5f46addbcea047653cfb1b4689bc4759cda2"


def test_topics_are_read():
    topics = alink.Topics("pk", "dn")
    root = "/sys/pk/dn/"
    assert topics.read(root + "thing/service/property/set") == ("set", "", root + "thing/service/property/set_reply")
    assert topics.read(root + "thing/service/property/get")[0] == "get"
    assert topics.read(root + "thing/service/dock") == ("service", "dock", root + "thing/service/dock_reply")
    assert topics.read(root + "rrpc/request/55") == ("rrpc", "", root + "rrpc/response/55")
    assert topics.read(root + "thing/property/desired/get_reply")[0] == "desired"
    assert topics.read(root + "thing/event/property/post_reply")[0] == "posted"
    ext = "/ext/rrpc/77" + root + "thing/service/dock"
    assert topics.read(ext) == ("service", "dock", ext)


def test_topics_of_others_and_replies_are_not_ours():
    topics = alink.Topics("pk", "dn")
    for topic in (
        "/sys/pk/other/thing/service/property/set",
        "/sys/pk/dn/thing/service/property/set_reply",
        "/sys/pk/dn/thing/service/a/b",
        "/ext/rrpc/77",
        "/ext/rrpc/7" * 5000,
        "/ext/rrpc/77/sys/pk/other/thing/service/dock",
        "",
        "/",
    ):
        assert topics.read(topic)[0] == ""


def test_what_is_not_a_request_is_nothing():
    for payload in (b"", b"{", b"[]", b"1", b"{}", b'{"id":null}', b"\xff\xfe", b"[" * 5000, b'{"id":[1]}'):
        assert alink.read_request(payload) is None
    assert alink.read_request(b'{"id":7}') == {"id": 7}
