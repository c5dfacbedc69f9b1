"""One process is one thing: `micropython device/main.py CONFIG.json`."""

import sys

from jinn_os.running import main

if __name__ == "__main__":
    sys.exit(main(sys.argv))
