"""How does a process become a thing? It is made as its settings want it, and runs to the end."""

import asyncio

from jinn_os.port import const, forget_module, tell, tidy_memory

COLLECT_BYTES = const(16_384)
"""A collection takes some 0.2 ms with 150 kB in use."""


def main(argv):
    """The exit code: 0 told to end, 2 wrong settings, 75 to be started again. `argv[2]`: the slot that was booted."""
    if len(argv) not in (2, 3):
        tell("no: give the path of one settings file")
        return 2
    tidy_memory(COLLECT_BYTES)
    try:
        appliance = _made(argv[1], len(argv) == 3)
    except (OSError, ValueError, ImportError, KeyError) as failure:
        tell(f"no: {argv[1]}: {type(failure).__name__} {failure}")
        return 2
    try:
        asyncio.run(appliance.run())
    except KeyboardInterrupt:
        pass
    return appliance.code


def _made(path, is_booted):
    from jinn_os.starting import read_appliance

    appliance = read_appliance(path, is_booted)
    # It is needed once; its memory is the thing's own now.
    forget_module("jinn_os.starting")
    return appliance
