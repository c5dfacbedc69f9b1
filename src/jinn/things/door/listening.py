"""The socket that devices knock at, and its TLS."""

import socket
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import cast
from urllib.parse import unquote

from jinn.kernel import Invalid, Unavailable

BACKLOG = 4_096
"""Who knocks while the loop is busy waits here; one who finds no room tries again only after a second. It is also the
most that Linux grants (`net.core.somaxconn`)."""

_PROBE_AFTER_S = 120
_URN = "urn:alink:"


def listen(host: str, port: int) -> socket.socket:
    """A listening socket whose connections inherit TCP_NODELAY and TCP keep-alive: set once, not for each of them.

    Without TCP_NODELAY an acknowledgement and the reply behind it wait 40 ms for each other; TCP keep-alive finds
    dead peers of devices that have switched MQTT's off.

    Raises:
        Unavailable: code `port-busy` or `port-forbidden`.
        Invalid: there is no such address here.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _PROBE_AFTER_S)
        listener.bind((host, port))
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except PermissionError as no:
        listener.close()
        raise Unavailable(f"This process may not listen on {host}:{port}.", code="port-forbidden") from no
    except socket.gaierror as no:
        listener.close()
        raise Invalid(f"{host!r} is no address of this machine.", code="bad-address") from no
    except OSError as no:
        listener.close()
        raise Unavailable(f"{host}:{port} is not free: {no.strerror}.", code="port-busy") from no
    return listener


def tls_context(
    certificate: Path | None, key: Path | None, client_authority: Path | None = None
) -> ssl.SSLContext | None:
    """None without a certificate. With a `client_authority`, nobody gets in without a certificate that it has signed.

    Raises:
        Invalid: the files are not a certificate and its key, or not an authority; or there is an authority alone.
    """
    if certificate is None:
        if client_authority is not None:
            raise Invalid("Certificates of devices can be asked for by a door with TLS only.", code="bad-certificate")
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as wrong:
        raise Invalid(f"{certificate} and {key} are not a certificate and its key.", code="bad-certificate") from wrong
    if client_authority is not None:
        try:
            context.load_verify_locations(client_authority)
        except (OSError, ssl.SSLError) as wrong:
            raise Invalid(f"{client_authority} is no certificate of an authority.", code="bad-certificate") from wrong
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def certified_names(certificate: Mapping[str, object] | None) -> frozenset[str]:
    """The devices that a certificate, as `SSLObject.getpeercert` gives it, speaks for.

    That is its common name; since one of more than 64 characters does not exist, also each `urn:alink:` among its
    alternative names.
    """
    if not certificate:
        return frozenset()
    subject = cast("tuple[tuple[tuple[str, str], ...], ...]", certificate.get("subject", ()))
    others = cast("tuple[tuple[str, str], ...]", certificate.get("subjectAltName", ()))
    common = [value for part in subject for name, value in part if name == "commonName"]
    uris = [value for kind, value in others if kind == "URI" and value.startswith(_URN)]
    return frozenset([*common, *(unquote(value[len(_URN) :]) for value in uris)])
