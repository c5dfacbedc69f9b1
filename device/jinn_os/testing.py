"""Stand-ins that keep the promises of what they stand for: for the tests of jinn OS and of drivers."""


class PowerCut(Exception):
    """The power went in the middle of a write; what had been written is there."""


class MemoryFiles:
    """`storage.Files` in memory. After `cut_after` more bytes and renames the power goes, for good."""

    def __init__(self, kept=None, cut_after=None):
        self.folder = "memory"
        self.files = dict(kept) if kept else {}
        self.spent = 0
        self._left = cut_after

    def names(self):
        return sorted(self.files)

    def read(self, name):
        return self.files.get(name, b"")

    def read_at(self, name, at, count):
        return self.read(name)[at : at + count]

    def size(self, name):
        return len(self.read(name))

    def append(self, name, data):
        written = data[: self._spend(len(data))]
        self.files[name] = self.files.get(name, b"") + written
        if len(written) < len(data):
            raise PowerCut()

    def replace(self, name, data):
        self.files.pop(name + ".new", None)
        self.append(name + ".new", data)
        if not self._spend(1):
            raise PowerCut()
        self.files[name] = self.files.pop(name + ".new")

    def remove(self, name):
        if not self._spend(1):
            raise PowerCut()
        self.files.pop(name, None)

    def close(self):
        pass

    def _spend(self, count):
        if self._left is not None:
            count = min(count, self._left)
            self._left -= count
        self.spent += count
        return count


class FakeTicks:
    """A clock that goes when it is told to. Call it for milliseconds."""

    def __init__(self, now_ms=1_000_000):
        self.now = now_ms

    def __call__(self):
        return self.now
