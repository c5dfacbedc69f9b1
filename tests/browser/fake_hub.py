"""A hub without a home behind it: speaks the real wire to the screen and plays thirteen things.

The tests start one in a thread (`with FakeHub() as hub`); `python tests/browser/fake_hub.py` serves one for work on the
screen. Both directions are checked against the contract; a message that it does not know fails the test.
"""

import argparse
import json
import socket as sockets
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import anyio
import uvicorn
from anyio.from_thread import BlockingPortal, start_blocking_portal
from browser.fake_ear import Ear
from browser.fake_edge import Edge
from browser.fake_home import AREAS, SUGGESTIONS, Json, furnished
from browser.fake_words import FRIDGE_CARD, MEANINGS, SORRY
from browser.wire import checked
from jsonschema import ValidationError
from litestar import Litestar, Request, Response, WebSocket, get, post, route, websocket
from litestar.datastructures import ResponseHeader
from litestar.exceptions import WebSocketDisconnect
from litestar.params import FromPath
from litestar.static_files import create_static_files_router

DIST = Path(__file__).parents[2] / "screen" / "dist"
CODE = "123456"
GUESSES_MAX = 3
HEADERS = [
    ResponseHeader(
        name="Content-Security-Policy",
        value="default-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self' ws: wss:; object-src 'none'",
    )
]
"""As strict as the hub's own: a page that would load or run anything else fails the tests."""


OF_THE_EDGE = ("rules", "run", "update", "happened", "found", "network", "notice")


def _known(news: Json) -> Json:
    """The message itself, when one of the two contracts knows it."""
    if news["type"] in OF_THE_EDGE:
        return dict(checked("EdgeDown", news, contract="edge"))
    return dict(checked("ScreenDown", news))


def now_ms() -> int:
    return int(time.time() * 1000)


