"""What the pretended things do. Plain functions and asserts: MicroPython runs this file too."""

from jinn_os.boards import (
    sim_air_conditioner,
    sim_curtain,
    sim_door_sensor,
    sim_fridge,
    sim_light,
    sim_shirt,
    sim_speaker,
    sim_television,
    sim_vacuum,
)
from jinn_os.boards.driver import Refusal
from jinn_os.tsl import Unfit


def refused(function, *arguments, kind=Refusal):
    try:
        function(*arguments)
    except kind as refusal:
        return refusal.args[0]
    raise AssertionError("nothing was refused")


def live(board, seconds, step_s=1.0):
    """Let time pass; the states that it went through."""
    seen = []
    for _ in range(int(seconds / step_s)):
        board.step(step_s)
        seen.append(dict(board.read()))
    return seen


def a_light(**state):
    return sim_light.Board(dict({"on": 0, "brightness": 40, "color": "#ffffff"}, **state))


def test_brightness_asked_of_a_dark_lamp_lights_it():
    board = a_light()
    board.apply({"brightness": 70})
    assert (board.read()["on"], board.read()["brightness"]) == (1, 70)


def test_brightness_zero_darkens_and_switching_on_brings_the_old_level_back():
    board = a_light(on=1)
    board.apply({"brightness": 0})
    assert (board.read()["on"], board.read()["brightness"]) == (0, 0)
    board.apply({"on": 1})
    assert (board.read()["on"], board.read()["brightness"]) == (1, 40)


def test_a_lamp_told_both_does_both():
    board = a_light(on=1)
    board.apply({"on": 0, "brightness": 70})
    assert (board.read()["on"], board.read()["brightness"]) == (0, 70)


def test_a_colour_that_is_none_is_unfit_and_changes_nothing():
    board = a_light()
    for color in ("red", "#12345", "#gggggg", "1234567"):
        refused(board.apply, {"on": 1, "color": color}, kind=Unfit)
    assert board.read() == {"on": 0, "brightness": 40, "color": "#ffffff"}


def test_a_curtain_takes_between_one_and_two_seconds():
    board = sim_curtain.Board({"position": 0})
    board.call("open", {})
    way = [state["position"] for state in live(board, 2.0, 0.1)]
    assert 10 <= way.index(100) + 1 <= 20
    assert way == sorted(way)
    assert board.pace_s() > 10


def test_a_curtain_stops_where_it_is():
    board = sim_curtain.Board({"position": 100})
    board.call("close", {})
    live(board, 0.5, 0.1)
    board.call("stop", {})
    at = board.read()["position"]
    assert 0 < at < 100
    assert live(board, 1, 0.1)[-1]["position"] == at


def test_a_curtain_says_little_on_its_way_and_all_at_its_end():
    board = sim_curtain.Board({"position": 0})
    board.apply({"position": 100})
    assert board.bands()
    live(board, 2, 0.1)
    assert not board.bands()


def an_air_conditioner(**state):
    start = {"on": 1, "mode": 1, "target_temperature": 24.0, "fan": 0, "temperature": 28.0}
    return sim_air_conditioner.Board(dict(start, **state))


def test_cooling_brings_the_room_to_its_target_and_not_below():
    way = [state["temperature"] for state in live(an_air_conditioner(), 7200, 10)]
    assert 24.0 <= way[-1] <= 24.2
    assert min(way) >= 24.0


def test_a_stronger_fan_cools_faster():
    slow, fast = an_air_conditioner(fan=1), an_air_conditioner(fan=3)
    assert live(fast, 300, 10)[-1]["temperature"] < live(slow, 300, 10)[-1]["temperature"]


def test_what_is_off_or_in_another_mode_lets_the_room_drift():
    for board in (an_air_conditioner(on=0), an_air_conditioner(mode=2), an_air_conditioner(mode=4)):
        assert live(board, 3600, 10)[-1]["temperature"] > 28.0


def a_fridge():
    return sim_fridge.Board(
        {"cold_target": 4, "freezer_target": -18, "cold_temperature": 4.0, "freezer_temperature": -18.0, "door": 0}
    )


def test_an_open_fridge_warms_and_complains_once_in_a_while():
    board = a_fridge()
    board.person("door", 1)
    live(board, 59)
    assert board.take_events() == []
    live(board, 60)
    assert board.take_events() == [("door_left_open", {"seconds": 60})]
    assert board.take_events() == []
    live(board, 120)
    assert len(board.take_events()) == 1
    assert board.read()["cold_temperature"] > 6


