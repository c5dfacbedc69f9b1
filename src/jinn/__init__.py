"""jinn: an open platform for smart speakers and the things around them."""

__version__ = "0.1.0"
