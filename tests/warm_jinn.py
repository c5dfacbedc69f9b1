"""`jinn …` as a process of its own, from one that has loaded all of it already: a start costs milliseconds.

Loading jinn takes seconds, and a test of a command line wants another process, not another load. This file is also the
program that forks them.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_MESSAGE_BYTES_MAX = 1 << 17
_ENDS_WITHIN_S = 120.0


class WarmJinn:
    """Runs commands, one after the other."""

    def __init__(self, line: socket.socket, environment: Mapping[str, str]) -> None:
        self._line = line
        self._environment = environment

    def __call__(self, *arguments: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        """As `subprocess.run` with its output captured."""
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            given.write(stdin.encode())
            given.seek(0)
            asked = json.dumps({"arguments": arguments, "environment": dict(self._environment)}).encode()
            socket.send_fds(self._line, [asked], [one.fileno() for one in (given, out, err)])
            code = int(self._line.recv(16))
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(arguments, code, out.read().decode(), err.read().decode())


@contextmanager
def warm_jinn(environment: Mapping[str, str]) -> Iterator[WarmJinn]:
    """One that is loaded, for as long as the block lasts."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.settimeout(_ENDS_WITHIN_S)
    with ours:
        command = [sys.executable, str(Path(__file__)), str(theirs.fileno())]
        process = subprocess.Popen(command, env=dict(environment), pass_fds=[theirs.fileno()])
        theirs.close()
        try:
            yield WarmJinn(ours, environment)
        finally:
            ours.close()
            process.wait(_ENDS_WITHIN_S)


def _serve(line: socket.socket) -> None:
    from jinn.hub import cli  # noqa: PLC0415 - the program's own, not of whoever asks it

    while True:
        asked, descriptors, _, _ = socket.recv_fds(line, _MESSAGE_BYTES_MAX, 3)
        if not asked:
            return
        pid = os.fork()
        if pid == 0:
            line.close()
            for number, descriptor in enumerate(descriptors):
                os.dup2(descriptor, number)
            os.closerange(3, max(descriptors) + 1)
            wanted = json.loads(asked)
            os.environ.clear()
            os.environ.update(wanted["environment"])
            sys.argv[:] = ["jinn", *wanted["arguments"]]
            cli.main()
        for descriptor in descriptors:
            os.close(descriptor)
        _, status = os.waitpid(pid, 0)
        line.send(str(os.waitstatus_to_exitcode(status)).encode())


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as own:
        _serve(own)
