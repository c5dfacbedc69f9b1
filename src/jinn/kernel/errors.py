"""What can go wrong, in three kinds, so that every edge knows how to answer.

`Refused`: we understood, and the answer is no. `Unavailable`: something outside failed and may work later.
A bug is neither: it is an `assert`.
"""

from typing import ClassVar


class JinnError(Exception):
    """A failure that a person or a program outside will be told about.

    Attributes:
        code: stable, lower-case words with hyphens; programs compare it, so it never changes.
        facts: what the sentence was made from, for machines.
    """

    code: ClassVar[str] = "error"

    def __init__(self, sentence: str, *, code: str | None = None, **facts: object) -> None:
        super().__init__(sentence)
        self.facts = facts
        self._code = code

    @property
    def sentence(self) -> str:
        return str(self.args[0])

    def stable_code(self) -> str:
        """The code of this very error: the one it was raised with, else its class's."""
        return self._code or self.code


class Refused(JinnError):
    """Understood, and the answer is no; asking again changes nothing."""

    code = "refused"


class Invalid(Refused):
    """What was sent does not fit its contract."""

    code = "invalid"


class NotFound(Refused):
    """The thing that was named does not exist."""

    code = "not-found"


class Conflict(Refused):
    """Another task was first; read again and decide anew."""

    code = "conflict"


class Forbidden(Refused):
    """The caller is not known, or may not do this."""

    code = "forbidden"


class Unavailable(JinnError):
    """Something outside failed; the same call may work later."""

    code = "unavailable"
