"""How does a thing get a new program without ever being left without one? See README.md beside this file."""

RESTART_CODE = 75
"""The exit code by which a process asks to be started again; a board resets itself instead."""
