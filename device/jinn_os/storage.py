"""How are small files kept on a flash that can lose its power at any byte? Append, or replace as a whole."""

import os

from jinn_os.port import sync_file, sync_folder


class Files:
    """The files of one folder; names are plain. A file is either appended to, or written anew beside and renamed."""

    def __init__(self, folder):
        self.folder = folder
        self._open_name = ""
        self._open_file = None
        make_folder(folder)

    def names(self):
        return sorted(os.listdir(self.folder))

    def read(self, name):
        """All of it; b"" when there is none."""
        try:
            with open(self._path(name), "rb") as file:
                return file.read()
        except OSError:
            return b""

    def read_at(self, name, at, count):
        """So many bytes from there, or as many as there are."""
        try:
            with open(self._path(name), "rb") as file:
                file.seek(at)
                return file.read(count)
        except OSError:
            return b""

    def size(self, name):
        try:
            return os.stat(self._path(name))[6]
        except OSError:
            return 0

    def append(self, name, data):
        """Add to the end. When it returns, it has come to stay."""
        if name != self._open_name:
            self.close()
            is_new = name not in os.listdir(self.folder)
            self._open_file = open(self._path(name), "ab")
            self._open_name = name
            if is_new:
                sync_folder(self.folder)
        self._open_file.write(data)
        sync_file(self._open_file)

    def replace(self, name, data):
        """All or nothing: after a power cut it is the old file or the new one, and the new one once this returns."""
        self.close()
        beside = self._path(name + ".new")
        with open(beside, "wb") as file:
            file.write(data)
            sync_file(file)
        os.rename(beside, self._path(name))
        sync_folder(self.folder)

    def remove(self, name):
        if name == self._open_name:
            self.close()
        try:
            os.remove(self._path(name))
        except OSError:
            pass  # It is gone, which was wanted.

    def close(self):
        if self._open_file is not None:
            self._open_file.close()
        self._open_name, self._open_file = "", None

    def _path(self, name):
        return self.folder + "/" + name


def make_folder(path):
    """With all above it; one that exists is right."""
    at = path.find("/", 1)
    while at > 0:
        _make_one(path[:at])
        at = path.find("/", at + 1)
    _make_one(path)


def _make_one(path):
    try:
        os.mkdir(path)
    except OSError:
        os.stat(path)  # It exists; or it says why not.
    else:
        sync_folder((path[: path.rfind("/")] or "/") if "/" in path else ".")
