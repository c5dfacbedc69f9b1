"""When a happening may be forgotten: once everything that it set off is kept. Pure."""

from collections.abc import Callable


class Heard:
    """Counts who still has something to keep."""

    def __init__(self, forget: Callable[[], None]) -> None:
        """`forget` is called once, when the last has let go; whoever made this lets go by `done`."""
        self._forget = forget
        self._holders = 1

    def hold(self) -> "Hold":
        self._holders += 1
        return Hold(self)

    def done(self) -> None:
        self._holders -= 1
        if self._holders == 0:
            self._forget()


class Hold:
    """One who has something to keep; letting go twice is letting go once."""

    def __init__(self, heard: Heard) -> None:
        self._heard: Heard | None = heard

    def let_go(self) -> None:
        heard, self._heard = self._heard, None
        if heard is not None:
            heard.done()
