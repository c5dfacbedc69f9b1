"""Letting platforms in (OAuth 2.0, authorization code, PKCE when asked): clients, codes and tokens, kept as digests."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import msgspec

from jinn.kernel import Clock, Conflict, Invalid, NotFound, Refused, Secret, millis, new_id
from jinn.people import TokenBook, TokenKind, digest_of
from jinn.runtime import Database, Row, Sql, Statement

ACCESS_LIVES_S = 86_400
CODE_LIVES_S = 300
CLIENTS_MAX = 20
URIS_MAX = 8
FIELD_CHARS_MAX = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A platform that was registered.

    Attributes:
        redirect_uris: where its users may be sent back to; its own query after them is free.
    """

    id: str
    name: str
    redirect_uris: Sequence[str]
    secret_digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plea:
    """What a platform asks the owner for.

    Attributes:
        challenge: of PKCE, method S256; empty when it does not use it.
    """

    client: Client
    redirect_uri: str
    state: str
    challenge: str

    def back(self, **told: str) -> str:
        """Where the browser goes with the answer; the address's own query stays as it is."""
        given = {**told, **({"state": self.state} if self.state else {})}
        return f"{self.redirect_uri}{'&' if urlsplit(self.redirect_uri).query else '?'}{urlencode(given)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    access: Secret
    refresh: Secret
    lives_s: int = ACCESS_LIVES_S


