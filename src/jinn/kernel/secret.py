"""A value that must never be printed."""

import hmac


class Secret:
    """Holds a password, key or token; `str`, `repr` and logs show dots only."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def matches(self, other: str) -> bool:
        """Compared in constant time."""
        return hmac.compare_digest(self._value.encode(), other.encode())

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__
