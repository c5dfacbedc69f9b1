"""How does a process get a guest, which is another? By the shell, with limits; they meet at a socket in a folder."""

import os
import select
import socket

from jinn_os.port import IS_MICROPYTHON, const, unix_address

FILES_MAX = const(32)
"""Enough for an interpreter to start; the guest takes what is left before the driver is loaded."""


def meet(start, within_ms):
    """Start a guest and wait for it at a door that nobody else can reach: `(stream, end)`; a stream of None if late."""
    folder = "{}/jinn-{}".format(os.getenv("TMPDIR") or "/tmp", os.urandom(8).hex())
    if os.system("umask 077; mkdir " + quoted(folder)):
        raise OSError("there is no place for its socket: " + folder)
    path = folder + "/socket"
    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        door.bind(unix_address(path))
        door.listen(1)
        end = start(path)
        poll = select.poll()
        poll.register(door, select.POLLIN)
        return door.accept()[0] if poll.poll(within_ms) else None, end
    finally:
        door.close()
        os.system("rm -rf " + quoted(folder))


def starter(program, heap):
    """Starts guests with the interpreter that runs us, each with that heap: `"128k"`.

    Both interpreters start it by way of the shell: MicroPython has no other, and it is the shell that sets limits.
    """
    with open("/proc/self/cmdline", "rb") as file:
        words = file.read().decode().split("\0")[:-1]
    command = " ".join([quoted(word) for word in interpreter_of(words, heap)])

    def start(path):
        pid_path = path + ".pid"
        # No output, for whoever watches the thing believes what is printed; no file may be written.
        limits = f"ulimit -n {FILES_MAX}; ulimit -f 0; ulimit -c 0"
        guest = f"exec {command} {quoted(program)} {quoted(path)} {heap}"
        os.system(f"({limits}; {guest}) </dev/null >/dev/null 2>&1 & echo $! >{quoted(pid_path)}")
        with open(pid_path) as file:
            pid = file.read().strip()
        return lambda: _end(pid, path)

    return start


def interpreter_of(words, heap):
    """Of the command line of this process what stands before its program, with another heap."""
    at = max([index for index, word in enumerate(words) if word.endswith(("main.py", "boot.py"))] + [0])
    words = words[:at] if at else words[:1]
    if any(word.startswith("heapsize=") for word in words):
        return ["heapsize=" + heap if word.startswith("heapsize=") else word for word in words]
    return words + (["-X", "heapsize=" + heap] if IS_MICROPYTHON else [])


def _end(pid, path):
    """Kill it, if that number is still its own."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            is_ours = path.encode() in file.read()
    except OSError:
        return
    if is_ours:
        os.system("kill -9 " + pid)


def quoted(word):
    """As the shell reads it back, whatever is in it."""
    return "'" + word.replace("'", "'\\''") + "'"
