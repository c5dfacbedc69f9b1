"""Which hardware can be had without any? Each object as real ones behave, with a hand on its other side for tests."""

from jinn_os.hardware.granting import Grants, NotGranted
from jinn_os.hardware.pins import BoundedStorage, BridgeMotor, DividedCell, cut
from jinn_os.hardware.ports import Adc, Clock, Display, I2c, Pin, Pwm
from jinn_os.port import ticks_ms, wall_ms
from jinn_os.testing import MemoryFiles


class SimPin(Pin):
    def __init__(self, number, way):
        if way not in ("in", "out"):
            raise NotGranted(f"pin {number}: it is in or out")
        self._way = way
        self._level = 1 if way == "in" else 0
        self._call = None

    def level(self):
        return self._level

    def put(self, level):
        if self._way != "out":
            raise NotGranted("this pin is only listened to")
        self._level = 1 if level else 0

    def on_change(self, call):
        if self._way != "in":
            raise NotGranted("this pin is only driven")
        self._call = call

    def drive(self, level):
        """The world's side of an input."""
        changed, self._level = level != self._level, level
        if changed and self._call:
            self._call(level)


class SimPwm(Pwm):
    def __init__(self, number, hertz=1000):
        self.duty = 0.0
        self.hertz = hertz

    def put(self, duty):
        self.duty = cut(duty, 0.0, 1.0)


class SimAdc(Adc):
    """`feed` is what lies at the pin; the converter sees 0 to 3.1 V in 4096 steps."""

    def __init__(self, number):
        self.feed = 0.0

    def volts(self):
        return round(cut(self.feed, 0.0, 3.1) / 3.1 * 4095) / 4095 * 3.1


class SimI2c(I2c):
    """A chip of 256 registers; one that is `gone` does not answer."""

    def __init__(self, bus, address):
        self.registers = bytearray(256)
        self.is_gone = False

    def read(self, register, count):
        self._look(register, count)
        return bytes(self.registers[register : register + count])

    def write(self, register, data):
        self._look(register, len(data))
        self.registers[register : register + len(data)] = data

    def _look(self, register, count):
        if self.is_gone or register + count > 256:
            raise OSError(19, "the chip does not answer")


class SimDisplay(Display):
    """`seen` is what stands on it: the texts by place, and the dots."""

    def __init__(self, bus, address, width=128, height=64):
        self.width, self.height = width, height
        self.seen = {}
        self._drawn = {}

    def clear(self):
        self._drawn = {}

    def text(self, text, x, y):
        self._drawn[(x, y)] = text[: max(0, (self.width - x) // 8)]

    def dot(self, x, y, is_on):
        if 0 <= x < self.width and 0 <= y < self.height:
            self._drawn[(x, y)] = 1 if is_on else 0

    def show(self):
        self.seen = dict(self._drawn)


class SimClock(Clock):
    def ticks_ms(self):
        return ticks_ms()

    def wall_ms(self):
        return wall_ms()


class SimBoard(Grants):
    """`made` holds what was granted, by kind and place, for whoever plays the world."""

    def __init__(self):
        super().__init__(
            {
                "pin": self._keep("pin", SimPin),
                "pwm": self._keep("pwm", SimPwm),
                "adc": self._keep("adc", SimAdc),
                "i2c": self._keep("i2c", SimI2c),
                "display": self._keep("display", SimDisplay),
                "motor": lambda ahead, back: BridgeMotor(
                    self._one("pwm", SimPwm, ahead), self._one("pwm", SimPwm, back)
                ),
                "battery": lambda number, ratio=2.0: DividedCell(self._one("adc", SimAdc, number), ratio),
                "clock": SimClock,
                "storage": lambda name, bytes_max=16_384: BoundedStorage(MemoryFiles(), bytes_max),
            }
        )
        self.made = {}

    def places(self, kind, where):
        return pin_places(kind, where)

    def _keep(self, kind, make):
        return lambda *where: self._one(kind, make, *where)

    def _one(self, kind, make, *where):
        made = self.made[(kind, where[0])] = make(*where)
        return made


def pin_places(kind, where):
    """Pins by number whatever they are used for; chips by bus and address; the rest by kind and name."""
    if kind in ("pin", "pwm", "adc", "battery"):
        return list(where[:1])
    if kind == "motor":
        return list(where[:2])
    if kind in ("i2c", "display"):
        return [("i2c",) + tuple(where[:2])]
    return [] if kind == "clock" else [(kind, where[0] if where else "")]
