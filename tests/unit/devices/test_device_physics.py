"""The simulated worlds keep the laws that real ones keep. Runs under CPython and MicroPython."""

from jinn_os.boards import sim_fridge, sim_light, sim_shirt, sim_vacuum
from jinn_os.boards.dimming import duty


def a_fridge(cold=4.0, door=0):
    return sim_fridge.Board(
        {"cold_target": 4, "freezer_target": -18, "cold_temperature": cold, "freezer_temperature": -18.0, "door": door}
    )


def temperatures(board, seconds, step_s=5.0):
    seen = []
    for _ in range(int(seconds / step_s)):
        board.step(step_s)
        seen.append(board.read()["cold_temperature"])
    return seen


def test_a_closed_fridge_stays_near_its_target_for_a_day():
    seen = temperatures(a_fridge(), 86_400, 30.0)
    assert max(seen) <= 4.5, max(seen)
    assert min(seen) >= 3.5, min(seen)


def test_a_fridge_warms_faster_with_its_door_open():
    closed, opened = a_fridge(), a_fridge(door=1)
    closed.compressor.since_s = -10_000.0
    assert temperatures(opened, 300)[-1] - 4 > 5 * (temperatures(closed, 300)[-1] - 4)


def test_a_warm_fridge_cools_to_its_target():
    assert temperatures(a_fridge(cold=12.0), 3 * 3_600)[-1] <= 4.3


def test_a_compressor_rests_three_minutes_and_runs_one():
    board = a_fridge(cold=9.0)
    switched, was, since = [], board.compressor.is_on, 0.0
    for _ in range(20_000):
        board.step(1.0)
        since += 1.0
        if board.compressor.is_on != was:
            switched.append((was, since))
            was, since = board.compressor.is_on, 0.0
    assert len(switched) > 4
    # How long it was off before the first start is not known to us.
    assert all(lasted >= (sim_fridge.ON_S_MIN if was_on else sim_fridge.OFF_S_MIN) for was_on, lasted in switched[1:])


def test_a_compressor_rests_also_when_somebody_turns_the_target_up_and_down():
    board = a_fridge(cold=9.0)
    board.step(1.0)
    off_at = None
    for second in range(2_000):
        board.apply({"cold_target": 2 if second % 20 < 10 else 8})
        was = board.compressor.is_on
        board.step(1.0)
        if was and not board.compressor.is_on:
            off_at = second
        elif board.compressor.is_on and not was and off_at is not None:
            assert second - off_at >= sim_fridge.OFF_S_MIN


def a_vacuum(rooms, battery=100):
    return sim_vacuum.Board({"state": 0, "battery": battery, "area": "", "rooms": rooms})


def clean(board, seconds):
    states = []
    for _ in range(seconds):
        board.step(1.0)
        if not states or states[-1] != board.read()["state"]:
            states.append(board.read()["state"])
    return states


def test_a_vacuum_sweeps_every_cell_of_its_plan_once_and_moves_to_a_neighbour():
    board = a_vacuum({"hall": [3, 4], "study": [5, 2]})
    board.call("start", {})
    clean(board, 200)
    swept = board.floor.swept
    assert len(swept) == len(set(swept)) == 3 * 4 + 5 * 2
    for before, after in zip(swept[:-1], swept[1:]):
        if before[0] == after[0]:
            assert abs(before[1] - after[1]) + abs(before[2] - after[2]) == 1
    assert board.read()["state"] == sim_vacuum.DOCKED


def test_a_vacuum_with_a_full_bin_empties_it_at_home_and_goes_on():
    board = a_vacuum(["a", "b", "c", "d", "e"])
    board.call("start", {})
    states = clean(board, 900)
    assert states == [1, 3, 0, 1, 3, 0], states
    assert len(board.floor.swept) == 150
    assert board.bin_cells == 0


def test_a_vacuum_goes_home_by_itself_when_its_battery_is_low_and_charges():
    board = a_vacuum(["a", "b"], battery=17)
    board.call("start", {})
    assert clean(board, 120) == [1, 3, 0]
    assert board.read()["battery"] > 15


def test_a_stuck_vacuum_moves_no_cell_further():
    board = a_vacuum(["a"])
    board.call("start", {})
    clean(board, 20)
    board.person("state", sim_vacuum.STUCK)
    count = len(board.floor.swept)
    clean(board, 60)
    assert len(board.floor.swept) == count


def test_equal_steps_of_a_lamp_look_equal():
    duties = [duty(percent) for percent in range(101)]
    assert duties[0] == 0.0
    assert abs(duties[100] - 1.0) < 1e-6
    assert all(before < after for before, after in zip(duties, duties[1:]))
    # Half as bright to the eye is 18 % of the light: photographers' middle grey.
    assert abs(duties[50] - 0.184) < 0.001


def test_a_lamp_fades_without_a_jump():
    board = sim_light.Board({"on": 0, "brightness": 100})
    board.apply({"on": 1})
    seen = [board.lamp.duty]
    while board.pace_s() < 1:
        board.step(0.05)
        seen.append(board.lamp.duty)
    assert seen[0] == 0.0
    assert abs(seen[-1] - 1.0) < 1e-6
    assert max(after - before for before, after in zip(seen, seen[1:])) < 0.2
    assert board.pace_s() == 60.0


def test_a_heart_follows_what_its_owner_does_and_stays_within_what_hearts_do():
    board = sim_shirt.Board({"heart_rate": 64, "steps": 0, "battery": 100})
    rates = {}
    for activity in ("rest", "walk", "run", "rest"):
        board.person("activity", activity)
        for _ in range(300):
            board.step(1.0)
            assert 40 <= board.read()["heart_rate"] <= 200
        rates[activity] = board.read()["heart_rate"]
    assert rates["rest"] < rates["walk"] < rates["run"]
    steps = board.read()["steps"]
    board.step(60.0)
    assert board.read()["steps"] == steps
