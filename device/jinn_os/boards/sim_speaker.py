"""How does a speaker behave? Turning the volume ends the silence."""

from jinn_os.boards.driver import Driver


class Board(Driver):
    def apply(self, values):
        self.state.update(values)
        if values.get("volume") and "mute" not in values:
            self.state["mute"] = 0
