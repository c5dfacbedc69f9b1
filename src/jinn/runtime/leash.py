"""How a child process is kept from outliving us, even when we are killed with -9.

This file is also the program that does it: it asks the kernel for a death signal, then becomes the command. A
`preexec_fn` would run Python between fork and exec, which can hang when other threads hold locks.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1


def leashed(command: Sequence[str | Path]) -> list[str]:
    """The command line that runs `command` and kills it when the calling process ends.

    The kernel watches the thread that starts it, so start it from the event loop's thread. Elsewhere than on
    Linux the command runs as it is.
    """
    if sys.platform != "linux":
        return [str(part) for part in command]
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *(str(part) for part in command)]


def _become(parent: int, command: list[str]) -> None:
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    # The parent may have died before the kernel was asked.
    if os.getppid() == parent:
        os.execv(command[0], command)


if __name__ == "__main__":
    _become(int(sys.argv[1]), sys.argv[2:])
