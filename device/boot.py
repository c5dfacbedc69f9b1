"""Which program does an appliance start? `micropython device/boot.py CONFIG.json` chooses one, and becomes it.

This folder is the factory program, which no update touches. It must be able to start any slot, so it does no more
than read the boot record, look whether the files are whole, and go.
"""

import json
import sys

from jinn_os.port import IS_MICROPYTHON, tell
from jinn_os.update import RESTART_CODE
from jinn_os.update.flash import FolderFlash
from jinn_os.update.record import FACTORY, SLOT_NAMES
from jinn_os.update.slots import Slots, factory_in

FOLDER = sys.path[0] or "."
CRASHED_CODE = 1
NOT_ITS_FAULT = (0, 2, RESTART_CODE)
"""Told to end, given wrong settings, or wishing to be started again."""


def main(argv):
    """The exit code of the program that was chosen; 2 for settings by which none can be."""
    if len(argv) != 2:
        tell("no: give the path of one settings file")
        return 2
    try:
        flash = FolderFlash(flash_folder(argv[1]))
        slots = Slots(flash, factory())
    except (OSError, ValueError, KeyError) as failure:
        tell(f"no: {argv[1]}: {type(failure).__name__} {failure}")
        return 2
    slot = slots.choose()
    folder = FOLDER if slot == FACTORY else flash.path(SLOT_NAMES[slot])
    code = become(folder, [argv[0], argv[1], SLOT_NAMES[slot]])
    if code not in NOT_ITS_FAULT:
        slots.note_death()
    return code


def flash_folder(path):
    """The folder that stands for flash memory; it counts from that of the settings."""
    with open(path) as file:
        folder = json.load(file)["flash"]
    return folder if folder.startswith("/") else path[: path.rfind("/") + 1] + folder


def factory():
    """Version and counter of the program that the appliance was made with."""
    return factory_in(FOLDER)


def become(folder, argv):
    """Run the program in that folder with nothing of this one in its way; its exit code."""
    for name in list(sys.modules):
        if name == "jinn_os" or name.startswith("jinn_os."):
            del sys.modules[name]
    # In place of ours, so that no file of the factory program fills a gap in another.
    sys.path[0] = folder
    try:
        return __import__("main").main(argv)
    except Exception as failure:  # Whatever it is, the record must know that this program died of it.
        tell(f"no: {folder}: {type(failure).__name__} {failure}")
        return CRASHED_CODE


if __name__ == "__main__":
    if not IS_MICROPYTHON:
        # It would leave compiled files in the slots, which then hold more than was signed.
        sys.dont_write_bytecode = True
    sys.exit(main(sys.argv))
