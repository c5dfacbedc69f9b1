"""Files that are whole or not there, for whoever looks at any moment and after a power cut."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def keep_file(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Write it anew in one move; readers see all of the old one or all of the new. Raises `OSError`."""
    with _beside(path, content, mode) as fresh:
        os.replace(fresh, path)
        _sync(path.parent)


def made_once(path: Path, make: Callable[[], bytes]) -> bytes:
    """What is in the file, made and kept for its owner only when there is none yet. Raises `OSError`.

    Of several processes that make it at once one is the first, and all of them get what that one has made.
    """
    if not path.exists() or not path.stat().st_size:
        # An empty one was left by a power cut; nobody writes one on the way.
        path.unlink(missing_ok=True)
        with _beside(path, make(), 0o600) as fresh, suppress(FileExistsError):
            os.link(fresh, path)
            _sync(path.parent)
    return path.read_bytes()


@contextmanager
def _beside(path: Path, content: bytes, mode: int) -> Iterator[Path]:
    """A file with that content in the same folder, on the disk, for as long as the block lasts."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(handle, mode)
            file.write(content)
            file.flush()
            os.fsync(handle)
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Its names are on the disk, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
