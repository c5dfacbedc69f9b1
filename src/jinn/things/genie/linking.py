"""Account linking with a vendor's cloud (OAuth 2.0, authorization code): there, back, and keeping the tokens."""

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import anyio
import msgspec

from jinn.kernel import Clock, Conflict, Forbidden, JinnError, Refused, Secret, Unavailable, millis
from jinn.runtime import Database, Sql, Statement
from jinn.things.genie.fetching import Fetcher, is_success, without
from jinn.things.genie.links import Link, Links, LinkState, Vendor

LINKING_LIVES_S = 600
TOKEN_WITHIN_S = 10.0
TOKEN_CHARS_MAX = 4_096
"""Clouds are seen to use up to 170; a signed token of any make is shorter than this."""

EARLY_S = 60
"""Renewed so long before its end, or at four fifths of its life when that is earlier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What a token endpoint gave. `lives_s` None: it did not say."""

    access: Secret = field(repr=False)
    refresh: Secret | None = field(repr=False)
    lives_s: float | None


class Linking:
    """The platform's side of OAuth."""

    def __init__(
        self,
        *,
        links: Links,
        fetcher: Fetcher,
        database: Database,
        clock: Clock,
        base_url: Callable[[], str],
    ) -> None:
        """`base_url`: where browsers reach this hub, such as `https://home.example`."""
        self._links = links
        self._fetcher = fetcher
        self._database = database
        self._clock = clock
        self._base_url = base_url
        self._renewing: dict[str, anyio.Lock] = {}

    async def start(self, link: Link) -> str:
        """Where the owner's browser has to go. The way back is good once and for ten minutes.

        Raises:
            Refused: `seal-broken`: who we are to the vendor cannot be read any more.
        """
        if not link.vendor.client_secret.reveal():
            raise Refused(link.problem or "Its client secret is lost; add the account anew.", code="seal-broken")
        state, token = secrets.token_urlsafe(24), secrets.token_urlsafe(12)
        query = urlencode({"skillId": link.id, "token": token})
        redirect_uri = f"{self._base_url()}/oauth/callback?{query}"
        now_ms = millis(self._clock.now())
        values: dict[str, Sql] = {
            "digest": _digest(state, token),
            "link": link.id,
            "redirect_uri": redirect_uri,
            "expires_ms": now_ms + LINKING_LIVES_S * 1000,
        }
        await self._database.write(
            Statement(query="genie.forget_linkings", values={"now_ms": now_ms}),
            Statement(query="genie.add_linking", values=values),
        )
        asked = {
            "redirect_uri": redirect_uri,
            "client_id": link.vendor.client_id,
            "response_type": "code",
            "state": state,
        }
        url = link.vendor.authorize_url
        return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(asked)}"

    async def finish(self, query: str, form: str = "") -> Link:
        """The vendor's page has sent the browser back. Gives the link, with tokens.

        Raises:
            Forbidden: `linking-unknown`: nobody here asked for that, or it was used or is too old.
            Refused: `linking-refused`: the vendor or its user said no.
            Unavailable: its token endpoint is away or makes no sense.
        """
        told = read_callback(query, form)
        link, redirect_uri = await self._awaited(told)
        if "code" not in told:
            why = told.get("error_description") or told.get("error") or "no code"
            link = await self._links.change(replace(link, problem_code="linking-refused", problem=why[:200]))
            raise Refused(f"The vendor did not agree: {why[:200]}.", code="linking-refused")
        fields = {"grant_type": "authorization_code", "code": told["code"], "redirect_uri": redirect_uri}
        tokens = await self._ask(link, fields)
        return await self._keep(link, tokens)

    async def token_of(self, link: Link, *, is_refused: bool = False) -> tuple[Link, Secret]:
        """An access token that should be good; renewed when it is about to end, or was refused just now.

        Raises:
            Refused: `link-broken`: only linking anew helps.
            Unavailable: the token endpoint is away.
        """
        lock = self._renewing.setdefault(link.id, anyio.Lock())
        async with lock:
            now = self._links.link(link.id)
            if now.state is not LinkState.LINKED:
                raise Refused("This account is not linked.", code="link-broken")
            is_renewed = now.access_token.reveal() != link.access_token.reveal()
            if is_renewed or not (is_refused or self._is_ending(now)):
                return now, now.access_token
            renewed = await self._renewed(now)
            return renewed, renewed.access_token

    async def _awaited(self, told: dict[str, str]) -> tuple[Link, str]:
        digest = _digest(told.get("state", ""), told.get("token", ""))
        rows = await self._database.read("genie.linking", digest=digest)
        unknown = Forbidden("Nobody here asked for this linking, or not any more.", code="linking-unknown")
        if not rows or int(rows[0]["expires_ms"] or 0) <= millis(self._clock.now()):
            raise unknown
        try:
            await self._database.write(Statement(query="genie.use_linking", values={"digest": digest}, rows=1))
        except Conflict as error:
            raise unknown from error
        return self._links.link(str(rows[0]["link"])), str(rows[0]["redirect_uri"])

    def _is_ending(self, link: Link) -> bool:
        return link.expires_ms is not None and millis(self._clock.now()) >= link.expires_ms

    async def _renewed(self, link: Link) -> Link:
        refresh = link.refresh_token.reveal()
        if not refresh:
            await self._links.change(link.broken("no-refresh-token", "Its token ended, and there is none to renew it."))
            raise Refused("This account has to be linked anew.", code="link-broken")
        try:
            tokens = await self._ask(link, {"grant_type": "refresh_token", "refresh_token": refresh})
        except Refused as refused:
            await self._links.change(link.broken("refresh-refused", refused.sentence))
            raise Refused("This account has to be linked anew.", code="link-broken") from refused
        return await self._keep(link, tokens)

    async def _keep(self, link: Link, tokens: Tokens) -> Link:
        now_ms = millis(self._clock.now())
        lives_s = tokens.lives_s
        good_s = None if lives_s is None else max(min(lives_s * 0.8, lives_s - EARLY_S), lives_s * 0.5)
        changed = replace(
            link,
            state=LinkState.LINKED,
            access_token=tokens.access,
            refresh_token=tokens.refresh or link.refresh_token,
            expires_ms=None if good_s is None else now_ms + int(good_s * 1000),
            refreshed_ms=now_ms,
            problem_code="",
            problem="",
        )
        return await self._links.change(changed)

    async def _ask(self, link: Link, fields: dict[str, str]) -> Tokens:
        """The token endpoint's answer.

        Asked in the form; in form and query when it did not see that, and in the header when it did not know us.

        Raises:
            Refused: it said no.
            Unavailable: it is away, or answered something else.
        """
        vendor = link.vendor
        body = urlencode({**fields, "client_id": vendor.client_id, "client_secret": vendor.client_secret.reveal()})
        try:
            return await self._asked(link, vendor.token_url, body)
        except JinnError as first:
            if first.stable_code() == "invalid_client":
                # A server need not look for a client's secret anywhere but in the header (RFC 6749, 2.3.1).
                return await self._asked(link, vendor.token_url, urlencode(fields), _basic(vendor))
            if first.stable_code() not in ("token-answer", *_UNSEEN):
                raise
            both = f"{vendor.token_url}{'&' if urlsplit(vendor.token_url).query else '?'}{body}"
            return await self._asked(link, both, body)

    async def _asked(self, link: Link, url: str, body: str, more: Mapping[str, str] | None = None) -> Tokens:
        status, answer = await self._fetcher.post(
            url,
            content=body.encode(),
            content_type="application/x-www-form-urlencoded",
            within_s=TOKEN_WITHIN_S,
            may_be_private=link.vendor.may_be_private,
            more=more,
        )
        try:
            return read_tokens(status, answer)
        except Refused:
            given = (link.vendor.client_secret, *(Secret(value) for name, value in parse_qsl(body) if name in _SECRET))
            # Said again without what it repeats, since its words are kept, shown and logged.
            return read_tokens(status, without(answer, *given))


