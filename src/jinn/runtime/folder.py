"""Whose data folder this is: one hub at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jinn.kernel import Refused, Unavailable

_LOCK_NAME = "hub.lock"


@contextmanager
def hold_folder(folder: Path) -> Iterator[None]:
    """Make the folder, readable by its owner only, and keep every other hub out of it.

    The kernel drops the lock with its process, so a killed hub leaves nothing to clear away.

    Raises:
        Refused: code `data-folder-busy`.
        Unavailable: code `data-folder` when it cannot be made or written.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / _LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Unavailable(f"The data folder {folder} cannot be used: {error.strerror}.", code="data-folder") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 20, 0).decode(errors="replace").strip() or "?"
            raise Refused(
                f"Another hub (process {holder}) is using {folder}.", code="data-folder-busy", process=holder
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)
