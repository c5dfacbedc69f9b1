"""How does a stream of bytes become the files of a slot? Writes, hashes and resumes; knows no network."""

import binascii
import hashlib

from jinn_os.port import const
from jinn_os.update.manifest import Unsound
from jinn_os.update.slots import is_file_whole

PAGE_BYTES = const(2048)
"""What is written at once: half a sector of the flash that boards have, and little enough to find room for."""

SPOILT_MAX = const(2)
"""A file that comes wrong once may have met a cut; one that comes wrong twice is wrong."""


class Installer:
    """Takes the bytes of a package from `offset` on, in order, in pieces of any size."""

    def __init__(self, flash, folder, manifest):
        self._flash = flash
        self._folder = folder
        self._files = manifest.files
        self._size = manifest.size
        self._index = 0
        self._written = 0
        self._page = memoryview(bytearray(PAGE_BYTES))
        self._filled = 0
        self._hash = None
        self._spoilt = 0
        self._resume()

    @property
    def offset(self):
        """The byte of the package that is needed next."""
        if self._index >= len(self._files):
            return self._size
        return self._files[self._index].start + self._written + self._filled

    @property
    def is_complete(self):
        return self._index >= len(self._files)

    def feed(self, data):
        """The next bytes. Raises `Unsound` for more than there are, and for a file that comes wrong again.

        Gives False when a file came wrong for the first time: what follows must be asked for anew from `offset`.
        """
        at = 0
        while at < len(data):
            if self.is_complete:
                raise Unsound("package-too-long", "more came than the manifest says")
            file = self._files[self._index]
            left = file.size - self._written - self._filled
            count = min(PAGE_BYTES - self._filled, left, len(data) - at)
            self._page[self._filled : self._filled + count] = data[at : at + count]
            self._filled += count
            at += count
            if self._filled == PAGE_BYTES or count == left:
                self._write_page(file)
                if self._written == file.size and not self._end_file(file):
                    return False
        return True

    def _resume(self):
        """Go behind what is there already: whole files, and the start of the one that was being written."""
        while not self.is_complete:
            file = self._files[self._index]
            size = self._flash.size(self._name(file))
            if size is not None and size < file.size:
                self._continue(file)
                return
            if size is None or not is_file_whole(self._flash, self._folder, file):
                if size is not None:
                    self._flash.remove(self._name(file))
                self._start_file()
                return
            self._index += 1

    def _continue(self, file):
        # Whether these bytes are right shows at the file's end; a torn page is fetched again with its file.
        self._start_file()
        for data in self._flash.chunks(self._name(file)):
            self._hash.update(data)
            self._written += len(data)

    def _start_file(self):
        """Begin the file at `_index`; empty ones are made at once, since no byte will come for them."""
        self._hash = hashlib.sha256()
        self._written = 0
        while not self.is_complete and self._files[self._index].size == 0:
            file = self._files[self._index]
            if self._flash.size(self._name(file)) != 0:
                self._flash.remove(self._name(file))
                self._flash.append(self._name(file), b"")
                self._flash.sync(self._name(file))
            self._index += 1

    def _write_page(self, file):
        data = self._page[: self._filled]
        self._filled = 0
        if self._written == 0:
            # Left over from a download of the same package that went on before this file was found to be wrong.
            self._flash.remove(self._name(file))
        self._flash.append(self._name(file), data)
        self._hash.update(data)
        self._written += len(data)

    def _end_file(self, file):
        """Whether the file came right; else it is removed, to be fetched again."""
        if binascii.hexlify(self._hash.digest()).decode() != file.sha256:
            self._spoilt += 1
            self._flash.remove(self._name(file))
            if self._spoilt >= SPOILT_MAX:
                raise Unsound("package-hash", f"{file.path} is not what its maker signed")
            self._start_file()
            return False
        self._flash.sync(self._name(file))
        self._spoilt = 0
        self._index += 1
        self._start_file()
        return True

    def _name(self, file):
        return f"{self._folder}/{file.path}"
