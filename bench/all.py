"""Runs every bench of this folder, one after the other, and passes its JSON lines on."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    """How many benches failed to run; a figure that misses its limit is no failure, it is a line to read."""
    failed = 0
    for path in sorted(HERE.glob("*.py")):
        if path.name in {"all.py", "measuring.py"}:
            continue
        print(f"# {path.name}", file=sys.stderr, flush=True)
        failed += subprocess.run([sys.executable, str(path)], check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
