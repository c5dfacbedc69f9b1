"""What a driver may touch, on a simulated board and a chip's stand-in. Plain functions: MicroPython runs this too."""

import asyncio

from jinn_os.boards.esp32 import Esp32
from jinn_os.boards.esp32_light import Board
from jinn_os.hardware.granting import NotGranted, grant_all, open_board
from jinn_os.hardware.pins import BoundedStorage, percent_of
from jinn_os.hardware.sim import SimBoard
from jinn_os.testing import MemoryFiles


def refused(function, *arguments):
    try:
        function(*arguments)
    except (NotGranted, ValueError, OSError) as failure:
        return str(failure.args[-1])
    raise AssertionError("it was granted")


# grants


def test_each_piece_of_hardware_is_granted_once_whatever_for():
    board = SimBoard()
    board.grant("pwm", 2)
    assert refused(board.grant, "pwm", 2) == "pwm: 2 is granted already"
    assert refused(board.grant, "pin", 2, "out") == "pin: 2 is granted already"
    assert refused(board.grant, "motor", 3, 2) == "motor: 2 is granted already"
    board.grant("motor", 3, 4)
    board.grant("i2c", 0, 60)
    assert "already" in refused(board.grant, "display", 0, 60)
    board.grant("i2c", 0, 61)
    assert refused(board.grant, "laser", 1) == "this board has no laser"


def test_what_was_refused_can_be_granted_rightly():
    board = SimBoard()
    refused(board.grant, "pin", 5, "sideways")
    refused(board.grant, "pin", 5)
    board.grant("pin", 5, "in")


def test_wrong_grants_are_wrong_settings():
    for grants in ({"a": ["laser", 1]}, {"a": ["pwm"]}, {"a": 7}, {"a": []}, {"a": ["pwm", 1], "b": ["pwm", 1]}):
        refused(grant_all, open_board("sim"), grants)


# ports


def test_a_pin_that_is_listened_to_calls_and_cannot_be_driven():
    board = SimBoard()
    button = board.grant("pin", 0, "in")
    felt = []
    button.on_change(felt.append)
    for level in (1, 0, 0, 1):
        board.made[("pin", 0)].drive(level)
    assert felt == [0, 1]
    refused(button.put, 1)
    refused(board.grant("pin", 1, "out").on_change, felt.append)


def test_a_motor_never_drives_both_ways_at_once():
    board = SimBoard()
    motor = board.grant("motor", 3, 4)
    ahead, back = board.made[("pwm", 3)], board.made[("pwm", 4)]
    for power, duties in ((0.5, (0.5, 0)), (-2, (0, 1)), (9, (1, 0)), (0, (0, 0))):
        motor.turn(power)
        assert (ahead.duty, back.duty) == duties


def test_a_cell_is_as_full_as_its_volts_say():
    assert [percent_of(volts) for volts in (2.0, 3.27, 3.82, 3.845, 4.2, 5.0)] == [0, 0, 50, 55, 100, 100]
    board = SimBoard()
    cell = board.grant("battery", 35)
    board.made[("adc", 35)].feed = 3.82 / 2
    assert cell.percent() == 50


def test_a_driver_keeps_no_more_than_was_granted_and_leaves_its_folder_never():
    storage = BoundedStorage(MemoryFiles(), 100)
    storage.replace("a", b"x" * 60)
    refused(storage.replace, "b", b"x" * 41)
    storage.replace("a", b"y" * 100)
    assert storage.read("a") == b"y" * 100
    for name in ("../a", "", ".hidden", "a/b"):
        refused(storage.read, name)
        refused(storage.replace, name, b"")


def test_a_chip_that_is_gone_says_so():
    board = SimBoard()
    chip = board.grant("i2c", 0, 68)
    chip.write(4, b"ab")
    assert chip.read(4, 2) == b"ab"
    board.made[("i2c", 0)].is_gone = True
    refused(chip.read, 4, 2)


# the lamp


def lamp(board, state):
    granted = grant_all(board, {"lamp": ["pwm", 2], "button": ["pin", 0, "in"]})
    return Board(state, granted)


def test_a_lamp_fades_on_its_pin_along_the_curve_of_the_eye():
    board = SimBoard()
    driver = lamp(board, {"on": 1, "brightness": 100})
    pwm = board.made[("pwm", 2)]
    assert pwm.duty == 1.0
    driver.apply({"brightness": 50})
    driver.step(0.2)
    assert 0.18 < pwm.duty < 1.0
    driver.step(0.2)
    assert abs(pwm.duty - 0.1842) < 0.001
    driver.close()
    assert pwm.duty == 0.0


def test_a_button_switches_a_lamp_when_it_goes_down():
    board = SimBoard()
    driver = lamp(board, {"on": 1, "brightness": 100})
    button = board.made[("pin", 0)]
    button.drive(0)
    driver.step(0.1)
    button.drive(1)
    driver.step(0.1)
    assert driver.read()["on"] == 0
    button.drive(0)
    driver.step(0.1)
    assert driver.read()["on"] == 1


# a chip


