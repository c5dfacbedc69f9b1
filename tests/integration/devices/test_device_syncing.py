"""What a device wrote has come to stay: files and the folders that name them are synced, by both interpreters."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from jinn.hub.demo_devices import cpython, interpreter

ROOT = Path(__file__).resolve().parents[3]
WORK = """
import sys
sys.path.insert(0, sys.argv[1])
from jinn_os.storage import Files
from jinn_os.update.flash import FolderFlash
files = Files(sys.argv[2] + "/data")
files.append("1.q", b"one")
files.append("1.q", b"two")
files.replace("boot", b"three")
flash = FolderFlash(sys.argv[2] + "/slots")
flash.append("a/main.py", b"four")
flash.sync("a/main.py")
"""
EINVAL = """
try:
    open("/dev/null", "wb").flush()
except OSError as failure:
    print(failure.args[0])
"""


@pytest.mark.skipif(interpreter() == cpython(), reason="there is no wheel of MicroPython for this machine")
def test_the_flush_of_micropython_is_an_fsync() -> None:
    # Only an fsync has a reason to fail there: the device cannot be synced (22 is EINVAL).
    said = subprocess.run([*interpreter(), "-c", EINVAL], capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.strip() == "22"


@pytest.mark.skipif(shutil.which("strace") is None, reason="there is no strace to watch the system calls by")
@pytest.mark.parametrize("command", [interpreter(), cpython()], ids=["micropython", "cpython"])
def test_files_and_their_folders_are_synced(command: tuple[str, ...], tmp_path: Path) -> None:
    script, seen = tmp_path / "work.py", tmp_path / "seen"
    script.write_text(WORK, "utf-8")
    watched = ["strace", "-f", "-y", "-e", "trace=fsync,rename,renameat,renameat2", "-o", str(seen)]
    run = subprocess.run(
        [*watched, *command, str(script), str(ROOT / "device"), str(tmp_path)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    if "ptrace" in run.stderr.lower():
        pytest.skip("this machine lets nobody be watched")
    assert run.returncode == 0, run.stderr
    found = re.findall(r"(fsync)\(\d+<(.+?)>\)|(rename)\w*\(.*boot", seen.read_text("utf-8"))
    steps = [path.removeprefix(str(tmp_path)) if call else "rename" for call, path, _ in found]
    assert steps == [
        "",  # /data was made
        "/data", "/data/1.q", "/data/1.q",
        "/data/boot.new", "rename", "/data",
        "",  # /slots was made
        "/slots",  # /slots/a was made
        "/slots/a/main.py", "/slots/a",
    ]  # fmt: skip