_SECRET = frozenset({"code", "refresh_token"})
_UNSEEN = ("invalid_request", "unsupported_grant_type", "missing_parameter")
"""What a server says that looked for the fields elsewhere."""


def _basic(vendor: Vendor) -> dict[str, str]:
    pair = f"{quote(vendor.client_id, safe='')}:{quote(vendor.client_secret.reveal(), safe='')}"
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def read_callback(query: str, form: str = "") -> dict[str, str]:
    """What the browser brought back, whatever sign the vendor's page glued it on with.

    Our address has a query of its own; some servers add theirs with a second `?`, some with `&`, some encode it once
    more or post it as a form.
    """
    told: dict[str, str] = {}
    for text in (query, form):
        for piece in text[:8_192].replace("?", "&").replace("&amp;", "&").split("&"):
            for name, value in parse_qsl(piece, keep_blank_values=False, errors="replace"):
                told.setdefault(name, value[:TOKEN_CHARS_MAX])
    return told


def read_tokens(status: int, body: bytes) -> Tokens:
    """Raises: Refused with the server's own error as code; Unavailable `token-answer`."""
    try:
        told = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        told = None
    if isinstance(told, dict) and isinstance(told.get("data"), dict) and "access_token" not in told:
        told = told["data"]
    if not isinstance(told, dict):
        raise Unavailable(f"The vendor's token endpoint answered {status} without JSON.", code="token-answer")
    error = told.get("error")
    if isinstance(error, str) and error:
        why = told.get("error_description")
        raise Refused(
            f"The vendor says {error[:80]}{f': {why[:200]}' if isinstance(why, str) else ''}.", code=error[:80]
        )
    access, refresh = told.get("access_token"), told.get("refresh_token")
    if not isinstance(access, str) or not 0 < len(access) <= TOKEN_CHARS_MAX or not is_success(status):
        raise Unavailable(f"The vendor's token endpoint answered {status} without a token.", code="token-answer")
    return Tokens(
        access=Secret(access),
        refresh=Secret(refresh) if isinstance(refresh, str) and 0 < len(refresh) <= TOKEN_CHARS_MAX else None,
        lives_s=_lives_s(told.get("expires_in")),
    )


def _lives_s(value: object) -> float | None:
    try:
        lives_s = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else 0.0
    except ValueError:
        return None
    return min(lives_s, 10 * 365 * 86_400.0) if lives_s > 0 else None


def _digest(state: str, token: str) -> str:
    return hashlib.sha256(f"{state}\0{token}".encode("utf-8", "surrogatepass")).hexdigest()