class Hub:
    """The state that the screen is shown, and the switches that a test turns.

    Attributes:
        delay_s: from a command to the thing's report.
        is_paired: False makes every request answer 401 until the code is claimed.
        is_down: True refuses every connection, as if the hub were off.
        outcome: how the next commands end; `confirmed` or another of the contract's.
        faults: what the contract did not know; a test ends by looking at it.
    """

    def __init__(self) -> None:
        self.things = furnished(now_ms() - 42_000)
        self.areas = AREAS
        self.suggestions = SUGGESTIONS
        self.models: dict[str, str] = {"recognition": "ready", "speech": "ready", "wake": "ready"}
        self.turn: Json | None = None
        self.delay_s = 0.3
        self.is_paired = True
        self.is_down = False
        self.outcome = "confirmed"
        self.faults: list[str] = []
        self.up: list[Json] = []
        self.frames = 0
        self.guesses = 0
        self.lang = "en"
        self.screens: dict[WebSocket[Any, Any, Any], int] = {}
        self.turns = 0
        self.edge = Edge(self.things, self.tell)

    # ── what the screen is told ──

    async def send_snapshot(self, screen: WebSocket[Any, Any, Any]) -> None:
        self.screens[screen] = 1
        snapshot = {
            "type": "snapshot", "seq": 1, "home": {"en": "Demo home", "zh": "样板之家"}, "lang": self.lang,
            "areas": self.areas, "things": list(self.things.values()), "turn": self.turn, "models": self.models,
            "suggestions": self.suggestions,
        }  # fmt: skip
        await screen.send_json(checked("ScreenDown", snapshot))

    async def tell(self, news: Json) -> None:
        for screen in list(self.screens):
            self.screens[screen] += 1
            # A page that was closed a moment ago has left its line behind.
            with suppress(WebSocketDisconnect):
                await screen.send_json(_known(news | {"seq": self.screens[screen]}))

    async def report(self, thing_id: str, values: Json) -> None:
        """The thing itself reports; what was asked of these properties is settled by it."""
        thing, at_ms = self.things[thing_id], now_ms()
        states = thing["properties"] | {name: {"value": value, "at_ms": at_ms} for name, value in values.items()}
        await self._replace(thing | {"properties": states, "seen_ms": at_ms})

    async def set_online(self, thing_id: str, is_online: bool) -> None:
        await self._replace(self.things[thing_id] | {"online": is_online})

    async def remove(self, thing_id: str) -> None:
        del self.things[thing_id]
        await self.tell({"type": "thing_removed", "id": thing_id})

    async def set_models(self, models: dict[str, str]) -> None:
        self.models = models
        await self.tell({"type": "models", "models": models})

    async def skip_a_number(self) -> None:
        """As if one message had been lost on the way."""
        for screen in self.screens:
            self.screens[screen] += 1

    async def drop(self) -> None:
        """Cut every line, as a restart does."""
        for screen in list(self.screens):
            self.screens.pop(screen)
            with suppress(WebSocketDisconnect):
                await screen.close(code=1001)

    async def _replace(self, thing: Json) -> None:
        changed = thing | {"version": thing["version"] + 1}
        self.things[thing["id"]] = changed
        await self.tell({"type": "thing", "thing": changed})

    def count_frame(self) -> int:
        self.frames += 1
        return self.frames

    # ── what the screen asks ──

    async def answer(self, screen: WebSocket[Any, Any, Any], message: Json) -> None:
        answer: Json = {"type": "answer", "id": message["id"], "ok": True}
        if message["type"] == "set":
            answer["did"] = await self.command(message["thing"], message["properties"])
            answer["ok"] = all(deed["outcome"] in ("confirmed", "unchanged") for deed in answer["did"])
        elif message["type"] == "call":
            answer["called"] = await self.call(message["thing"], message["service"])
        elif message["type"] == "say":
            answer["turn"] = await self.take_turn("typed", message["text"], message["lang"])
        if screen in self.screens:
            with suppress(WebSocketDisconnect):
                await screen.send_json(checked("ScreenDown", answer))

    async def command(self, thing_id: str, properties: Json) -> list[Json]:
        thing, began = self.things[thing_id], time.monotonic()
        asked = {name: thing["properties"][name] | {"asked": value} for name, value in properties.items()}
        await self._replace(thing | {"properties": thing["properties"] | asked})
        await anyio.sleep(self.delay_s)
        if self.outcome == "confirmed":
            await self.report(thing_id, properties)
        else:
            await self.report(thing_id, {name: thing["properties"][name]["value"] for name in properties})
        reported = self.things[thing_id]["properties"]
        ms = round((time.monotonic() - began) * 1000, 1)
        return [
            {"thing": thing_id, "property": name, "asked": value, "reported": reported[name]["value"],
             "outcome": self.outcome, "ms": ms} for name, value in properties.items()
        ]  # fmt: skip

    async def call(self, thing_id: str, service: str) -> Json:
        """The vacuum starts, pauses or goes home; it says so itself."""
        await anyio.sleep(self.delay_s)
        if self.outcome == "confirmed" and thing_id == "robot_vacuum":
            await self.report(thing_id, {"state": {"start": 1, "clean_area": 1, "pause": 2, "dock": 3}[service]})
        return {
            "thing": thing_id, "service": service, "outcome": self.outcome, "outputs": {}, "code": "",
            "ms": self.delay_s * 1000,
        }  # fmt: skip

    async def take_turn(self, satellite: str, text: str, lang: str) -> Json:
        self.turns += 1
        known = MEANINGS.get(text.strip().lower().rstrip(".?。？"))
        did: list[Json] = []
        understood, said, card, outcome = None, SORRY[lang], None, "not_understood"
        if known is not None:
            canon, target, properties, said, outcome = known
            did = await self.command(target, properties) if properties else []
            understood = {"canon": canon, "slots": {"name": target}, "confidence": 1.0, "layer": "exact"}
            card = FRIDGE_CARD[lang] if canon == "home.question.state" else None
        asked_ms = did[0]["ms"] if did else 0.0
        spans = [
            {"name": "endpoint", "start_ms": 0, "ms": 352.0}, {"name": "recognition", "start_ms": 96.0, "ms": 171.2},
            {"name": "understood", "start_ms": 352.4, "ms": 2.9}, {"name": "acted", "start_ms": 355.5, "ms": asked_ms},
        ]  # fmt: skip
        turn = {
            "id": f"turn{self.turns}", "satellite": satellite, "lang": lang, "at_ms": now_ms(),
            "heard": {"text": text, "confidence": 0.94}, "understood": understood, "did": did, "said": said,
            "card": card, "follow_up": outcome == "asked", "outcome": outcome, "spans": spans,
        }  # fmt: skip
        self.turn = checked("Turn", turn)
        await self.tell({"type": "turn", "turn": turn})
        return turn


