"""What is the same on every board with pins: rules of levels, powers, cells and folders."""

from jinn_os.hardware.ports import Battery, Motor, Storage

CELL_PERCENT = ((3.27, 0), (3.61, 5), (3.69, 10), (3.73, 20), (3.77, 30), (3.79, 40),
                (3.82, 50), (3.87, 60), (3.95, 70), (4.02, 80), (4.11, 90), (4.20, 100))  # fmt: skip
"""Volts of a resting lithium-ion cell and what is left in it, as such cells commonly are; straight between two."""


def cut(value, low, high):
    return low if value < low else high if value > high else value


def percent_of(volts):
    below = CELL_PERCENT[0]
    if volts <= below[0]:
        return 0
    for above in CELL_PERCENT:
        if volts <= above[0]:
            part = (volts - below[0]) / (above[0] - below[0])
            return round(below[1] + part * (above[1] - below[1]))
        below = above
    return 100


class BridgeMotor(Motor):
    """A motor between two outputs (an H-bridge): one drives it ahead, the other back, never both."""

    def __init__(self, ahead, back):
        self._ahead = ahead
        self._back = back

    def turn(self, power):
        power = cut(power, -1.0, 1.0)
        # The one that ends first, or for a moment both would be on: that is a brake, and heat.
        if power >= 0:
            self._back.put(0.0)
            self._ahead.put(power)
        else:
            self._ahead.put(0.0)
            self._back.put(-power)


class DividedCell(Battery):
    """A cell behind two resistors, which bring its volts into the reach of an ADC."""

    def __init__(self, adc, ratio):
        self._adc = adc
        self._ratio = ratio

    def volts(self):
        return self._adc.volts() * self._ratio

    def percent(self):
        return percent_of(self.volts())


class BoundedStorage(Storage):
    """`files` (see `storage.Files`), of which one holder has so many bytes."""

    def __init__(self, files, bytes_max):
        self._files = files
        self._bytes_max = bytes_max

    def read(self, name):
        return self._files.read(_plain(name))

    def replace(self, name, data):
        others = sum([self._files.size(other) for other in self._files.names() if other != _plain(name)])
        if others + len(data) > self._bytes_max:
            raise OSError(28, "no more than was granted")
        self._files.replace(name, data)

    def remove(self, name):
        self._files.remove(_plain(name))


def _plain(name):
    if not name or "/" in name or name[0] == ".":
        raise OSError(22, "no plain name")
    return name
