"""The things room."""
