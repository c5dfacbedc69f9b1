"""The voice room."""
