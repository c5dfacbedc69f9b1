"""The engine as a leaf of a region's, and as the trunk that leaves hang from: what its configuration says for that.

Accounts share no subject, so a home and its region share exactly one: the home asks, the region answers.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

from jinn.kernel import Invalid, Secret
from jinn.runtime.listening import HOME_ACCOUNT

EXCHANGE = "region.exchange"
"""The subject that a home and its region share, with the home's name behind it."""

_UPLINK_ACCOUNT = "UPLINK"
_NAME_SIGNS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafOptions:
    """Where the region is, and as whom this home comes.

    Attributes:
        url: `nats-leaf://host:port` on this machine; else `tls://host:port`.
        name: the home's, as the region knows it.
        authority: PEM file by which the region's certificate is believed; None: by those that this machine knows.
    """

    url: str
    name: str
    password: Secret
    authority: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkOptions:
    """Where leaves may connect, and whose.

    Attributes:
        homes: the password of each home, by name.
        certificate, key: PEM files; with both, it speaks TLS only.
    """

    host: str = "127.0.0.1"
    port: int = 7422
    homes: Mapping[str, Secret] = field(default_factory=dict)
    certificate: Path | None = None
    key: Path | None = None


def read_leaf(url: str, credentials: Path) -> LeafOptions:
    """The options of a credentials file: one line `name:password`, then the certificate of the region's authority.

    Raises:
        Invalid: code `uplink-credentials` or `uplink-url`.
    """
    try:
        first, _, rest = credentials.read_text(encoding="utf-8").strip().partition("\n")
        name, colon, password = first.strip().partition(":")
        is_open = os.stat(credentials).st_mode & 0o077 != 0
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"The uplink's credentials cannot be read: {error}.", code="uplink-credentials") from error
    if is_open:
        raise Invalid(f"{credentials} can be read by others; it holds a password.", code="uplink-credentials")
    if not colon or not password or not is_home_name(name):
        raise Invalid(f"{credentials} does not begin with a line name:password.", code="uplink-credentials")
    parts = urlsplit(url)
    if parts.scheme not in {"nats-leaf", "tls"} or not parts.hostname or parts.username or parts.password:
        raise Invalid("The uplink is written nats-leaf://host:port, or tls://host:port.", code="uplink-url")
    if parts.scheme == "nats-leaf" and not is_near(parts.hostname):
        raise Invalid("Beyond this machine the uplink is written tls://host:port.", code="uplink-url")
    authority = credentials if "-----BEGIN CERTIFICATE-----" in rest else None
    return LeafOptions(url=url, name=name, password=Secret(password), authority=authority)


def is_near(host: str) -> bool:
    """Whether that address is this very machine's own."""
    return host in {"127.0.0.1", "::1", "localhost"}


def is_home_name(name: str) -> bool:
    """Safe in a subject and in the name of an account."""
    return 0 < len(name) <= 40 and set(name) <= _NAME_SIGNS


def as_leaf(config: dict[str, object], leaf: LeafOptions) -> None:
    """Add the way to the region. Its name is that of the home's JetStream domain, so that what is kept stays here."""
    subject = f"{EXCHANGE}.{leaf.name}"
    accounts = _accounts(config)
    accounts[_UPLINK_ACCOUNT] = {"exports": [{"service": subject, "accounts": [HOME_ACCOUNT]}]}
    accounts[HOME_ACCOUNT]["imports"] = [{"service": {"account": _UPLINK_ACCOUNT, "subject": subject}}]
    parts = urlsplit(leaf.url)
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname
    who = f"{quote(leaf.name)}:{quote(leaf.password.reveal(), safe='')}"
    remote: dict[str, object] = {
        "url": f"{parts.scheme}://{who}@{host}:{parts.port or 7422}",
        "account": _UPLINK_ACCOUNT,
    }
    if parts.scheme == "tls" and leaf.authority is not None:
        remote["tls"] = {"ca_file": str(leaf.authority.absolute())}
    config["leafnodes"] = {"remotes": [remote], "reconnect": "1s"}
    _set_domain(config, f"home-{leaf.name}")


def as_trunk(config: dict[str, object], trunk: TrunkOptions, port: int) -> None:
    """Listen for leaves; each home has an account of its own, which sees the one subject of that home."""
    accounts = _accounts(config)
    exports = []
    for name, password in trunk.homes.items():
        own, subject = f"HOME-{name}", f"{EXCHANGE}.{name}"
        user = {"user": name, "password": password.reveal(), "allowed_connection_types": ["LEAFNODE"]}
        accounts[own] = {
            "imports": [{"service": {"account": HOME_ACCOUNT, "subject": subject}}],
            "users": [user],
        }
        exports.append({"service": subject, "accounts": [own]})
    accounts[HOME_ACCOUNT]["exports"] = exports
    host = f"[{trunk.host}]" if ":" in trunk.host else trunk.host
    # Homes come by the way that they were told; the addresses that this box has inside are no business of theirs.
    listener: dict[str, object] = {"listen": f"{host}:{port}", "no_advertise": True}
    if trunk.certificate is not None and trunk.key is not None:
        listener["tls"] = {"cert_file": str(trunk.certificate), "key_file": str(trunk.key)}
    config["leafnodes"] = listener
    _set_domain(config, "region")


def _accounts(config: dict[str, object]) -> dict[str, dict[str, object]]:
    accounts = config["accounts"]
    assert isinstance(accounts, dict)
    return accounts


def _set_domain(config: dict[str, object], domain: str) -> None:
    kept = config["jetstream"]
    assert isinstance(kept, dict)
    kept["domain"] = domain
    config.setdefault("server_name", domain)
