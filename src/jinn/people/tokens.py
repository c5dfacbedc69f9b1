"""Tokens: what a screen, a satellite or a program shows to be let in. Only their digests are kept."""

import hashlib
import secrets

from jinn.kernel import Clock, HomeId, NotFound, Secret, millis
from jinn.people.grants import Grant
from jinn.people.model import TokenKind
from jinn.runtime import Database, Row, Statement

TOKEN_BYTES = 32
_PUBLISH = {
    TokenKind.OWNER: ("#",),
    TokenKind.SCREEN: ("api/#", "ws/#"),
    TokenKind.SATELLITE: ("ws/satellite",),
    TokenKind.SERVICE: ("api/#", "metrics", "schema"),
    TokenKind.CLOUD: (),
}
"""What each kind of bearer may call, as path patterns."""


def digest_of(token: Secret) -> str:
    """SHA-256: a token has 256 random bits, so that a slow hash would add nothing."""
    return hashlib.sha256(token.reveal().encode("utf-8", "surrogatepass")).hexdigest()


class TokenBook:
    """Every token that was issued, and the owner's own, which lies in a file of the data folder."""

    def __init__(self, *, database: Database, clock: Clock, home: HomeId, owner_token: Secret) -> None:
        self._database = database
        self._clock = clock
        self._home = home
        self._owner_digest = Secret(digest_of(owner_token))

    async def issue(self, kind: TokenKind, name: str, *, expires_ms: int | None = None) -> Secret:
        """A new token; it is shown this once and never again."""
        token = Secret(secrets.token_urlsafe(TOKEN_BYTES))
        await self._database.write(self.issuing(token, kind, name, expires_ms=expires_ms))
        return token

    def issuing(self, token: Secret, kind: TokenKind, name: str, *, expires_ms: int | None = None) -> Statement:
        """What writes a token, for a change that others are part of."""
        return Statement(
            query="people.add_token",
            values={
                "digest": digest_of(token),
                "kind": kind.value,
                "name": name,
                "created_ms": millis(self._clock.now()),
                "expires_ms": expires_ms,
            },
        )

    async def grant_of(self, token: Secret) -> Grant | None:
        """What the bearer may do; None for a token that is unknown, revoked or past its time."""
        digest = digest_of(token)
        if self._owner_digest.matches(digest):
            return self.grant(TokenKind.OWNER, "owner", None)
        rows = await self._database.read("people.token", digest=digest)
        if not rows:
            return None
        expires = rows[0]["expires_ms"]
        expires_ms = None if expires is None else int(expires)
        if expires_ms is not None and expires_ms <= millis(self._clock.now()):
            return None
        return self.grant(TokenKind(str(rows[0]["kind"])), digest[:16], expires_ms)

    def grant(self, kind: TokenKind, name: str, expires_ms: int | None) -> Grant:
        subject = "owner" if kind is TokenKind.OWNER else f"{kind.value}:{name}"
        return Grant(home=self._home, subject=subject, publish=_PUBLISH[kind], expires_ms=expires_ms)

    async def knows(self, digest: str) -> bool:
        """Whether this token was issued and not revoked; its time may be over."""
        return bool(await self._database.read("people.token", digest=digest))

    async def listed(self) -> list[Row]:
        """Who is let in: digest, kind, name and times; never a token."""
        return await self._database.read("people.tokens")

    async def revoke(self, digest: str) -> None:
        """Raises: NotFound `token-not-found`."""
        counts = await self._database.write(Statement(query="people.remove_token", values={"digest": digest}))
        if counts[0] == 0:
            raise NotFound("There is no such token.", code="token-not-found")
