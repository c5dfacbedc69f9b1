"""What is in a package, and did its maker say so? The signed manifest. Pure.

A signed manifest is one line `jinn-firmware-1 <128 hexadecimal digits>`, then the manifest: JSON, of which every
byte is signed. The package is the content of its files, one after the other in the manifest's order, nothing else.
"""

import binascii
import hashlib
import struct

from jinn_os.port import const, forget_module
from jinn_os.update.listing import read_listing

HEAD = b"jinn-firmware-1 "
TEXT_AT = const(145)
"""Behind the head, the signature and the end of its line."""

MANIFEST_BYTES_MAX = const(32768)
"""200 files with their hashes are 24 kB."""
FILES_MAX = const(200)
PATH_CHARS_MAX = const(96)
DEPTH_MAX = const(5)
COUNTER_MAX = const(0x3FFFFFFF)
"""What a small integer of a 32-bit board still holds."""
SIZE_MAX = const(0x3FFFFFFF)

MANIFEST_NAME = "manifest"
"""The file in a slot that says what the slot is."""

_ALLOWED = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."


class Unsound(Exception):
    """A manifest or package that is not taken: `args` are a stable code and a sentence."""


class File:
    """One file of a package: where it starts in it, how long it is, its SHA-256 as hexadecimal digits."""

    def __init__(self, path, start, size, sha256):
        self.path = path
        self.start = start
        self.size = size
        self.sha256 = sha256


class Files:
    """The files of a package in their order. Kept packed: as objects, those of an appliance would take 20 kB."""

    _HEAD = "<II32s"

    def __init__(self):
        self.size = 0
        self._packed = []
        # File systems that do not tell cases apart would make one file of two.
        self._taken = set()
        self._folders = set()

    def __len__(self):
        return len(self._packed)

    def __getitem__(self, index):
        packed = self._packed[index]
        start, size, sha256 = struct.unpack_from(self._HEAD, packed)
        path = packed[struct.calcsize(self._HEAD) :].decode()
        return File(path, start, size, binascii.hexlify(sha256).decode())

    def __contains__(self, path):
        """Whether a file of that path is among them."""
        end = path.encode()
        at = struct.calcsize(self._HEAD)
        return any(packed[at:] == end for packed in self._packed)

    def add(self, entry):
        """The next one, as the manifest lists it; raises `Unsound`."""
        if len(self._packed) >= FILES_MAX:
            raise Unsound("manifest-malformed", f"it lists more than {FILES_MAX} files")
        if not isinstance(entry, list) or len(entry) != 3:
            raise Unsound("manifest-malformed", "a file is not listed as path, size and hash")
        path = _path(entry[0])
        lower = path.lower()
        if lower in self._taken:
            raise Unsound("manifest-malformed", f"{path} is listed twice")
        self._taken.add(lower)
        self._folders.update(_folders_above(lower))
        size = _whole(entry[1], "the size of a file", 0, SIZE_MAX)
        if self.size + size > SIZE_MAX:
            raise Unsound("manifest-malformed", "its files are too large")
        head = struct.pack(self._HEAD, self.size, size, binascii.unhexlify(_hash(entry[2])))
        self._packed.append(head + path.encode())
        self.size += size

    def close(self):
        """All have come; raises `Unsound`."""
        if not self._packed:
            raise Unsound("manifest-malformed", "it lists no files")
        if self._taken & self._folders:
            raise Unsound("manifest-malformed", "a file is also a folder")
        self._taken = self._folders = None


class Manifest:
    """What a package is: for which product, which version, which `Files`."""

    def __init__(self, form, files):
        self.product_key = _text(form, "product_key", 64)
        self.version = _text(form, "version", 64)
        self.module = _text(form, "module", 64) if "module" in form else "default"
        self.counter = _whole(form.get("counter"), "counter", 1, COUNTER_MAX)
        self.size = _whole(form.get("size"), "size", 1, SIZE_MAX)
        self.sha256 = _hash(form.get("sha256"))
        self.files = files
        if files.size != self.size:
            raise Unsound("manifest-malformed", "its size is not that of its files together")