class Calls:
    """Stands for a module of the chip and all in it: writes down each call, gives what it was told to."""

    def __init__(self, log, name, gives):
        self._log, self._name, self._gives = log, name, gives

    def __getattr__(self, name):
        path = self._name + "." + name
        if name == "RUNNING" or ("_" in name and name == name.upper()):
            return path
        return Calls(self._log, path, self._gives)

    def __call__(self, *arguments, **options):
        self._log.append((self._name, arguments, options))
        given = self._gives.get(self._name)
        return given() if given else Calls(self._log, self._name, self._gives)


class Machine:
    """Only what must add up: the flags of edges."""

    def __init__(self, log, gives):
        self._calls = Calls(log, "machine", gives)
        self.Pin = Pins(log, gives)

    def __getattr__(self, name):
        return getattr(self._calls, name)


class Pins(Calls):
    IN, OUT, PULL_UP, IRQ_RISING, IRQ_FALLING = 1, 3, 2, 1, 2

    def __init__(self, log, gives):
        super().__init__(log, "machine.Pin", gives)


def chip(**gives):
    log = []
    gives = {name.replace("__", "."): gives[name] for name in gives}
    modules = [Calls(log, name, gives) for name in ("network", "esp32", "framebuf", "micropython")]
    return Esp32(Machine(log, gives), *modules), log


def named(log, name):
    return [arguments for path, arguments, _ in log if path == name]


def test_a_chip_refuses_what_would_harm_it():
    board, log = chip()
    assert refused(board.grant, "pin", 6, "out") == "pin 6 belongs to the flash"
    assert refused(board.grant, "pwm", 11) == "pin 11 belongs to the flash"
    assert refused(board.grant, "pin", 34, "out") == "pin 34 can only listen"
    assert refused(board.grant, "pwm", 39) == "pin 39 can only listen"
    assert refused(board.grant, "adc", 4) == "pin 4 has no converter beside the radio"
    assert refused(board.grant, "i2c", 7, 60) == "there is no I2C bus 7"
    assert log == []


def test_a_duty_becomes_the_sixteen_bits_of_the_chip():
    board, log = chip()
    pwm = board.grant("pwm", 2)
    for duty in (0, 0.5, 1.0, 7):
        pwm.put(duty)
    assert named(log, "machine.PWM.duty_u16") == [(0,), (32768,), (65535,), (65535,)]


def test_a_converter_tells_volts_and_a_cell_its_percent():
    board, _ = chip(machine__ADC__read_uv=lambda: 1_910_000)
    assert abs(board.grant("adc", 32).volts() - 1.91) < 1e-6
    assert board.grant("battery", 33).percent() == 50


def test_a_display_is_switched_on_once_and_shows_what_was_drawn():
    board, log = chip()
    display = board.grant("display", 0, 60)
    display.text("3 °C", 0, 8)
    display.show()
    written = named(log, "machine.I2C.writeto_mem")
    assert written[0][:2] == (60, 0)
    assert written[0][2][0] == 0xAE
    assert [data for _, register, data in written if register == 0 and data == b"\xaf"] == [b"\xaf"]
    assert [len(data) for _, register, data in written if register == 0x40] == [1024, 1024]
    assert named(log, "framebuf.FrameBuffer.text") == [("3 °C", 0, 8)]
    board.grant("i2c", 0, 61)
    assert len(named(log, "machine.I2C")) == 1


def test_the_button_of_a_chip_asks_to_be_called_outside_of_the_interrupt():
    board, log = chip(machine__Pin__value=lambda: 0)
    felt = []
    board.grant("pin", 0, "in").on_change(felt.append)
    ((_, _, options),) = [entry for entry in log if entry[0] == "machine.Pin.irq"]
    options["handler"]("the pin")
    assert felt == []
    ((later, pin),) = named(log, "micropython.schedule")
    later(pin)
    assert felt == [0]


def test_the_watchdog_of_a_chip_is_fed_and_cannot_be_stopped():
    board, log = chip()
    dog = board.watchdog(8)
    dog.feed()
    dog.start()
    dog.feed()
    dog.stop()
    assert [(path, options) for path, _, options in log] == [
        ("machine.WDT", {"timeout": 8000}),
        ("machine.WDT.feed", {}),
    ]


def test_a_new_program_is_written_beside_and_kept_when_it_is_well():
    board, log = chip()
    board.programs.write_block(3, b"abc")
    ((number, block),) = named(log, "esp32.Partition.get_next_update.writeblocks")
    assert (number, len(block), block[:4]) == (3, 4096, b"abc\xff")
    board.programs.try_other()
    board.programs.keep()
    assert named(log, "esp32.Partition.get_next_update.set_boot") == [()]
    assert named(log, "esp32.Partition.mark_app_valid_cancel_rollback") == [()]


def test_a_radio_that_finds_no_network_gives_up_in_time():
    async def at_once(_):
        return

    looks = [False, False, False, True]
    board, log = chip(network__WLAN__isconnected=lambda: looks.pop(0))
    assert asyncio.run(board.join("home", "secret", 60_000, at_once))
    assert named(log, "network.WLAN.connect") == [("home", "secret")]
    board, _ = chip(network__WLAN__isconnected=lambda: False)
    assert not asyncio.run(board.join("home", "secret", 0, at_once))
