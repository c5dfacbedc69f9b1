"""How nats-server asks who somebody is, and reads the answer: JSON web tokens signed with Ed25519, as its nkeys are."""

import base64
import binascii
import hashlib
import time
from dataclasses import dataclass

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from jinn.kernel import Invalid, Secret

_ACCOUNT_PREFIX = 0
"""Makes an encoded key begin with A, as the server expects of an account's."""

_HEADER = base64.urlsafe_b64encode(b'{"typ":"JWT","alg":"ed25519-nkey"}').rstrip(b"=")

REQUEST_BYTES_MAX = 65_536
"""A CONNECT has at most 64 kB of user name and 64 kB of password, which nobody honest needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What a client of the broker may do, as MQTT topic filters; nothing else is allowed.

    Attributes:
        expires_ms: since 1970; then its connection is ended. None: until it is revoked.
    """

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]
    expires_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Knock:
    """Somebody who wants to be let in.

    Attributes:
        server, client: nkeys under which the answer is expected.
        kind: `mqtt`, `nats`, `websocket`, …
    """

    server: str
    client: str
    kind: str
    name: str
    password: Secret


class Signer:
    """The key with which answers are signed, made anew at each start and held in memory only."""

    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.generate()
        raw = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.issuer = encode_key(_ACCOUNT_PREFIX, raw)
        """The public half, as the server's configuration names it."""

    def admitting(self, knock: Knock, allowed: Allowed, *, account: str) -> bytes:
        """The answer that lets somebody into an account."""
        user: dict[str, object] = {
            "aud": account,
            "name": knock.name,
            "nats": {
                "type": "user",
                "version": 2,
                "subs": -1,
                "data": -1,
                "payload": -1,
                "allowed_connection_types": ["MQTT"],
                "pub": _list([subject for topic in allowed.publish for subject in subjects_of(topic)]),
                "sub": _list([subject for topic in allowed.subscribe for subject in subjects_of(topic)] + _OWN),
            },
        }
        if allowed.expires_ms is not None:
            user["exp"] = allowed.expires_ms // 1000
        token = self._signed(user, of=knock.client)
        return self._answer(knock, {"jwt": token.decode()})

    def refusing(self, knock: Knock) -> bytes:
        """The answer that lets nobody in; it says no reason, so that nobody learns which guess was warm."""
        return self._answer(knock, {"error": "not authorized"})

    def _answer(self, knock: Knock, said: dict[str, object]) -> bytes:
        claims: dict[str, object] = {
            "aud": knock.server,
            "nats": {"type": "authorization_response", "version": 2, **said},
        }
        return self._signed(claims, of=knock.client)

    def _signed(self, claims: dict[str, object], *, of: str) -> bytes:
        full = {"iss": self.issuer, "sub": of, "iat": int(time.time()), **claims}
        digest = hashlib.sha256(msgspec.json.encode(full)).digest()
        full["jti"] = base64.b32encode(digest).rstrip(b"=").decode()
        body = _HEADER + b"." + base64.urlsafe_b64encode(msgspec.json.encode(full)).rstrip(b"=")
        return body + b"." + base64.urlsafe_b64encode(self._key.sign(body)).rstrip(b"=")


_OWN = ["$MQTT.sub.>", "$MQTT.deliver.>"]
"""Where the server delivers QoS 1 to a client; a client's own SUBSCRIBE to these is refused by the server itself."""


def encode_key(prefix: int, raw: bytes) -> str:
    """A public key as the server writes it: prefix, key and CRC-16 in base 32."""
    body = bytes([prefix]) + raw
    return base64.b32encode(body + binascii.crc_hqx(body, 0).to_bytes(2, "little")).decode().rstrip("=")


def subjects_of(topic: str) -> list[str]:
    """The subjects of the bus that an MQTT topic filter stands for; `a/#` includes `a` itself.

    Raises:
        Invalid: `bad-topic`: no filter, or one with letters that mean something else on the bus.
    """
    levels = topic.split("/")
    for place, level in enumerate(levels):
        is_last = place == len(levels) - 1
        is_wild = level == "+" or (level == "#" and is_last)
        if not level or (not is_wild and any(letter in "+#*>$" or not letter.isprintable() or letter.isspace()
                                             for letter in level)):  # fmt: skip
            raise Invalid(f"{topic[:80]!r} is no topic of the broker.", code="bad-topic", topic=topic[:80])
    subject = ".".join({"+": "*", "#": ">"}.get(level, level.replace(".", "//")) for level in levels)
    return [subject[:-2], subject] if subject.endswith(".>") else [subject]


def read_knock(token: bytes) -> Knock:
    """What the server asks about. Raises `Invalid` with code `bad-knock`.

    Its signature need not be looked at: only the server's own account can ask here, and only the server can use
    the answer, which names the key that it has made for this one connection.
    """
    try:
        if len(token) > REQUEST_BYTES_MAX:
            raise ValueError("It is too large.")
        body = token.split(b".")[1]
        claims = msgspec.json.decode(base64.urlsafe_b64decode(body + b"=" * (-len(body) % 4)), type=_Claims)
    except (ValueError, IndexError, RecursionError) as wrong:
        raise Invalid("That is no question about a client.", code="bad-knock") from wrong
    asked = claims.nats
    return Knock(
        server=asked.server_id.id,
        client=asked.user_nkey,
        kind=asked.client_info.type or asked.client_info.kind,
        name=asked.connect_opts.user,
        password=Secret(asked.connect_opts.password),
    )


class _Server(msgspec.Struct):
    id: str


class _Client(msgspec.Struct):
    kind: str = ""
    type: str = ""


class _Options(msgspec.Struct, rename={"password": "pass"}):
    user: str = ""
    password: str = ""


class _Asked(msgspec.Struct):
    server_id: _Server
    user_nkey: str
    client_info: _Client
    connect_opts: _Options


class _Claims(msgspec.Struct):
    nats: _Asked


def _list(subjects: list[str]) -> dict[str, list[str]]:
    # An empty allow list would mean that everything is allowed.
    return {"allow": subjects} if subjects else {"deny": [">"]}