def test_a_closed_fridge_cools_down_and_forgets_how_long_it_was_open():
    board = a_fridge()
    board.person("door", 1)
    live(board, 50)
    board.person("door", 0)
    board.person("door", 1)
    live(board, 50)
    assert board.take_events() == []
    board.person("door", 0)
    assert live(board, 7200, 10)[-1]["cold_temperature"] <= 4.3


def a_vacuum(**state):
    start = {"state": 0, "battery": 100, "area": "", "rooms": ["hall", "kitchen"]}
    return sim_vacuum.Board(dict(start, **state))


def test_a_vacuum_cleans_an_area_returns_and_charges():
    board = a_vacuum()
    board.call("clean_area", {"area": "hall"})
    assert board.read() == {"state": 1, "battery": 100, "area": "hall"}
    seen = live(board, 120)
    assert {state["state"] for state in seen} == {0, 1, 3}
    assert board.read()["state"] == sim_vacuum.DOCKED
    assert board.read()["area"] == ""
    low = board.read()["battery"]
    assert low < 100
    assert live(board, 600)[-1]["battery"] == 100


def test_a_paused_vacuum_goes_on_where_it_was():
    board = a_vacuum()
    board.call("clean_area", {"area": "hall"})
    live(board, 30)
    board.call("pause", {})
    assert {state["state"] for state in live(board, 300, 10)} == {sim_vacuum.PAUSED}
    board.call("start", {})
    assert board.read()["area"] == "hall"
    assert live(board, 61)[-1]["state"] == sim_vacuum.RETURNING


def test_a_vacuum_refuses_what_it_cannot_do():
    board = a_vacuum()
    assert "attic" in refused(board.call, "clean_area", {"area": "attic"})
    assert "not cleaning" in refused(board.call, "pause", {})
    board.person("state", sim_vacuum.STUCK)
    for service in ("start", "dock"):
        assert "stuck" in refused(board.call, service, {})
    board.person("state", 0)
    assert board.read()["state"] == sim_vacuum.PAUSED
    assert "too low" in refused(a_vacuum(battery=10).call, "start", {})


def test_a_tired_vacuum_turns_home():
    board = a_vacuum(battery=16)
    board.call("start", {})
    assert sim_vacuum.RETURNING in [state["state"] for state in live(board, 60)]


def test_choosing_a_channel_wakes_a_television():
    board = sim_television.Board({"on": 0, "volume": 20, "mute": 1, "channel": 1})
    board.apply({"channel": 5})
    assert board.read() == {"on": 1, "volume": 20, "mute": 1, "channel": 5}


def test_turning_the_volume_ends_the_silence():
    for board in (
        sim_television.Board({"on": 1, "volume": 20, "mute": 1, "channel": 1}),
        sim_speaker.Board({"volume": 20, "mute": 1}),
    ):
        board.apply({"volume": 30})
        assert (board.read()["volume"], board.read()["mute"]) == (30, 0)
        board.apply({"mute": 1})
        assert (board.read()["volume"], board.read()["mute"]) == (30, 1)


def test_a_door_opens_by_hand_only_and_its_cell_lasts_two_years():
    board = sim_door_sensor.Board({"open": 0, "battery": 100})
    board.person("door", 1)
    assert board.read()["open"] == 1
    refused(board.person, "lid", 1)
    assert live(board, 86400 * 365, 86400)[-1]["battery"] in (39, 40)


def test_running_raises_the_heart_rate_and_counts_steps():
    board = sim_shirt.Board({"heart_rate": 64, "steps": 100, "battery": 90})
    board.person("activity", "run")
    seen = live(board, 60)[-1]
    assert 135 < seen["heart_rate"] <= 148
    assert 250 <= seen["steps"] <= 265
    board.person("activity", "rest")
    rested = live(board, 300)[-1]
    assert rested["heart_rate"] <= 66
    assert rested["steps"] == seen["steps"]
    refused(board.person, "activity", "fly")


def test_a_shirt_has_a_day_of_its_own():
    board = sim_shirt.Board({"heart_rate": 64, "steps": 0, "battery": 90})
    live(board, 200)
    assert board.read()["steps"] == 0
    live(board, 100)
    assert board.read()["steps"] > 0
