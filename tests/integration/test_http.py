"""The HTTP server as a stranger and as a friend meet it."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import httpx
import pytest
import websockets.asyncio.client
import websockets.exceptions
from litestar import Request, WebSocket, get, post, websocket
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from jinn.kernel import Conflict, Forbidden, Invalid, JinnError, NotFound, Refused, Unavailable
from jinn.runtime import Caller, HttpOptions, HttpServer, Metrics

pytestmark = pytest.mark.anyio

ERRORS: dict[str, tuple[JinnError, int]] = {
    "refused": (Refused("No."), 409),
    "conflict": (Conflict("Somebody was first.", rule="rows", count=2), 409),
    "invalid": (Invalid("That is no number.", code="no-number"), 400),
    "missing": (NotFound("There is no such lamp."), 404),
    "stranger": (Forbidden("Who are you?", code="not-authorized"), 401),
    "child": (Forbidden("Ask your parents."), 403),
    "away": (Unavailable("The lamp is away."), 503),
}


@get("/fail/{kind:str}")
async def fail(kind: FromPath[str]) -> None:
    raise ERRORS[kind][0]


@get("/whoami")
async def whoami(request: Request[object, object, State]) -> dict[str, str]:
    return {"grant": str(request.state.grant)}


@get("/open", is_public=True)
async def open_to_all() -> dict[str, str]:
    return {"hello": "world"}


@post("/echo")
async def echo(data: JSONBody[dict[str, int]]) -> dict[str, int]:
    return data


@websocket("/ws")
async def talk(socket: WebSocket[object, object, State]) -> None:
    await socket.accept()
    await socket.send_text(f"{socket.state.grant}: {await socket.receive_text()}")
    await socket.close()


ROUTES: list[ControllerRouterHandler] = [fail, whoami, open_to_all, echo, talk]


async def admit(caller: Caller) -> object:
    if caller.token is None or caller.token.reveal() != "friend":
        raise Forbidden("This needs a token.", code="not-authorized")
    return f"friend near={caller.is_on_this_machine}"


async def lamp_check() -> str | None:
    return state["lamp"]


state: dict[str, str | None] = {"lamp": None}


@asynccontextmanager
async def served(options: HttpOptions | None = None, metrics: Metrics | None = None) -> AsyncIterator[HttpServer]:
    server = HttpServer(
        ROUTES,
        admit=admit,
        options=options or HttpOptions(port=0, body_bytes_max=1_000),
        metrics=metrics or Metrics(),
        checks={"lamp": lamp_check},
    )
    async with anyio.create_task_group() as tasks:
        await tasks.start(lambda *, task_status: server.run(task_status=task_status))
        yield server
        tasks.cancel_scope.cancel()


@asynccontextmanager
async def client(server: HttpServer, token: str | None = "friend") -> AsyncIterator[httpx.AsyncClient]:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", headers=headers, trust_env=False) as http:
        yield http


async def test_every_kind_of_failure_has_its_status_and_code() -> None:
    async with served() as server, client(server) as http:
        for kind, (error, status) in ERRORS.items():
            answer = await http.get(f"/fail/{kind}")
            assert answer.status_code == status
            assert answer.json()["code"] == error.stable_code()
            assert answer.json()["message"] == error.sentence
        assert (await http.get("/fail/conflict")).json()["facts"] == {"rule": "rows", "count": 2}


async def test_a_bug_of_ours_tells_a_stranger_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async with served() as server, client(server) as http:
        answer = await http.get("/fail/no-such-kind")
    assert answer.status_code == 500
    assert answer.json()["code"] == "bug"
    assert "KeyError" not in answer.text
    assert "KeyError" in caplog.text


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/nothing-here", b"", 404, "not-found"),
        ("DELETE", "/echo", b"", 405, "method-not-allowed"),
        ("POST", "/echo", b"not json", 400, "invalid"),
        ("POST", "/echo", b'{"a":"text"}', 400, "invalid"),
        ("POST", "/echo", b'{"a":' + b" " * 2_000 + b"1}", 413, "too-large"),
    ],
)
async def test_bad_requests_get_one_clear_problem(method: str, path: str, body: bytes, status: int, code: str) -> None:
    async with served() as server, client(server) as http:
        answer = await http.request(method, path, content=body, headers={"content-type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.json()["message"]
        assert (await http.post("/echo", json={"a": 1})).json() == {"a": 1}


@pytest.mark.parametrize("token", [None, "", "foe", "friend friend", "ünïcode".encode().decode("latin-1")])
async def test_without_the_right_token_only_public_routes_answer(token: str | None) -> None:
    async with served() as server, client(server, None) as http:
        headers = {} if token is None else {"authorization": f"Bearer {token}".strip().encode("latin-1")}
        assert (await http.get("/whoami", headers=headers)).status_code == 401
        assert (await http.get("/metrics", headers=headers)).status_code == 401
        assert (await http.get("/schema", headers=headers)).status_code == 401
        assert (await http.get("/open", headers=headers)).json() == {"hello": "world"}


async def test_a_token_counts_as_header_or_cookie_but_not_in_the_address() -> None:
    async with served() as server, client(server, None) as http:
        assert (await http.get("/whoami", headers={"authorization": "bearer friend"})).status_code == 200
        answer = await http.get("/whoami", headers={"cookie": "jinn_token=friend"})
        assert answer.json() == {"grant": "friend near=True"}
        assert (await http.get("/whoami?token=friend")).status_code == 401


async def test_a_socket_may_show_its_token_in_the_address() -> None:
    async with served() as server:
        address = f"ws://127.0.0.1:{server.port}/ws"
        async with websockets.asyncio.client.connect(f"{address}?token=friend", proxy=None) as socket:
            await socket.send("hi")
            assert await socket.recv() == "friend near=True: hi"
        with pytest.raises(websockets.exceptions.InvalidStatus):
            await websockets.asyncio.client.connect(f"{address}?token=foe", proxy=None)


async def test_strangers_pages_are_refused_even_on_this_machine() -> None:
    async with served() as server, client(server) as http:
        rebound = await http.get("/open", headers={"host": f"evil.example:{server.port}"})
        assert (rebound.status_code, rebound.json()["code"]) == (403, "wrong-host")
        foreign = await http.post("/echo", json={}, headers={"origin": "https://evil.example"})
        assert (foreign.status_code, foreign.json()["code"]) == (403, "wrong-origin")
        own = await http.post("/echo", json={}, headers={"origin": f"http://127.0.0.1:{server.port}"})
        assert own.status_code == 201
        with pytest.raises(websockets.exceptions.InvalidStatus):
            await websockets.asyncio.client.connect(
                f"ws://127.0.0.1:{server.port}/ws?token=friend", origin="https://evil.example", proxy=None
            )


async def test_a_name_that_is_not_loopback_itself_is_not_this_machine() -> None:
    async with served() as server, client(server) as http:
        answer = await http.get("/whoami", headers={"host": "speaker.local"})
        assert answer.json() == {"grant": "friend near=False"}


async def test_every_answer_protects_the_page_it_may_become() -> None:
    async with served() as server, client(server) as http:
        for path in ("/open", "/nothing-here", "/schema"):
            headers = (await http.get(path)).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert "default-src 'self'" in headers["content-security-policy"]
            assert "server" not in headers


async def test_health_names_what_is_wrong() -> None:
    async with served() as server, client(server, None) as http:
        state["lamp"] = None
        answer = await http.get("/healthz")
        assert (answer.status_code, answer.json()) == (200, {"lamp": "ok"})
        state["lamp"] = "The lamp is away."
        answer = await http.get("/healthz")
        assert (answer.status_code, answer.json()) == (503, {"lamp": "The lamp is away."})


async def test_metrics_and_schema_are_served() -> None:
    metrics = Metrics()
    metrics.counter("turns_total", "Turns so far.", ("lang",)).labels("zh").inc(3)
    metrics.gauge("devices_online", "Devices that are connected.", lambda: 7)
    async with served(metrics=metrics) as server, client(server) as http:
        text = (await http.get("/metrics")).text
        assert 'turns_total{lang="zh"} 3.0' in text
        assert "devices_online 7.0" in text
        assert "/whoami" in (await http.get("/schema")).json()["paths"]


async def test_a_busy_port_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = HttpServer(
            ROUTES, admit=admit, options=HttpOptions(port=taken.getsockname()[1]), metrics=Metrics(), checks={}
        )
        with pytest.raises(Refused) as caught:
            await server.run(task_status=anyio.TASK_STATUS_IGNORED)
    assert caught.value.stable_code() == "port-busy"


async def test_an_address_of_another_machine_is_said() -> None:
    server = HttpServer(
        ROUTES, admit=admit, options=HttpOptions(host="192.0.2.1", port=0), metrics=Metrics(), checks={}
    )
    with pytest.raises(Refused) as caught:
        await server.run(task_status=anyio.TASK_STATUS_IGNORED)
    assert caught.value.stable_code() == "bad-address"


async def test_a_stopped_server_gives_its_port_back() -> None:
    async with served() as server:
        port = server.port
    socket.create_server(("127.0.0.1", port)).close()
