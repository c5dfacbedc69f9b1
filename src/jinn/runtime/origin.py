"""Which pages may talk to us: the names we answer to, and where a browser's request came from.

A page of a stranger's site can point its own name at this machine (DNS rebinding) or simply send requests to
`localhost`. Both show in headers that a page cannot forge: `Host` and `Origin`.
"""

import ipaddress
from collections.abc import Collection

from jinn.kernel import Forbidden

_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def host_name(host: str) -> str:
    """The name in a `Host` header, without its port, in lower case; empty when there is none."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()


def is_loopback_name(host: str) -> bool:
    """Whether the address bar names this very machine, in a way that no stranger's DNS can produce."""
    return host_name(host) in _LOOPBACK_NAMES


def check_origin(host: str, origin: str | None, allowed_names: Collection[str]) -> None:
    """Let in requests to a name of ours, from a page of ours or from no page at all.

    Args:
        origin: the `Origin` header; None: not sent, as by programs.
        allowed_names: further names under which people reach us. Addresses, `localhost`, names without a dot
            and `.local` need no mention: public DNS cannot hand them to a stranger.

    Raises:
        Forbidden: code `wrong-host` or `wrong-origin`.
    """
    name = host_name(host)
    if not (_is_address(name) or _is_local_name(name) or name in allowed_names):
        raise Forbidden("This name is not one of ours.", code="wrong-host")
    if origin is not None and origin.lower() not in (f"http://{host.lower()}", f"https://{host.lower()}"):
        raise Forbidden("Another site's page may not ask this.", code="wrong-origin")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_local_name(name: str) -> bool:
    return bool(name) and ("." not in name or name.endswith((".local", ".localhost")))
