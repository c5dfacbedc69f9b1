"""What is in a package, and did its maker say so? The signed manifest. Pure.

A signed manifest is one line `jinn-firmware-1 <128 hexadecimal digits>`, then the manifest: JSON, of which every
byte is signed. The package is the content of its files, one after the other in the manifest's order, nothing else.
"""

import binascii
import hashlib

from jinn_os.port import const

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


class Manifest:
    """What a package is: for which product, which version, which files."""

    def __init__(self, form):
        self.product_key = _text(form, "product_key", 64)
        self.version = _text(form, "version", 64)
        self.module = _text(form, "module", 64) if "module" in form else "default"
        self.counter = _whole(form.get("counter"), "counter", 1, COUNTER_MAX)
        self.size = _whole(form.get("size"), "size", 1, SIZE_MAX)
        self.sha256 = _hash(form.get("sha256"))
        self.files = _files(form.get("files"))
        last = self.files[-1]
        if last.start + last.size != self.size:
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
        # Here and not above: it is needed once in months, and its modules take 20 kB.
        from jinn_os.update.ed25519 import verify

        if len(self) + TEXT_AT > MANIFEST_BYTES_MAX:
            raise Unsound("manifest-too-large", f"a manifest has at most {MANIFEST_BYTES_MAX} bytes")
        if not verify(public, self, self.signature()):
            raise Unsound("manifest-unsigned", "it is not signed by the maker of this product")
        return self.read()

    def read(self):
        """The manifest, whoever signed it; raises `Unsound`."""
        try:
            form = self._flash.json_at(self._name, TEXT_AT)
        except OSError:
            raise Unsound("manifest-malformed", "there is none") from None
        except (ValueError, RuntimeError):  # RuntimeError: nested deeper than the stack allows
            raise Unsound("manifest-malformed", "it is no JSON") from None
        except MemoryError:
            raise Unsound("manifest-too-large", "there is no memory for it") from None
        if not isinstance(form, dict):
            raise Unsound("manifest-malformed", "it is no object")
        return Manifest(form)

    def digest(self):
        """By what a slot's record knows the manifest that it was filled by; of an empty file when there is none."""
        found = hashlib.sha256()
        for data in self._flash.chunks(self._name):
            found.update(data)
        return found.digest()


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


def _files(entries):
    if not isinstance(entries, list) or not 0 < len(entries) <= FILES_MAX:
        raise Unsound("manifest-malformed", f"it does not list 1 to {FILES_MAX} files")
    files = []
    taken = set()
    folders = set()
    start = 0
    for entry in entries:
        if not isinstance(entry, list) or len(entry) != 3:
            raise Unsound("manifest-malformed", "a file is not listed as path, size and hash")
        path = _path(entry[0])
        # File systems that do not tell cases apart would make one file of two.
        lower = path.lower()
        if lower in taken:
            raise Unsound("manifest-malformed", f"{path} is listed twice")
        taken.add(lower)
        folders.update(_folders_above(lower))
        size = _whole(entry[1], "the size of a file", 0, SIZE_MAX)
        files.append(File(path, start, size, _hash(entry[2])))
        start += size
    if taken & folders:
        raise Unsound("manifest-malformed", "a file is also a folder")
    return files


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
