"""What is a driver? The part of a thing that touches the world; it knows no network and no clock."""


class Refusal(Exception):
    """The thing cannot do that now; `args[0]` is a sentence for people. Nothing has changed."""


class Driver:
    """One thing's hardware, as its model's properties. A driver overrides what its thing can do.

    `state` holds a value for every property of the model.
    """

    def __init__(self, initial):
        self.state = dict(initial)
        self._events = []

    def read(self):
        """The present values of all properties."""
        return self.state

    def apply(self, values):
        """Do what was asked. The values fit the model. Raises `Refusal` before anything changed."""
        self.state.update(values)

    def call(self, service, arguments):
        """Do a service and return its output; the arguments fit the model. Raises `Refusal`."""
        raise Refusal(f"{service} is not built in")

    def person(self, name, value):
        """Somebody did that by hand: a switch, a handle. Raises `Refusal` for what has no handle."""
        if name not in self.state:
            raise Refusal(f"{name}: there is nothing like that to touch")
        self.apply({name: value})

    def step(self, dt_s):
        """Let so many seconds pass."""

    def pace_s(self):
        """How soon `step` should come next; short only while something moves."""
        return 60.0

    def bands(self):
        """How far a measured number may move before it is said again; {} says every change."""
        return {}

    def rates(self):
        """The seconds that lie between two reports of a value at least; {} says each change at once."""
        return {}

    def message(self, topic, payload):
        """Something came on a topic of the thing's own. The bytes of an answer, or None where none is due."""
        return

    def configure(self, config):
        """The hub's configuration, as its maker wrote it (an object)."""

    def happened(self, event, value):
        self._events.append((event, value))

    def take_events(self):
        """The events since last time, each once, as `(identifier, value)`."""
        events, self._events = self._events, []
        return events

    def close(self):
        """It was switched off after too many faults: let go of what it holds."""
