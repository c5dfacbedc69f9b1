"""Where the parts that are no Python lie: the screen, the voices, the products, the recordings, MicroPython."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
"""The checkout: jinn runs from it, and its data (products, screen, device programs) lie beside the code."""


def screen_folder() -> Path | None:
    """The built screen; None before `make setup` has built it."""
    folder = ROOT / "screen" / "dist"
    return folder if (folder / "index.html").exists() else None


def voices_folder() -> Path | None:
    """The voices that the installer fetched into this environment."""
    folder = Path(sys.prefix) / "share" / "jinn" / "voices"
    return folder if folder.is_dir() else None


def products_folder() -> Path:
    return ROOT / "products"


def device_program() -> Path:
    """It starts the newest program that a thing has, which is the one beside it until the first update."""
    return ROOT / "device" / "boot.py"


def recordings_folder() -> Path:
    return ROOT / "tests" / "recordings"
