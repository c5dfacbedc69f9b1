"""Who is told when something happens? `up` and `down` of the network are the two that every program has."""


class Events:
    """Plain callables by name of the event, called in the order of asking; they return quickly."""

    def __init__(self):
        self._calls = {}

    def on(self, name, call):
        self._calls.setdefault(name, []).append(call)

    def happened(self, name, *facts):
        for call in self._calls.get(name, ()):
            call(*facts)
