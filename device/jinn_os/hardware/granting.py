"""Who may touch what? A board gives each piece of its hardware to one holder, and to nobody twice."""


class NotGranted(Exception):
    """That was not given, or not for this; `args[0]` is a sentence."""


class Grants:
    """What every board has. `makers`: for each kind the function that makes its object from where it is."""

    def __init__(self, makers):
        self._makers = makers
        self._taken = []

    def grant(self, kind, *where):
        """The object: `board.grant("pwm", 2)`. Raises `NotGranted` for what is not there or was granted before."""
        if kind not in self._makers:
            raise NotGranted(f"this board has no {kind}")
        places = self.places(kind, where)
        for place in places:
            if place in self._taken:
                raise NotGranted(f"{kind}: {place} is granted already")
        try:
            made = self._makers[kind](*where)
        except TypeError as failure:
            raise NotGranted(f"{kind} {where}: {failure}") from None
        self._taken.extend(places)
        return made

    def places(self, kind, where):
        """What a grant takes from the others; on a chip, the numbers of its pins."""
        return [(kind, where[0] if where else "")]


def open_board(name):
    """The board of that name: `jinn_os/boards/NAME.py` with `open_hardware()`, or `sim`."""
    if name == "sim":
        from jinn_os.hardware.sim import SimBoard

        return SimBoard()
    return __import__("jinn_os.boards." + name, None, None, ("open_hardware",)).open_hardware()


def grant_all(board, grants):
    """By the names that the driver knows them by: `{"lamp": ["pwm", 2]}`. Raises `ValueError` for wrong settings."""
    try:
        return {name: board.grant(*grants[name]) for name in grants}
    except (NotGranted, TypeError, AttributeError) as failure:
        raise ValueError(f"grants: {failure.args[0]}") from None
