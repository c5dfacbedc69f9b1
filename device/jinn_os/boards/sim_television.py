"""How does a television behave? Choosing a channel wakes it."""

from jinn_os.boards.driver import Driver


class Board(Driver):
    def apply(self, values):
        self.state.update(values)
        if "channel" in values and "on" not in values:
            self.state["on"] = 1
        if values.get("volume") and "mute" not in values:
            # Turning the volume is how people end the silence.
            self.state["mute"] = 0
