"""What nats-server is told at its start: who may come in, where, and how much may be kept."""

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinn.kernel import Secret

HOME_ACCOUNT = "HOME"
"""The hub's own: things, rooms and screens. Nobody else gets in here."""

BROKER_ACCOUNT = "BROKER"
"""Of clients that need a plain MQTT broker. Accounts share no subject: no topic of theirs can reach the hub's."""

SYSTEM_ACCOUNT = "SYSTEM"
"""Where the engine says who is connected."""

HUB, BRIDGE, WATCHER = "hub", "bridge", "watcher"
"""The users that the configuration knows; everybody else is asked about."""

ANSWER_WITHIN_S = 60
"""How long a user that works with the hub may take for an answer."""

ASKED_WITHIN_S = 15.0
"""After a power cut all clients come back at once, and each is asked about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerOptions:
    """The engine's own MQTT listener.

    Attributes:
        port: 0 takes one that is free.
        certificate, key: PEM files; with both, it speaks TLS only.
        stored_bytes_max: of retained messages, sessions and what waits for clients that are away.
    """

    host: str = "127.0.0.1"
    port: int = 1884
    certificate: Path | None = None
    key: Path | None = None
    stored_bytes_max: int = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenOptions:
    """Where the engine listens for the hub and for those who work with it.

    Attributes:
        port: 0 takes one that is free.
        certificate, key: PEM files. Others speak TLS then, and do so before anything is said; only the hub, which is
            on this machine, may speak without.
    """

    host: str = "127.0.0.1"
    port: int = 0
    certificate: Path | None = None
    key: Path | None = None


LOOPBACK = ListenOptions()
"""For the hub alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitedUser:
    """Somebody who works with the hub: these subjects and answers to what it is asked, no more."""

    name: str
    password: Secret
    publish: tuple[str, ...]
    subscribe: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Passwords made at this start, and the public key by which the broker's clients are let in."""

    password: str
    issuer: str


def configuration(
    folder: Path,
    *,
    port: int | None,
    keys: Keys,
    broker: BrokerOptions | None,
    broker_port: int | None,
    listen: ListenOptions = LOOPBACK,
    users: Sequence[LimitedUser] = (),
) -> dict[str, object]:
    """Its configuration, in the JSON that its own language contains."""
    accounts: dict[str, object] = {
        HOME_ACCOUNT: {"jetstream": "enabled", "users": [_user(HUB, keys), *map(_limited, users)]},
        SYSTEM_ACCOUNT: {"users": [_user(WATCHER, keys)]},
    }
    config: dict[str, object] = {
        # -1: any free port, chosen by the server itself, so that nobody can take it in between.
        "listen": f"{in_address(listen.host)}:{port or listen.port or -1}",
        "accounts": accounts,
        "system_account": SYSTEM_ACCOUNT,
        "max_payload": 4 * 1024 * 1024,
        "jetstream": {"store_dir": str(folder / "store"), "sync_interval": "1s"},
        "pid_file": str(folder / "nats.pid"),
        "ports_file_dir": str(folder),
        "log_file": str(folder / "nats.log"),
        "logfile_size_limit": 1024 * 1024,
        "logfile_max_num": 2,
    }
    if listen.certificate is not None and listen.key is not None:
        # `auto`: who speaks TLS does so first, so that nobody in between can talk it out of it.
        config["tls"] = {
            "cert_file": str(listen.certificate), "key_file": str(listen.key), "handshake_first": "auto",
        }  # fmt: skip
        config["allow_non_tls"] = True
    if broker is not None:
        accounts[BROKER_ACCOUNT] = {
            "jetstream": {"max_mem": 0, "max_file": broker.stored_bytes_max},
            "users": [_user(BRIDGE, keys)],
        }
        config["server_name"] = "jinn"  # Demanded with MQTT.
        known = [HUB, BRIDGE, WATCHER, *(user.name for user in users)]
        config["authorization"] = {
            "timeout": ASKED_WITHIN_S,
            "auth_callout": {"issuer": keys.issuer, "account": HOME_ACCOUNT, "auth_users": known},
        }
        config["mqtt"] = {
            "listen": f"{broker.host}:{broker_port}",
            # The default of 30 s is how long a client that comes back would wait for what it has not acknowledged.
            "ack_wait": "2s",
            "max_ack_pending": 1_000,
            "authorization": {"timeout": ASKED_WITHIN_S},
            **_tls(broker),
        }
    return config


def adopt_store(folder: Path) -> None:
    """What a hub without accounts has kept is the home's."""
    unnamed, named = folder / "store/jetstream/$G", folder / "store/jetstream" / HOME_ACCOUNT
    if unnamed.is_dir() and not named.exists():
        os.rename(unnamed, named)


def free_port(host: str) -> int:
    """A port that nobody listens on at this moment."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _user(name: str, keys: Keys) -> dict[str, str]:
    return {"user": name, "password": keys.password}


def _limited(user: LimitedUser) -> dict[str, object]:
    permissions = {
        "publish": {"allow": list(user.publish)},
        "subscribe": {"allow": list(user.subscribe)},
        # A question names the subject of its answer; it is allowed for this one answer only.
        "allow_responses": {"max": 1, "expires": f"{ANSWER_WITHIN_S}s"},
    }
    return {
        "user": user.name, "password": user.password.reveal(), "permissions": permissions,
        "allowed_connection_types": ["STANDARD"],
    }  # fmt: skip


def in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _tls(broker: BrokerOptions) -> dict[str, object]:
    if broker.certificate is None or broker.key is None:
        return {}
    return {"tls": {"cert_file": str(broker.certificate), "key_file": str(broker.key)}}
