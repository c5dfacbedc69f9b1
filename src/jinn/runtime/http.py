"""The HTTP server: routes that rooms hand in, one way to be let in, one form of error."""

import contextlib
import errno
import logging
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import anyio.abc
import msgspec
import uvicorn
from litestar import Litestar, Request, Response, get
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException, WebSocketException
from litestar.handlers import BaseRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp, ControllerRouterHandler, Message, Receive, Scope, Send

from jinn.kernel import Forbidden, JinnError, Refused, Secret
from jinn.runtime.metrics import CONTENT_TYPE, Metrics
from jinn.runtime.origin import check_origin, is_loopback_name
from jinn.runtime.problems import answer_bug, answer_error, answer_framework_error, problem_of

TOKEN_COOKIE = "jinn_token"

_BODY_BYTES_MAX = 16 * 1024 * 1024
"""A minute of speech as WAV at 48 kHz stereo is 11.5 MB; nothing else that is sent comes near."""

_SOCKET_MESSAGE_BYTES_MAX = 256 * 1024
_CONNECTIONS_MAX = 500
"""A home has dozens of screens; beyond this bound the answer is 503, so that files are left for everything else."""

_log = logging.getLogger(__name__)

_Headers = list[tuple[bytes, bytes]]
_SECURITY_HEADERS: _Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"microphone=(self), camera=(self), geolocation=()"),
    (
        b"content-security-policy",
        b"default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob:; "
        b"worker-src 'self' blob:; connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; "
        b"form-action 'self'; frame-ancestors 'none'",
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who is at the door, as far as the request itself tells.

    Attributes:
        token: from `Authorization: Bearer`, the cookie `jinn_token`, or a WebSocket's `?token=`.
        address: of the peer, as the kernel knows it.
        path: what is asked for, without the slash in front.
        is_on_this_machine: the peer is a loopback address and the page's address bar says so too.
    """

    token: Secret | None
    address: str
    is_on_this_machine: bool
    path: str = ""


Admission = Callable[[Caller], Awaitable[object]]
"""Turns a caller into what it may do, kept as `connection.state.grant`; raises `Forbidden`."""

Check = Callable[[], Awaitable[str | None]]
"""Says what is wrong in one sentence, or None."""

Connection = ASGIConnection[BaseRouteHandler, object, object, State]


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpOptions:
    """
    Attributes:
        port: 0: any free one, told by `HttpServer.port`.
        allowed_names: further names under which browsers reach us, as for a proxy.
        foreign_posts: paths to which pages of other sites may post; what they bring has to prove itself.
        certificate: with its `key`, PEM files: it is https then. With a `client_authority` nobody gets in without a
            certificate that it has signed.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    body_bytes_max: int = _BODY_BYTES_MAX
    allowed_names: frozenset[str] = field(default_factory=frozenset)
    foreign_posts: frozenset[str] = field(default_factory=frozenset)
    certificate: Path | None = None
    key: Path | None = None
    client_authority: Path | None = None


class HttpServer:
    """A `Service`. Routes marked `is_public=True` are open to everybody; all others go through `admit`."""

    name = "http"

    def __init__(
        self,
        routes: Sequence[ControllerRouterHandler],
        *,
        admit: Admission,
        options: HttpOptions,
        metrics: Metrics,
        checks: Mapping[str, Check],
    ) -> None:
        self._options = options
        self._app = _edge(_application(routes, admit, options, metrics, checks), options)
        self.port = options.port

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        """Raises `Refused`: code `port-busy`, or `bad-address` when the host is none of this machine's."""
        listener = _listen(self._options.host, self._options.port)
        self.port = listener.getsockname()[1]
        # It would tell the address of each WebSocket, with the token in it, and each frame.
        logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
        server = _Server(
            uvicorn.Config(
                self._app,
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                ws="websockets-sansio",
                ws_max_size=_SOCKET_MESSAGE_BYTES_MAX,
                # It costs half of what a message to a screen does, and the lines of a home are wide.
                ws_per_message_deflate=False,
                timeout_graceful_shutdown=1,
                limit_concurrency=_CONNECTIONS_MAX,
                ssl_certfile=self._options.certificate,
                ssl_keyfile=self._options.key,
                ssl_ca_certs=self._options.client_authority,
                ssl_cert_reqs=ssl.CERT_REQUIRED if self._options.client_authority else ssl.CERT_NONE,
            )
        )
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_serve, server, listener)
            try:
                while not server.started:  # noqa: ASYNC110 (it gives no event to wait for)
                    await anyio.sleep(0.005)
                task_status.started()
                await anyio.sleep_forever()
            finally:
                server.should_exit = True


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the hub's business."""
        yield


