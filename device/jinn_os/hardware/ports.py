"""What can a driver touch? Small objects, each the right to one piece of hardware; a board makes them."""


class Pin:
    """One line that is high or low."""

    def level(self):
        """0 or 1."""

    def put(self, level):
        """Only of a pin that was granted as `out`; else `NotGranted`."""

    def on_change(self, call):
        """`call(level)` after each change, outside of interrupts. Only of a pin that was granted as `in`."""


class Pwm:
    """A line that is high for a part of the time."""

    def put(self, duty):
        """0.0 dark or still, 1.0 always on; beyond that is cut off."""


class Adc:
    """A voltage."""

    def volts(self):
        """At the pin itself, calibrated where the chip is."""


class I2c:
    """One chip on a bus: its address is part of the grant, its neighbours are not."""

    def read(self, register, count):
        """Bytes from that register on. `OSError` when the chip does not answer."""

    def write(self, register, data):
        """The same way back."""


class Display:
    """Dots that are on or off. Nothing is seen before `show`."""

    width = 0
    height = 0

    def clear(self):
        """All off."""

    def text(self, text, x, y):
        """8 × 8 dots a letter, ASCII; what lies outside is cut off."""

    def dot(self, x, y, is_on):
        """One of them."""

    def show(self):
        """As it was drawn."""


class Motor:
    """Something that turns both ways."""

    def turn(self, power):
        """-1.0 full back, 0.0 coasts, 1.0 full ahead; beyond that is cut off."""


class Battery:
    """The cell that the thing lives on."""

    def volts(self):
        """Under the present load."""

    def percent(self):
        """0 to 100 of what it can hold."""


class Clock:
    """Time that passes, and the time of day as far as it is known."""

    def ticks_ms(self):
        """Since some moment; never goes back."""

    def wall_ms(self):
        """Since 1970; wrong until somebody told it."""


class Storage:
    """Small files under plain names, of one driver alone and not larger together than was granted."""

    def read(self, name):
        """All bytes; b"" when there is none."""

    def replace(self, name, data):
        """All or nothing. `OSError` when it would be more than granted."""

    def remove(self, name):
        """One that is not there is removed already."""
