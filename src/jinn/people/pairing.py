"""Pairing: six digits, shown where the hub is, let one screen or satellite in."""

import hashlib
import hmac
import secrets
from collections.abc import Callable

from jinn.kernel import Clock, Conflict, Forbidden, Secret, millis
from jinn.people.model import TokenKind
from jinn.people.tokens import TOKEN_BYTES, TokenBook
from jinn.runtime import Database, Statement

CODE_DIGITS = 6
CODE_LIVES_S = 600
ATTEMPTS_MAX = 5
LOCKED_S = 60
"""Five guesses a minute against codes that live ten: at most 50 of a million, 1 in 20,000."""


class Pairing:
    """Makes codes, and turns a code into a token, once."""

    def __init__(self, *, database: Database, clock: Clock, tokens: TokenBook) -> None:
        self._database = database
        self._clock = clock
        self._tokens = tokens
        # Made at each start: the digests of six digits could be tried out in a moment without it.
        self._pepper = secrets.token_bytes(32)
        self._failed = 0
        self._window_ends_s = 0.0

    async def new_code(self, kind: TokenKind = TokenKind.SCREEN) -> str:
        """Six digits, good once and for ten minutes."""
        now_ms = millis(self._clock.now())
        while True:
            code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
            values = {"digest": self._digest(code), "kind": kind.value, "expires_ms": now_ms + CODE_LIVES_S * 1000}
            try:
                await self._database.write(
                    Statement(query="people.forget_pairing_codes", values={"now_ms": now_ms}),
                    Statement(query="people.add_pairing_code", values=values),
                )
            except Conflict:
                continue
            return code

    async def claim(self, code: str, name: str) -> Secret:
        """The token that this code stands for; the code is used up.

        Raises:
            Forbidden: `pairing-code` for a code that is wrong, used or too old; `pairing-locked` after five of them.
        """
        self._count_attempt()
        token = Secret(secrets.token_urlsafe(TOKEN_BYTES))
        await self._use(code, lambda kind: (self._tokens.issuing(token, kind, name),))
        self._failed = 0
        return token

    async def prove(self, code: str) -> None:
        """Use a code up for nothing but the proof that the owner gave it. Raises as `claim`."""
        self._count_attempt()
        await self._use(code, lambda kind: ())
        self._failed = 0

    def _count_attempt(self) -> None:
        now_s = self._clock.monotonic_s()
        if now_s >= self._window_ends_s:
            self._failed = 0
        if self._failed >= ATTEMPTS_MAX:
            raise Forbidden("Too many wrong codes; wait a minute.", code="pairing-locked")
        # Counted before it is looked up, so that guesses sent at once are counted as well.
        self._failed += 1
        self._window_ends_s = max(self._window_ends_s, now_s + LOCKED_S)

    async def _use(self, code: str, then: Callable[[TokenKind], tuple[Statement, ...]]) -> None:
        """Use the code up together with what it is used for."""
        digest = self._digest(code)
        rows = await self._database.read("people.pairing_code", digest=digest)
        if not rows or int(rows[0]["expires_ms"] or 0) <= millis(self._clock.now()):
            raise Forbidden("This code is not, or no longer, valid.", code="pairing-code")
        use = Statement(query="people.use_pairing_code", values={"digest": digest}, rows=1)
        try:
            await self._database.write(use, *then(TokenKind(str(rows[0]["kind"]))))
        except Conflict as error:
            raise Forbidden("This code is not, or no longer, valid.", code="pairing-code") from error

    def _digest(self, code: str) -> str:
        return hmac.new(self._pepper, code.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
