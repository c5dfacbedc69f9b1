"""What does a power cut leave behind? Flash in memory that goes dark at a chosen step, in every manner it might."""

MANNERS = ("before", "torn", "garbled", "after", "lost")
"""Nothing of the last step happened; half of it; half of it and erased bytes; all of it; nothing of it, and what
was not synced is gone, removals included."""


class PowerCut(BaseException):
    """The lights are out. No program catches this, as none could."""


class SimFlash:
    """The same port as `FolderFlash`. `cut_at` counts changes from 1; None: the power stays on."""

    def __init__(self, cut_at=None, manner="before", files=None):
        self.steps = 0
        self._cut_at = cut_at
        self._manner = manner
        self._is_dark = False
        self._files = {name: bytes(data) for name, data in (files or {}).items()}
        self._kept = dict(self._files)

    def power_on(self, cut_at=None, manner="before"):
        """The same flash after the cut."""
        return SimFlash(cut_at, manner, self._files)

    def files(self, folder):
        """What lies below a folder, by path within it."""
        start = folder + "/"
        return {name[len(start) :]: data for name, data in self._files.items() if name.startswith(start)}

    def read(self, name):
        return self._files.get(name)

    def start(self, name, size):
        return self._files[name][:size] if name in self._files else None

    def chunks(self, name):
        data = self._files.get(name, b"")
        for at in range(0, len(data), 4096):
            yield data[at : at + 4096]

    def size(self, name):
        return len(self._files[name]) if name in self._files else None

    def names(self, folder):
        return sorted(name for name in self._files if name.startswith(folder + "/"))

    def overwrite(self, name, data):
        self._change("overwrite", name, data)

    def append(self, name, data):
        self._change("append", name, data)

    def sync(self, name):
        self._change("sync", name, b"")

    def remove(self, name):
        if name in self._files:
            self._change("remove", name, b"")

    def _change(self, kind, name, data):
        if self._is_dark:
            raise PowerCut()
        self.steps += 1
        if self.steps != self._cut_at:
            self._do(kind, name, data)
            return
        self._is_dark = True
        if self._manner == "after":
            self._do(kind, name, data)
        elif self._manner == "lost":
            self._files = dict(self._kept)
        elif self._manner in ("torn", "garbled") and data:
            half = bytes(data[: (len(data) + 1) // 2])
            self._do(kind, name, half if self._manner == "torn" else half + b"\xff" * (len(data) - len(half)))
        raise PowerCut()

    def _do(self, kind, name, data):
        old = self._files.get(name, b"")
        data = bytes(data)
        if kind == "append":
            self._files[name] = old + data
        elif kind == "overwrite":
            self._files[name] = data + old[len(data) :]
        elif kind == "remove":
            del self._files[name]
        else:
            # Removals are in the file system's own order: they have come to stay with the next sync.
            self._kept = {other: self._kept[other] for other in self._kept if other in self._files}
            self._kept[name] = old
