"""Clients of the plain MQTT broker: each has a name, a token and lists of topics, and is nobody anywhere else."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from jinn.kernel import Clock, Conflict, Forbidden, HomeId, Invalid, NotFound, Secret, millis
from jinn.people.authorizing import authorize
from jinn.people.grants import BearerProof, DeviceSecrets, Grant
from jinn.people.tokens import TOKEN_BYTES, digest_of
from jinn.runtime import Database, Row, Sql, Statement, subjects_of

CLIENTS_MAX = 1_000
TOPICS_MAX = 100
"""Of one client: the engine compares each of its messages with all of them."""

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_RESERVED = frozenset({"hub", "bridge", "watcher"})
"""Users that the engine's configuration knows; a client of that name could never be asked about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerAccess:
    """What a client of the broker may do, as MQTT topic filters."""

    name: str
    publish: tuple[str, ...]
    subscribe: tuple[str, ...]
    created_ms: int


class BrokerClients:
    """`Tokens` of the broker alone: what is issued here opens neither the page nor the API, nor the other way round."""

    def __init__(self, *, database: Database, devices: DeviceSecrets, clock: Clock, home: HomeId) -> None:
        self._database = database
        self._devices = devices
        self._clock = clock
        self._home = home

    async def add(self, name: str, *, publish: Sequence[str], subscribe: Sequence[str]) -> Secret:
        """A new client; its token is shown this once and never again.

        Raises:
            Invalid: `bad-name`, `bad-topic`, `too-many-topics`, `too-many-clients`.
            Conflict: `broker-client-exists`.
        """
        if not _NAME.fullmatch(name) or name in _RESERVED:
            raise Invalid(f"{name[:80]!r} cannot be a client's name: 1 to 64 of A-Z, a-z, 0-9, _, -.", code="bad-name")
        for topics in (publish, subscribe):
            if len(topics) > TOPICS_MAX:
                raise Invalid(f"A client has at most {TOPICS_MAX} topics.", code="too-many-topics")
            for topic in topics:
                subjects_of(topic)
        if len(await self.listed()) >= CLIENTS_MAX:
            raise Invalid(f"The broker has at most {CLIENTS_MAX} clients.", code="too-many-clients")
        token = Secret(secrets.token_urlsafe(TOKEN_BYTES))
        row: dict[str, Sql] = {
            "name": name,
            "digest": digest_of(token),
            "publish": msgspec.json.encode(list(publish)).decode(),
            "subscribe": msgspec.json.encode(list(subscribe)).decode(),
            "created_ms": millis(self._clock.now()),
        }
        try:
            await self._database.write(Statement(query="people.add_broker_client", values=row))
        except Conflict as error:
            raise Conflict(f"There is a client {name!r} already.", code="broker-client-exists") from error
        return token

    async def listed(self) -> list[BrokerAccess]:
        """Who is let in, oldest first; never a token."""
        return [_access(row) for row in await self._database.read("people.broker_clients")]

    async def remove(self, name: str) -> None:
        """Let it in no more; a connection that it has is the engine's to end. Raises: NotFound."""
        removal = Statement(query="people.remove_broker_client", values={"name": name})
        counts = await self._database.write(removal)
        if counts[0] == 0:
            raise NotFound(f"There is no client {name[:80]!r}.", code="broker-client-not-found")

    async def grant_of(self, token: Secret) -> Grant | None:
        rows = await self._database.read("people.broker_client", digest=digest_of(token))
        if not rows:
            return None
        return Grant(
            home=self._home,
            subject=_subject(str(rows[0]["name"])),
            publish=_topics(rows[0]["publish"]),
            subscribe=_topics(rows[0]["subscribe"]),
        )

    async def admit(self, name: str, password: Secret) -> Grant:
        """What the client of that name may do. Raises: Forbidden `not-authorized`, the same for every reason."""
        proof = BearerProof(token=password)
        grant = await authorize(proof, home=self._home, devices=self._devices, tokens=self, clock=self._clock)
        if grant.subject != _subject(name):
            raise Forbidden("This is not known here.", code="not-authorized")
        return grant


def _subject(name: str) -> str:
    return f"broker:{name}"


def _access(row: Row) -> BrokerAccess:
    return BrokerAccess(
        name=str(row["name"]),
        publish=_topics(row["publish"]),
        subscribe=_topics(row["subscribe"]),
        created_ms=int(row["created_ms"] or 0),
    )


def _topics(kept: object) -> tuple[str, ...]:
    return msgspec.json.decode(str(kept), type=tuple[str, ...])