class Granting:
    """The authorization server. Access tokens lie in the home's `TokenBook`, where an owner can revoke them."""

    def __init__(self, *, database: Database, tokens: TokenBook, clock: Clock) -> None:
        self._database = database
        self._tokens = tokens
        self._clock = clock

    async def register(self, name: str, redirect_uris: Sequence[str]) -> tuple[Client, Secret]:
        """A new platform; its secret is shown this once.

        Raises:
            Invalid: `bad-name`, `bad-redirect`, `too-many-clients`.
        """
        if not 0 < len(name.strip()) <= 60 or not name.isprintable():
            raise Invalid("A platform has a name of 1 to 60 characters.", code="bad-name")
        if not 0 < len(redirect_uris) <= URIS_MAX or not all(_is_good_redirect(uri) for uri in redirect_uris):
            raise Invalid("A platform's users go back to https addresses, one to eight.", code="bad-redirect")
        if len(await self.clients()) >= CLIENTS_MAX:
            raise Invalid(f"A home lets in at most {CLIENTS_MAX} platforms.", code="too-many-clients")
        secret = Secret(secrets.token_urlsafe(32))
        client = Client(id=new_id(self._clock), name=name, redirect_uris=tuple(redirect_uris))
        values: dict[str, Sql] = {
            "id": client.id, "name": name, "secret_digest": digest_of(secret),
            "redirect_uris": msgspec.json.encode(list(redirect_uris)).decode(), "created_ms": self._now_ms(),
        }  # fmt: skip
        await self._database.write(Statement(query="genie.add_client", values=values))
        return client, secret

    async def clients(self) -> list[Client]:
        return [_client(row) for row in await self._database.read("genie.clients")]

    async def remove(self, client_id: str) -> None:
        """Let a platform in no more, with all tokens that it has. Raises `NotFound`."""
        for row in await self._database.read("genie.refreshes_of", id=client_id):
            await self._revoke(str(row["access_digest"]))
        counts = await self._database.write(
            Statement(query="genie.remove_client", values={"id": client_id}),
            Statement(query="genie.remove_codes_of", values={"id": client_id}),
            Statement(query="genie.remove_refreshes_of", values={"id": client_id}),
        )
        if not counts[0]:
            raise NotFound("There is no such platform.", code="client-not-found")

    async def plea(self, asked: Mapping[str, str]) -> Plea:
        """What a browser that came from a platform is asked to approve.

        Raises:
            Refused: `client-unknown`, `redirect-unknown`: the browser may not be sent back, so it is told here.
            Invalid: `bad-request`.
        """
        rows = await self._database.read("genie.client", id=asked.get("client_id", "")[:100])
        if not rows:
            raise Refused("No platform of that name is known here.", code="client-unknown")
        client = _client(rows[0])
        redirect_uri = asked.get("redirect_uri", "")
        if not any(_is_same_place(redirect_uri, known) for known in client.redirect_uris):
            raise Refused("This platform may not send you there.", code="redirect-unknown")
        challenge = asked.get("code_challenge", "")
        if asked.get("response_type") != "code" or (challenge and asked.get("code_challenge_method") != "S256"):
            raise Invalid("The platform asks for what is not offered: a code, with S256.", code="bad-request")
        return Plea(
            client=client, redirect_uri=redirect_uri, state=asked.get("state", "")[:FIELD_CHARS_MAX],
            challenge=challenge[:200],
        )  # fmt: skip

    async def approve(self, plea: Plea) -> str:
        """The owner agrees: where the browser goes, with a code that is good once and for five minutes."""
        code = Secret(secrets.token_urlsafe(24))
        now_ms = self._now_ms()
        values: dict[str, Sql] = {
            "digest": digest_of(code), "client": plea.client.id, "redirect_uri": plea.redirect_uri,
            "challenge": plea.challenge, "expires_ms": now_ms + CODE_LIVES_S * 1000,
        }  # fmt: skip
        await self._database.write(
            Statement(query="genie.forget_codes", values={"now_ms": now_ms}),
            Statement(query="genie.add_code", values=values),
        )
        return plea.back(code=code.reveal())

    async def give(self, form: Mapping[str, str]) -> Given:
        """The token endpoint.

        Raises:
            Refused: its code is OAuth's own: `invalid_client`, `invalid_grant`, `invalid_request`,
                `unsupported_grant_type`.
        """
        grant_type = form.get("grant_type", "")
        if not grant_type or not form.get("client_id"):
            raise Refused("grant_type or client_id is missing.", code="invalid_request")
        client = await self._proven(form)
        if grant_type == "authorization_code":
            return await self._redeem(client, form)
        if grant_type == "refresh_token":
            return await self._renew(client, form)
        raise Refused("Only codes and refresh tokens are taken here.", code="unsupported_grant_type")

    async def _proven(self, form: Mapping[str, str]) -> Client:
        rows = await self._database.read("genie.client", id=form["client_id"][:100])
        digest = str(rows[0]["secret_digest"]) if rows else "no such client"
        given = digest_of(Secret(form.get("client_secret", "")))
        if not hmac.compare_digest(digest, given) or not rows:
            raise Refused("This platform is not known here.", code="invalid_client")
        return _client(rows[0])

    async def _redeem(self, client: Client, form: Mapping[str, str]) -> Given:
        bad = Refused("This code is not, or no longer, good.", code="invalid_grant")
        digest = digest_of(Secret(form.get("code", "")))
        rows = await self._database.read("genie.code", digest=digest)
        if not rows or str(rows[0]["client"]) != client.id:
            raise bad
        # Used up before it is looked at: a code that was tried wrongly is good no more.
        try:
            await self._database.write(Statement(query="genie.use_code", values={"digest": digest}, rows=1))
        except Conflict as error:
            raise bad from error
        row = rows[0]
        is_there = form.get("redirect_uri", str(row["redirect_uri"])) == row["redirect_uri"]
        if int(row["expires_ms"] or 0) <= self._now_ms() or not is_there:
            raise bad
        if not _is_answered(str(row["challenge"]), form.get("code_verifier", "")):
            raise bad
        refresh, access = Secret(secrets.token_urlsafe(32)), Secret(secrets.token_urlsafe(32))
        values: dict[str, Sql] = {
            "digest": digest_of(refresh), "client": client.id, "access_digest": digest_of(access),
            "created_ms": self._now_ms(),
        }  # fmt: skip
        await self._database.write(self._issuing(access, client), Statement(query="genie.add_refresh", values=values))
        return Given(access=access, refresh=refresh)

    async def _renew(self, client: Client, form: Mapping[str, str]) -> Given:
        bad = Refused("This refresh token is not, or no longer, good.", code="invalid_grant")
        refresh = Secret(form.get("refresh_token", ""))
        digest = digest_of(refresh)
        rows = await self._database.read("genie.refresh", digest=digest)
        if not rows or str(rows[0]["client"]) != client.id:
            raise bad
        was = str(rows[0]["access_digest"])
        if not await self._tokens.knows(was):
            # Its owner revoked the access token, which means all of it.
            await self._database.write(Statement(query="genie.remove_refresh", values={"digest": digest}))
            raise bad
        access = Secret(secrets.token_urlsafe(32))
        values: dict[str, Sql] = {"digest": digest, "access_digest": digest_of(access), "was": was}
        try:
            await self._database.write(
                Statement(query="genie.renew_refresh", values=values, rows=1), self._issuing(access, client)
            )
        except Conflict as error:
            raise bad from error
        await self._revoke(was)
        return Given(access=access, refresh=refresh)

    def _issuing(self, access: Secret, client: Client) -> Statement:
        expires_ms = self._now_ms() + ACCESS_LIVES_S * 1000
        return self._tokens.issuing(access, TokenKind.CLOUD, client.name, expires_ms=expires_ms)

    async def _revoke(self, digest: str) -> None:
        try:
            await self._tokens.revoke(digest)
        except NotFound:
            return  # Somebody was quicker; it is gone all the same.

    def _now_ms(self) -> int:
        return millis(self._clock.now())


def _client(row: Row) -> Client:
    return Client(
        id=str(row["id"]),
        name=str(row["name"]),
        redirect_uris=tuple(msgspec.json.decode(str(row["redirect_uris"]), type=list[str])),
        secret_digest=str(row["secret_digest"]),
    )


def _is_good_redirect(uri: str) -> bool:
    try:
        parts = urlsplit(uri)
    except ValueError:
        return False
    is_near = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")
    is_plain = uri.isascii() and uri.isprintable() and len(uri) <= FIELD_CHARS_MAX and not parts.fragment
    return is_plain and bool(parts.hostname) and parts.username is None and (parts.scheme == "https" or is_near)


def _is_same_place(uri: str, known: str) -> bool:
    """The same address but for its query, which platforms fill with a number of their own."""
    if not _is_good_redirect(uri):
        return False
    one, other = urlsplit(uri), urlsplit(known)
    return (one.scheme, one.netloc.lower(), one.path) == (other.scheme, other.netloc.lower(), other.path)


def _is_answered(challenge: str, verifier: str) -> bool:
    """PKCE (RFC 7636): whoever asked for the code is who redeems it."""
    if not challenge:
        return True
    made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    return hmac.compare_digest(made, challenge.rstrip("=").encode("ascii", "replace").decode())
