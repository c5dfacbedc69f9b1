"""Which program does an appliance start? `micropython device/boot.py CONFIG.json` chooses one, and becomes it.

This folder is the factory program, which no update touches. It must be able to start any slot, so it does no more
than read the boot record, look whether the files are whole, and go.
"""

import gc
import json
import sys

FOLDER = sys.path[0] or "."
CRASHED_CODE = 1
GARBAGE_BYTES = 16384
NOT_ITS_FAULT = (0, 2, 75)
"""Told to end, given wrong settings, or wishing to be started again."""


def main(argv):
    """The exit code of the program that was chosen; 2 for settings by which none can be."""
    if len(argv) != 2:
        print("no: give the path of one settings file")
        return 2
    try:
        folder, name = choose(argv[1])
    except (OSError, ValueError, KeyError) as failure:
        print(f"no: {argv[1]}: {type(failure).__name__} {failure}")
        return 2
    code = become(folder, [argv[0], argv[1], name])
    if code not in NOT_ITS_FAULT:
        forget_program(FOLDER)
        open_slots(argv[1])[1].note_death()
    return code


def choose(path):
    """Folder and name of the slot to start, for the settings file at `path`; written down before it starts."""
    flash, slots = open_slots(path)
    slot = slots.choose()
    from jinn_os.update.record import FACTORY, SLOT_NAMES

    return FOLDER if slot == FACTORY else flash.path(SLOT_NAMES[slot]), SLOT_NAMES[slot]


def open_slots(path):
    # Imported only for as long as it is needed: the program that is started has the memory for itself.
    from jinn_os.update.flash import FolderFlash
    from jinn_os.update.slots import Slots, factory_in

    with open(path) as file:
        folder = json.load(file)["flash"]
    # It counts from the folder of the settings.
    flash = FolderFlash(folder if folder.startswith("/") else path[: path.rfind("/") + 1] + folder)
    return flash, Slots(flash, factory_in(FOLDER))


def become(folder, argv):
    """Run the program in that folder with nothing of this one in its way; its exit code."""
    forget_program(folder)
    try:
        return __import__("main").main(argv)
    except Exception as failure:  # Whatever it is, the record must know that this program died of it.
        print(f"no: {folder}: {type(failure).__name__} {failure}")
        return CRASHED_CODE


def forget_program(folder):
    """What is imported from now on comes from `folder`; it takes the place of ours, so that no file of one program
    fills a gap in the other."""
    for name in list(sys.modules):
        if name in ("main", "jinn_os") or name.startswith("jinn_os."):
            del sys.modules[name]
    sys.path[0] = folder
    gc.collect()


if __name__ == "__main__":
    if sys.implementation.name != "micropython":
        # It would leave compiled files in the slots, which then hold more than was signed.
        sys.dont_write_bytecode = True
    else:
        # Collected often, a small heap stays in one piece: importing leaves holes, and 60 kB in holes held no 2 kB.
        gc.threshold(GARBAGE_BYTES)
    sys.exit(main(sys.argv))