class Signed:
    """A signed manifest in a file of the flash: it is never held as a whole, since a small heap has no such room."""

    def __init__(self, flash, name):
        self._flash = flash
        self._name = name

    def __len__(self):
        """Of the text that is signed."""
        return max(0, (self._flash.size(self._name) or 0) - TEXT_AT)

    def pieces(self):
        """The text that is signed."""
        skip = TEXT_AT
        for data in self._flash.chunks(self._name):
            if skip < len(data):
                yield data[skip:]
            skip = max(0, skip - len(data))

    def signature(self):
        """Its 64 bytes; raises `Unsound`."""
        start = self._flash.start(self._name, TEXT_AT)
        if start is None or len(start) < TEXT_AT or start[: len(HEAD)] != HEAD or start[-1:] != b"\n":
            raise Unsound("manifest-unsigned", "it is no signed manifest")
        try:
            return binascii.unhexlify(start[len(HEAD) : -1])
        except ValueError:
            raise Unsound("manifest-unsigned", "its signature is no hexadecimal number") from None

    def check(self, public):
        """The manifest, when its signature is that of `public` (32 bytes); raises `Unsound`."""
        if len(self) + TEXT_AT > MANIFEST_BYTES_MAX:
            raise Unsound("manifest-too-large", f"a manifest has at most {MANIFEST_BYTES_MAX} bytes")
        is_signed = _is_signed(public, self)
        _forget_arithmetic()
        if not is_signed:
            raise Unsound("manifest-unsigned", "it is not signed by the maker of this product")
        return self.read()

    def read(self):
        """The manifest, whoever signed it; raises `Unsound`."""
        files = Files()
        try:
            form = read_listing(self.pieces(), files.add)
        except (ValueError, RuntimeError):  # RuntimeError: nested deeper than the stack allows
            raise Unsound("manifest-malformed", "it is no manifest in JSON") from None
        except MemoryError:
            raise Unsound("manifest-too-large", "there is no memory for it") from None
        files.close()
        return Manifest(form, files)

    def digest(self):
        """By what a slot's record knows the manifest that it was filled by; of an empty file when there is none."""
        found = hashlib.sha256()
        for data in self._flash.chunks(self._name):
            found.update(data)
        return found.digest()


def meet_arithmetic():
    """To be called at the start: let MicroPython read what `check` will need, and forget it again but for its names.

    Those it keeps for good, in a table that is doubled when it is full; later 14 kB in one piece may not be to be had.
    """
    import jinn_os.update.ed25519  # noqa: F401

    _forget_arithmetic()


def _is_signed(public, signed):
    # Here and not above: it is needed once in months.
    from jinn_os.update.ed25519 import verify

    return verify(public, signed, signed.signature())


def _forget_arithmetic():
    forget_module("jinn_os.update.ed25519")
    forget_module("jinn_os.update.sha512")


def _text(form, name, chars_max):
    value = form.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= chars_max or any(ord(one) < 32 for one in value):
        raise Unsound("manifest-malformed", f"{name} is not a text of 1 to {chars_max} characters")
    return value


def _whole(value, name, low, high):
    # `True` is an int as well, and not meant.
    if type(value) is not int or not low <= value <= high:
        raise Unsound("manifest-malformed", f"{name} is not a whole number from {low} to {high}")
    return value


def _hash(value):
    if not isinstance(value, str) or len(value) != 64 or any(one not in "0123456789abcdef" for one in value):
        raise Unsound("manifest-malformed", "a hash is 64 lower-case hexadecimal digits")
    return value


def _folders_above(path):
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]


def _path(path):
    """A path that stays within its slot, whatever the file system; raises `Unsound`."""
    if not isinstance(path, str) or not 0 < len(path) <= PATH_CHARS_MAX:
        raise Unsound("manifest-malformed", f"a path is not a text of 1 to {PATH_CHARS_MAX} characters")
    parts = path.split("/")
    if len(parts) > DEPTH_MAX or parts[0].lower() == MANIFEST_NAME:
        raise Unsound("manifest-malformed", f"{path} cannot be a path in a slot")
    for part in parts:
        if not part or part.strip(".") != part or any(one not in _ALLOWED for one in part):
            raise Unsound("manifest-malformed", f"{path} cannot be a path in a slot")
    return path
