"""How much light is half as bright? The eye's own curve, from the percent that people ask to the duty of a lamp."""


def duty(percent):
    """0 to 1 for 0 to 100: luminance by CIE 1976 lightness (ISO/CIE 11664-4), so that equal steps look equal."""
    if percent <= 0:
        return 0.0
    if percent <= 8:
        return percent / 903.3
    return ((percent + 16) / 116) ** 3


class Fade:
    """A lamp's duty on its way: it takes the same time whatever the way, and no one sees steps."""

    def __init__(self, start, fade_s):
        self.duty = self._from = self._to = start
        self._fade_s = fade_s
        self._passed_s = fade_s

    def go(self, to):
        if to != self._to:
            self._from, self._to, self._passed_s = self.duty, to, 0.0

    def step(self, dt_s):
        self._passed_s = min(self._fade_s, self._passed_s + dt_s)
        self.duty = self._from + (self._to - self._from) * (self._passed_s / self._fade_s)

    def is_moving(self):
        return self._passed_s < self._fade_s
