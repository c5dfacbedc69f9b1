"""One driver in a process of its own: `jinn_os/isolating.py` starts it with a socket to speak through, and no more.

The driver is one file. It may import `math`, `random`, `json`, `time`, and of jinn OS what is loaded here.
"""

import gc
import json
import math  # noqa: F401 - a driver cannot load a module any more
import random  # noqa: F401 - as above
import socket
import sys
import time  # noqa: F401 - as above

import jinn_os.boards.dimming
import jinn_os.boards.floor
import jinn_os.tsl  # noqa: F401 - as above
from jinn_os.boards.driver import Refusal
from jinn_os.confining import confine
from jinn_os.port import tidy_memory, unix_address

ACTS = ("apply", "call", "person", "message", "configure", "step")


def main(argv):
    """Until the thing closes the connection; 1 when the driver has used up its memory."""
    stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    stream.connect(unix_address(argv[1]))
    number, *question = json.loads(next_line(stream))
    become = prepare(question[1])
    confine(argv[2], stream.fileno())
    tidy_memory(8_192)
    driver = None
    while True:
        try:
            if driver is None:
                driver = become()
                become = out = None
            else:
                out = obey(driver, *question)
            answer = {
                "id": number, "out": out, "state": driver.read(), "pace": driver.pace_s(),
                "bands": driver.bands(), "rates": driver.rates(), "events": driver.take_events(),
            }  # fmt: skip
            line = json.dumps(answer)
        except Refusal as refusal:
            line = json.dumps({"id": number, "refusal": str(refusal.args[0])})
        except MemoryError:
            driver = become = None
            gc.collect()
            stream.sendall(json.dumps({"id": number, "fault": "MemoryError"}).encode() + b"\n")
            return 1
        except Exception as failure:  # Whatever it raises is told to the thing, which counts.
            line = json.dumps({"id": number, "fault": f"{type(failure).__name__} {failure}"})
        stream.sendall(line.encode() + b"\n")
        asked = next_line(stream)
        if not asked:
            return 0
        number, *question = json.loads(asked)


def prepare(load):
    """Read all files that are needed; gives the function that makes the driver when none can be opened any more."""
    with open(load["path"]) as file:
        source = file.read()
    granted = ()
    if load["grants"]:
        from jinn_os.hardware.granting import grant_all, open_board

        # A process of its own has no pins: those belong to boards, which have no processes.
        granted = (grant_all(open_board("sim"), load["grants"]),)

    def become():
        names = {"__name__": "driver"}
        exec(source, names)
        made = names["Board"](load["initial"], *granted)
        if load["config"] is not None:
            made.configure(load["config"])
        return made

    return become


def obey(driver, act, *arguments):
    if act not in ACTS:
        raise ValueError(act)
    if act == "message":
        out = driver.message(arguments[0], bytes.fromhex(arguments[1]))
        return out.hex() if out is not None else None
    return getattr(driver, act)(*arguments)


def next_line(stream):
    """Without its end; b"" when the thing is gone."""
    line = b""
    while True:
        data = stream.recv(1024)
        if not data:
            return b""
        line += data
        if line.endswith(b"\n"):
            return line


if __name__ == "__main__":
    sys.exit(main(sys.argv))
