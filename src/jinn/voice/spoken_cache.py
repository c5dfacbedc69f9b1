"""Speech that was made before: in memory for everything lately said, on disk for sentences known beforehand."""

import hashlib
import logging
import os
import tempfile
import threading
from collections import OrderedDict
from pathlib import Path

_log = logging.getLogger(__name__)

MEMORY_BYTES_MAX = 16 << 20
"""About six minutes of speech."""

DISK_BYTES_MAX = 64 << 20
"""About 23 minutes: some 800 fixed clauses."""


class SpokenCache:
    """Finished clauses by what was asked for. Only prepared sentences reach the disk: replies may be private.

    Its methods touch the disk and are called from worker threads, several at once. An entry is written whole or not
    at all.

    Args:
        folder: where the disk half lives; made when first needed. None: memory alone.
    """

    def __init__(
        self,
        folder: Path | None,
        *,
        memory_bytes_max: int = MEMORY_BYTES_MAX,
        disk_bytes_max: int = DISK_BYTES_MAX,
    ) -> None:
        self._folder = folder
        self._memory: OrderedDict[str, bytes] = OrderedDict()
        self._memory_bytes = 0
        self._memory_lock = threading.Lock()
        self._memory_bytes_max = memory_bytes_max
        self._disk_bytes_max = disk_bytes_max

    def find(self, key: str) -> bytes | None:
        """The sound, or None when it must be made."""
        with self._memory_lock:
            sound = self._memory.get(key)
            if sound is not None:
                self._memory.move_to_end(key)
                return sound
        sound = self._read(key)
        if sound is not None:
            self._remember(key, sound)
        return sound

    def keep(self, key: str, sound: bytes, *, on_disk: bool) -> None:
        self._remember(key, sound)
        if on_disk and sound and self._folder is not None:
            try:
                self._write(self._folder, key, sound)
            except OSError as error:
                # A full disk costs time at the next start, never the reply.
                _log.warning("Prepared speech could not be kept in %s: %s", self._folder, error.strerror)

    def _remember(self, key: str, sound: bytes) -> None:
        if len(sound) > self._memory_bytes_max:
            return
        with self._memory_lock:
            self._memory_bytes += len(sound) - len(self._memory.pop(key, b""))
            self._memory[key] = sound
            while self._memory_bytes > self._memory_bytes_max:
                _, dropped = self._memory.popitem(last=False)
                self._memory_bytes -= len(dropped)

    def _read(self, key: str) -> bytes | None:
        if self._folder is None:
            return None
        file = self._folder / f"{key}.pcm"
        try:
            sound = file.read_bytes()
            os.utime(file)
        except FileNotFoundError:
            return None
        except OSError as error:
            _log.warning("Prepared speech %s cannot be read: %s", file, error.strerror)
            return None
        return sound if sound and len(sound) % 2 == 0 else None

    def _write(self, folder: Path, key: str, sound: bytes) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(sound)
            Path(name).replace(folder / f"{key}.pcm")
        finally:
            Path(name).unlink(missing_ok=True)
        self._make_room(folder)

    def _make_room(self, folder: Path) -> None:
        """Drop what was not used for the longest time."""
        files = sorted(((file, file.stat()) for file in folder.glob("*.pcm")), key=lambda each: each[1].st_mtime)
        surplus = sum(stat.st_size for _, stat in files) - self._disk_bytes_max
        for file, stat in files:
            if surplus <= 0:
                return
            file.unlink(missing_ok=True)
            surplus -= stat.st_size


def key_of(*facts: str) -> str:
    """One key for everything that the sound depends on; safe as a file name."""
    return hashlib.sha256("\0".join(facts).encode()).hexdigest()[:40]