def application(hub: Hub, dist: Path) -> Litestar:
    """The hub's HTTP and its two WebSockets."""

    def taken(name: str, text: str) -> Json:
        message: Json = json.loads(text)
        hub.up.append(message)
        try:
            return checked(name, message)
        except ValidationError as error:
            hub.faults.append(f"{name}: {error.message}")
            raise

    async def admit(socket: WebSocket[Any, Any, Any]) -> bool:
        is_welcome = not hub.is_down and (hub.is_paired or socket.cookies.get("jinn") == CODE)
        if is_welcome:
            await socket.accept()
        else:
            await socket.close(code=4401)
        return is_welcome

    @websocket("/ws/screen")
    async def screen(socket: WebSocket[Any, Any, Any]) -> None:
        if not await admit(socket):
            return
        await hub.send_snapshot(socket)
        try:
            async with anyio.create_task_group() as tasks:
                async for text in socket.iter_data():
                    tasks.start_soon(hub.answer, socket, taken("ScreenUp", text))
        finally:
            hub.screens.pop(socket, None)

    @websocket("/ws/satellite")
    async def satellite(socket: WebSocket[Any, Any, Any]) -> None:
        if not await admit(socket):
            return
        ear = Ear(socket, take_turn=hub.take_turn, count_frame=hub.count_frame)
        while True:
            event = await socket.receive()
            if event["type"] == "websocket.disconnect":
                return
            if event.get("bytes"):
                await ear.sound(event["bytes"])
            else:
                await ear.text(taken("SatelliteUp", event["text"]))

    @get("/api/things")
    async def things(request: Request[Any, Any, Any]) -> Response[Any]:
        if hub.is_down:
            return Response({}, status_code=503)
        if not hub.is_paired and request.cookies.get("jinn") != CODE:
            return Response({"code": "unpaired", "message": "pair first"}, status_code=401)
        return Response(list(hub.things.values()))

    @route("/api/{path:path}", http_method=["GET", "POST", "PUT", "PATCH", "DELETE"], status_code=200)
    async def edge(path: FromPath[str], request: Request[Any, Any, Any]) -> Response[Any]:
        text = await request.body()
        try:
            body = json.loads(text) if text else None
            status, content = await hub.edge.answer(
                str(request.method), path.strip("/"), dict(request.query_params), body
            )
        except ValidationError as error:
            hub.faults.append(f"{path}: {error.message}")
            raise
        return Response(content, status_code=status)

    @post("/api/pairing/claim")
    async def claim(request: Request[Any, Any, Any]) -> Response[Any]:
        if (await request.json()).get("code") != CODE:
            hub.guesses += 1
            code = "pairing-code" if hub.guesses <= GUESSES_MAX else "pairing-locked"
            return Response({"code": code, "message": "wrong"}, status_code=403)
        answer: Response[Any] = Response({}, status_code=200)
        answer.set_cookie("jinn", CODE, httponly=True, samesite="strict")
        return answer

    @post("/api/pairing/codes")
    async def codes() -> Response[Any]:
        return Response({"code": CODE, "expires_s": 600})

    files = create_static_files_router(path="/", directories=[dist], html_mode=True)
    return Litestar(
        [screen, satellite, things, claim, codes, edge, files],
        openapi_config=None,
        logging_config=None,
        response_headers=HEADERS,
    )


class FakeHub:
    """A running fake hub and its address; calls into it are made from the test's own thread."""

    def __init__(self, hub: Hub, portal: BlockingPortal, port: int) -> None:
        self.hub, self._portal, self.address = hub, portal, f"http://127.0.0.1:{port}/"

    def do(self, act: Callable[..., Awaitable[None]], *arguments: Any) -> None:
        """Run one of the hub's own methods in its loop: `hub.do(hub.hub.report, "speaker", {"volume": 10})`."""
        self._portal.call(act, *arguments)


@contextmanager
def running(dist: Path = DIST, port: int = 0) -> Iterator[FakeHub]:
    """A fake hub on loopback, serving the built screen, until the block ends."""
    hub = Hub()
    config = uvicorn.Config(application(hub, dist), log_level="warning", ws="websockets-sansio", lifespan="off")
    server = uvicorn.Server(config)
    with sockets.create_server(("127.0.0.1", port)) as listener, start_blocking_portal() as portal:
        served = portal.start_task_soon(server.serve, [listener])
        while not server.started:
            time.sleep(0.01)
        try:
            yield FakeHub(hub, portal, listener.getsockname()[1])
        finally:
            server.should_exit = True
            server.force_exit = True
            served.result(timeout=10)


def main() -> None:
    """Serve one for work on the screen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8123)
    parser.add_argument("--lang", choices=("en", "zh"), default="en")
    options = parser.parse_args()
    with running(port=options.port) as served:
        served.hub.lang = options.lang
        served.hub.delay_s = 1.0
        print(f"fake hub on {served.address}")  # noqa: T201  # the one thing that whoever started it wants to know
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
