"""Where is kept what must survive a power cut? A folder that is treated as flash memory."""

import os

from jinn_os.port import sync_file, sync_folder

_CHUNK_BYTES = 512


class FolderFlash:
    """Files below one folder. Every change goes through `_change`, one step that may be the last before the dark.

    What is relied on, as real flash and its file systems give it: a finished `sync` stays; an unfinished step may
    have happened in part; what was not synced may be gone. Not relied on: that anything else is all or nothing.
    """

    def __init__(self, folder):
        self._folder = folder if folder.endswith("/") else folder + "/"
        _make_folder(folder)

    def path(self, name):
        return self._folder + name

    def read(self, name):
        """All bytes of a file; None when there is none."""
        try:
            with open(self.path(name), "rb") as file:
                return file.read()
        except OSError:
            return None

    def start(self, name, size):
        """Its first bytes; fewer when it has fewer, None when there is no such file."""
        try:
            with open(self.path(name), "rb") as file:
                return file.read(size)
        except OSError:
            return None

    def chunks(self, name):
        """Its bytes in pieces, for what is too large for the memory; none when there is no such file.

        Each piece is the same memory: it is to be used before the next is asked for.
        """
        try:
            file = open(self.path(name), "rb")
        except OSError:
            return
        space = memoryview(bytearray(_CHUNK_BYTES))
        with file:
            while True:
                count = file.readinto(space)
                if not count:
                    return
                yield space[:count]

    def size(self, name):
        """None when there is no such file."""
        try:
            status = os.stat(self.path(name))
        except OSError:
            return None
        return None if status[0] & 0x4000 else status[6]

    def names(self, folder):
        """All files below `folder`, one after the other, as names to be used here."""
        try:
            entries = sorted(os.listdir(self.path(folder)))
        except OSError:
            return
        for entry in entries:
            name = f"{folder}/{entry}"
            if self.size(name) is None:
                yield from self.names(name)
            else:
                yield name

    def overwrite(self, name, data):
        """Write from the start of a file, which is made when it is not there; not synced."""
        self._change("overwrite", name, data)

    def append(self, name, data):
        """Write at the end of a file, which is made when it is not there; not synced."""
        self._change("append", name, data)

    def sync(self, name):
        """From here on the file stays as it is now."""
        self._change("sync", name, b"")

    def remove(self, name):
        if self.size(name) is not None:
            self._change("remove", name, b"")

    def _change(self, kind, name, data):
        path = self.path(name)
        if kind == "remove":
            os.remove(path)
        elif kind == "sync":
            with open(path, "ab") as file:
                sync_file(file)
            # Its name, too, and that other names are gone.
            sync_folder(path[: path.rfind("/")])
        else:
            _make_folder(path[: path.rfind("/")])
            is_new = self.size(name) is None
            with open(path, "r+b" if kind == "overwrite" and not is_new else "ab") as file:
                file.write(data)


def _make_folder(path):
    """The folder with those above it."""
    try:
        os.stat(path)
        return
    except OSError:
        pass
    path = path.rstrip("/")
    above = path[: path.rfind("/")] if "/" in path else "."
    if above:
        _make_folder(above)
    os.mkdir(path)
    sync_folder(above or "/")
