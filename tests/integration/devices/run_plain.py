"""Runs a file of plain tests under MicroPython: `micropython run_plain.py DEVICE_FOLDER TEST_FILE`."""

import sys

sys.path.insert(0, sys.argv[1])
from jinn_os.port import tidy_memory

tidy_memory(16_384)
names = {"__name__": "tests"}
with open(sys.argv[2]) as file:
    exec(file.read(), names)
failed = 0
count = 0
for name in sorted(names):
    if not name.startswith("test_"):
        continue
    count += 1
    try:
        names[name]()
    except Exception as failure:  # noqa: BLE001 - whatever a test raises is its failure
        failed += 1
        sys.stdout.write(f"FAILED {name}\n")
        sys.print_exception(failure, sys.stdout)
sys.stdout.write(f"{count - failed} passed, {failed} failed\n")
sys.exit(1 if failed or not count else 0)
