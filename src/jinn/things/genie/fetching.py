"""Asking vendors' clouds over HTTP without being led astray: bounds, no redirects, no hosts of this network."""

import ipaddress
import logging
import socket
from collections.abc import Mapping
from urllib.parse import urlsplit

import anyio
import anyio.abc
import httpx

from jinn.kernel import Invalid, Secret, Unavailable

BODY_BYTES_MAX = 2 * 1024 * 1024
"""500 devices with all their properties are some 500 kB."""

CONNECT_WITHIN_S = 3.0
_OK = range(200, 300)
_REDIRECTS = range(300, 400)


def check_url(url: str, *, may_be_private: bool) -> str:
    """An address that a vendor's cloud may have.

    Raises:
        Invalid: `bad-url`: not https, with a user in it, or (unless allowed) an address of this network.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Invalid(f"{url[:120]!r} is no address.", code="bad-url") from error
    schemes = ("https", "http") if may_be_private else ("https",)
    if parts.scheme not in schemes or not parts.hostname or parts.username is not None or port == 0:
        raise Invalid(f"{url[:120]!r} cannot be a cloud's address: it begins with https:// and a host.", code="bad-url")
    if len(url) > 1_000 or not url.isascii() or not url.isprintable() or " " in url:
        raise Invalid("An address has at most 1,000 plain characters.", code="bad-url")
    try:
        address = ipaddress.ip_address(parts.hostname)
    except ValueError:
        return url
    if not may_be_private and not is_public(address):
        raise Invalid(f"{parts.hostname} is inside this network.", code="private-address")
    return url


def is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether it is out on the internet, however it is written."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast


class WithoutQuery(logging.Filter):
    """httpx tells every address that it asks; some token endpoints want their secrets in the query of theirs."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                str(one.copy_with(query=None)) if isinstance(one, httpx.URL) else one for one in record.args
            )
        return True


_QUIET = WithoutQuery()


class Fetcher:
    """One client for all vendors. A service, so that it is closed at the end.

    The host's addresses are looked up here and the request goes to the very one that was checked: a name that points
    elsewhere a moment later gains nothing.
    """

    name = "genie-http"

    def __init__(self) -> None:
        # Adding the same filter again changes nothing.
        logging.getLogger("httpx").addFilter(_QUIET)
        self._http = httpx.AsyncClient(
            follow_redirects=False,
            trust_env=False,
            timeout=httpx.Timeout(None, connect=CONNECT_WITHIN_S),
            limits=httpx.Limits(max_connections=32, max_keepalive_connections=8),
            headers={"Accept": "application/json", "User-Agent": "jinn"},
        )

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        task_status.started()
        try:
            await anyio.sleep_forever()
        finally:
            with anyio.CancelScope(shield=True):
                await self._http.aclose()

    async def post(
        self,
        url: str,
        *,
        content: bytes,
        content_type: str,
        within_s: float,
        may_be_private: bool,
        more: Mapping[str, str] | None = None,
    ) -> tuple[int, bytes]:
        """Status and body. Statuses of 300 to 399 are never followed: they would carry the token elsewhere.

        Args:
            more: further headers.

        Raises:
            Unavailable: `vendor-away`, `vendor-late`, `vendor-redirect`, `vendor-huge`, `private-address`.
        """
        check_url(url, may_be_private=may_be_private)
        try:
            with anyio.fail_after(within_s):
                target, headers, extensions = await _pinned(url, may_be_private=may_be_private)
                headers |= {"Content-Type": content_type, **(more or {})}
                request = self._http.build_request("POST", target, content=content, headers=headers)
                request.extensions.update(extensions)
                answer = await self._http.send(request, stream=True)
                try:
                    return answer.status_code, await _read(answer)
                finally:
                    await answer.aclose()
        except TimeoutError as error:
            raise Unavailable(
                f"The vendor's cloud did not answer within {within_s:g} s.", code="vendor-late"
            ) from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise Unavailable(f"The vendor's cloud cannot be reached: {error}", code="vendor-away") from error


async def _read(answer: httpx.Response) -> bytes:
    if answer.status_code in _REDIRECTS:
        raise Unavailable("The vendor's cloud sends us elsewhere; we do not follow.", code="vendor-redirect")
    body = bytearray()
    async for chunk in answer.aiter_bytes(65_536):
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise Unavailable("The vendor's cloud answers more than anybody could mean.", code="vendor-huge")
    return bytes(body)


async def _pinned(url: str, *, may_be_private: bool) -> tuple[httpx.URL, dict[str, str], dict[str, str]]:
    """The address with the host looked up, and what still names the host."""
    parsed = httpx.URL(url)
    host = parsed.host
    try:
        found = await anyio.getaddrinfo(host, parsed.port or 443, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Unavailable(f"The vendor's cloud {host} has no address: {error.strerror}.", code="vendor-away") from error
    addresses = [str(one[4][0]) for one in found]
    public = [one for one in addresses if may_be_private or is_public(ipaddress.ip_address(one.partition("%")[0]))]
    if len(public) < len(addresses) or not addresses:
        raise Unavailable(f"{host} points into this network.", code="private-address")
    extensions = {"sni_hostname": host} if parsed.scheme == "https" else {}
    return parsed.copy_with(host=public[0]), {"Host": parsed.netloc.decode("ascii")}, extensions


def is_success(status: int) -> bool:
    return status in _OK


def without(body: bytes, *secrets: Secret) -> bytes:
    """An answer that may repeat what it was asked with, such as a token in the words of a refusal."""
    for secret in secrets:
        if secret.reveal():
            body = body.replace(secret.reveal().encode("utf-8", "surrogatepass"), b"...")
    return body
