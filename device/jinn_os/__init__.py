"""jinn OS: what makes a program a thing of the home. Runs on MicroPython and, unchanged, on CPython."""