async def _serve(server: uvicorn.Server, listener: socket.socket) -> None:
    # Shielded: it ends by `should_exit`, which lets answers that are under way finish first.
    with anyio.CancelScope(shield=True), listener:
        await server.serve(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise Refused(f"{host} is not an address of this machine.", code="bad-address", host=host) from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Accepted sockets inherit it; without it small answers wait 40 ms for the peer's acknowledgement.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind(address)
        listener.listen(256)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise Refused(f"Port {port} is in use by another program.", code="port-busy", port=port) from error
        raise Refused(f"{host}:{port} cannot be used: {error.strerror}.", code="bad-address", host=host) from error
    listener.setblocking(False)
    return listener


def _application(
    routes: Sequence[ControllerRouterHandler],
    admit: Admission,
    options: HttpOptions,
    metrics: Metrics,
    checks: Mapping[str, Check],
) -> Litestar:
    async def guard(connection: Connection, handler: BaseRouteHandler) -> None:
        if handler.opt.get("is_public"):
            return
        try:
            connection.state.grant = await admit(caller_of(connection))
        except JinnError as error:
            if connection.scope["type"] == ScopeType.WEBSOCKET:
                raise WebSocketException(detail=error.stable_code(), code=4401) from error
            raise

    @get("/healthz", is_public=True, include_in_schema=False)
    async def healthz() -> Response[dict[str, str]]:
        found = {name: await check() or "ok" for name, check in checks.items()}
        return Response(found, status_code=200 if set(found.values()) <= {"ok"} else 503)

    @get("/metrics", include_in_schema=False, media_type=CONTENT_TYPE)
    async def prometheus() -> bytes:
        return metrics.text()

    return Litestar(
        [healthz, prometheus, *routes],
        guards=[guard],
        exception_handlers={
            JinnError: answer_error,
            HTTPException: answer_framework_error,
            Exception: answer_bug,
        },
        openapi_config=OpenAPIConfig(
            title="jinn", version="1", path="/schema", render_plugins=[JsonRenderPlugin(path="/")]
        ),
        request_max_body_size=options.body_bytes_max,
        logging_config=None,
        debug=False,
    )


def caller_of(connection: Connection | Request[object, object, State], *, path: str | None = None) -> Caller:
    """Who asks, as far as the request tells; `path`: another than its own, for pages that decide by themselves."""
    scheme, _, credential = connection.headers.get("authorization", "").partition(" ")
    token = credential.strip() if scheme.lower() == "bearer" else connection.cookies.get(TOKEN_COOKIE, "")
    if not token and connection.scope["type"] == ScopeType.WEBSOCKET:
        # A browser cannot set headers on a WebSocket.
        token = connection.query_params.get("token", "")
    address = connection.client.host if connection.client is not None else ""
    is_near = address in ("127.0.0.1", "::1") and is_loopback_name(connection.headers.get("host", ""))
    return Caller(
        token=Secret(token) if token else None,
        address=address,
        is_on_this_machine=is_near,
        path=connection.scope["path"].strip("/") if path is None else path,
    )


def _edge(app: ASGIApp, options: HttpOptions) -> ASGIApp:
    """Around everything: refuse strangers' pages, and add the headers that protect our own."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_SECURITY_HEADERS]
            await send(message)

        headers = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1")
        origin = headers[b"origin"].decode("latin-1") if b"origin" in headers else None
        if scope["path"] in options.foreign_posts:
            origin = None
        try:
            check_origin(host, origin, options.allowed_names)
        except Forbidden as error:
            if scope["type"] == ScopeType.WEBSOCKET:
                await send({"type": "websocket.close", "code": 4403, "reason": error.stable_code()})
            else:
                answer = ASGIResponse(
                    body=msgspec.json.encode(problem_of(error)), status_code=403, media_type="application/json"
                )
                await answer(scope, receive, send_protected)
            return
        await app(scope, receive, send_protected)

    return guarded
