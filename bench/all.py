"""Runs every bench of this folder, one after the other, and passes its JSON lines on.

`--data DIR` is for `understand.py`: a folder with test sentences of others, which the project does not carry.
"""

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    """How many benches failed to run; a figure that misses its limit is no failure, it is a line to read."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=None)
    data = parser.parse_args().data
    failed = 0
    for path in sorted(HERE.glob("*.py")):
        if path.name in {"all.py", "measuring.py"}:
            continue
        print(f"# {path.name}", file=sys.stderr, flush=True)
        more = ["--data", data] if data and path.name == "understand.py" else []
        failed += subprocess.run([sys.executable, str(path), *more], check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
