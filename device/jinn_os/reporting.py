"""Which values are worth saying? Pure."""


class Reporter:
    """Remembers what was said last, and tells what has changed since by more than its dead band."""

    def __init__(self):
        self._said = {}

    def forget(self):
        """The next report says everything."""
        self._said = {}

    def due(self, values, bands, always=()):
        """Those of `values` to say now. `bands`: how far a number may move unsaid. `always`: said in any case."""
        out = {}
        for identifier, value in values.items():
            if identifier in always or self._has_moved(identifier, value, bands):
                out[identifier] = value
        return out

    def said(self, values):
        self._said.update(values)

    def _has_moved(self, identifier, value, bands):
        if identifier not in self._said:
            return True
        last = self._said[identifier]
        band = bands.get(identifier)
        if band and isinstance(value, (int, float)):
            return abs(value - last) >= band
        return value != last
