"""What a guest says is believed when it has the right shape. Plain functions: MicroPython runs this file too."""

from jinn_os.boards.driver import Refusal
from jinn_os.guests import interpreter_of, quoted
from jinn_os.isolating import PACE_MAX_S, PACE_MIN_S, Answer, isolated
from jinn_os.port import IS_MICROPYTHON


def refused(function, *arguments):
    try:
        function(*arguments)
    except (ValueError, TypeError, RuntimeError) as failure:
        return failure
    raise AssertionError("it was believed")


def test_an_answer_of_the_right_shape_is_believed():
    answer = Answer(
        b'{"id": 3, "out": {"a": 1}, "state": {"on": 1}, "pace": 0.1, "bands": {"t": 0.5}, "events": [["e", 2]]}\n'
    )
    assert (answer.id, answer.out, answer.state, answer.pace_s) == (3, {"a": 1}, {"on": 1}, 0.1)
    assert (answer.bands, answer.rates, answer.events) == ({"t": 0.5}, {}, [("e", 2)])
    assert (answer.refusal, answer.fault) == ("", "")


def test_an_answer_of_another_shape_is_not():
    for line in (
        b"",
        b"\n",
        b"nonsense\n",
        b"[1]\n",
        b"null\n",
        b'{"state": "nonsense"}\n',
        b'{"state": [1]}\n',
        b'{"pace": "soon"}\n',
        b'{"pace": true}\n',
        b'{"bands": {"t": -1}}\n',
        b'{"rates": {"t": null}}\n',
        b'{"fault": 1}\n',
        b'{"refusal": {}}\n',
        b'{"events": {"e": 1}}\n',
        b'{"events": [[1, 2]]}\n',
        b'{"events": [["e"]]}\n',
        b'{"events": [7]}\n',
        b'{"events": [' + b", ".join([b'["e", 1]'] * 33) + b"]}\n",
        b"\xff\xfe{}\n",
    ):
        refused(Answer, line)


def test_a_guest_can_neither_make_the_thing_spin_nor_sleep_for_ever():
    assert Answer(b'{"pace": 0}').pace_s == PACE_MIN_S
    assert Answer(b'{"pace": -5}').pace_s == PACE_MIN_S
    assert Answer(b'{"pace": 1e9}').pace_s == PACE_MAX_S


def test_the_interpreter_is_ours_with_another_heap():
    words = ["/bin/micropython", "-X", "heapsize=256k", "device/main.py", "thing.json"]
    assert interpreter_of(words, "96k") == ["/bin/micropython", "-X", "heapsize=96k"]
    plain = interpreter_of(["python3", "-E", "device/boot.py", "thing.json"], "96k")
    assert plain == ["python3", "-E"] + (["-X", "heapsize=96k"] if IS_MICROPYTHON else [])


def test_a_path_with_everything_in_it_is_one_word_for_the_shell():
    assert quoted("a b'; rm -rf $HOME") == "'a b'\\''; rm -rf $HOME'"


def test_a_heap_that_is_none_is_a_wrong_setting():
    for heap in ("lots", 128, "", "k", "1; reboot k"):
        refused(isolated, {"driver_process": {"heap": heap}}, "driver.py", {})


def test_a_refusal_of_a_guest_stays_one():
    answer = Answer(b'{"id": 1, "refusal": "not now"}')
    assert Refusal(answer.refusal).args[0] == "not now"
