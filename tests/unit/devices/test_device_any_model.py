"""The driver for any model: whatever happens, every value fits the model; and the checked things move plausibly."""

from jinn_os.boards.sim_model import Board
from jinn_os.tsl import Model

STATES = {"0": "docked", "1": "cleaning", "2": "paused"}
TEXT = {"type": "text", "specs": {"length": "64"}}
VACUUM = {
    "properties": [
        {"identifier": "state", "accessMode": "r", "dataType": {"type": "enum", "specs": STATES}},
        {"identifier": "area", "accessMode": "r", "dataType": TEXT},
    ],
    "services": [
        {"identifier": "start", "inputData": [], "outputData": []},
        {"identifier": "dock", "inputData": [], "outputData": []},
        {"identifier": "clean_area", "inputData": [{"identifier": "area", "dataType": TEXT}], "outputData": []},
    ],
}


def number(name, access, low, high, step="1", kind="int"):  # noqa: PLR0917
    specs = {"min": low, "max": high, "step": step}
    return {"identifier": name, "accessMode": access, "dataType": {"type": kind, "specs": specs}}


def test_a_measured_temperature_follows_what_is_wanted():
    board = Board(
        {},
        {
            "properties": [
                number("target_temperature", "rw", "16", "30"),
                number("temperature", "r", "-20", "60", "0.1", "double"),
                number("cold_target", "rw", "2", "8"),
                number("cold_temperature", "r", "-10", "45", "0.1", "double"),
            ]
        },
    )
    board.apply({"target_temperature": 28, "cold_target": 3})
    for _ in range(100):
        board.step(60)
    assert abs(board.read()["temperature"] - 28) < 0.2
    assert abs(board.read()["cold_temperature"] - 3) < 0.2


def test_what_follows_nothing_goes_up_and_down_and_never_jumps():
    board = Board({}, {"properties": [number("pressure", "r", "900", "1100", "0.1", "double")]})
    seen = []
    for _ in range(70):
        board.step(10)
        seen.append(board.read()["pressure"])
    assert max(seen) - min(seen) > 5
    assert all(abs(seen[at + 1] - seen[at]) < 1 for at in range(len(seen) - 1))


def test_a_cell_drains_and_a_counter_counts_until_their_ends():
    board = Board({"battery": 2}, {"properties": [number("battery", "r", "0", "100"), number("steps", "r", "0", "50")]})
    board.step(3600)
    assert board.read()["battery"] == 1
    board.step(1e6)
    assert board.read() == {"battery": 0, "steps": 50}


def test_a_service_brings_it_into_the_state_of_its_name():
    board = Board({}, VACUUM)
    board.call("start", {})
    assert board.read()["state"] == 1
    board.call("dock", {})
    assert board.read()["state"] == 0
    assert board.call("clean_area", {"area": "hall"}) == {}
    assert board.read()["area"] == "hall"


def test_a_number_with_odd_steps_and_no_bounds_still_fits():
    for entry in (number("x", "r", "1", "10", "4"), number("x", "r", "-7", "-3", "0.3", "double")):
        document = {"properties": [entry]}
        board = Board({}, document)
        for _ in range(50):
            board.step(97)
            Model(document).fit_report("x", board.read()["x"])
    bare = {"identifier": "x", "accessMode": "r", "dataType": {"type": "double", "specs": {}}}
    board = Board({}, {"properties": [bare]})
    board.step(100)
    assert 0 <= board.read()["x"] <= 100
