"""The door of `/ws/satellite`: a whole turn through it, and everything that must not bring it down."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fuzzing import examples
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from litestar import Litestar
from litestar.exceptions import WebSocketDisconnect
from litestar.testing import TestClient

from jinn.kernel import SystemClock
from jinn.language import Turn
from jinn.voice.browser import Socket, routes
from jinn.voice.hearing import Hearing
from jinn.voice.parts import HearingOptions, Parts
from jinn.voice.testing import BeepingSpeaker, DrawnVoiceActivity, EchoConversation, ScriptedRecogniser, draw

HELLO = {"type": "hello", "satellite": "kitchen", "lang": "en", "wake": False}
COMMAND = draw("." * 5 + "#" * 20 + "." * 25)


def encode_turn(turn: Turn) -> bytes:
    return json.dumps({"id": turn.id, "said": turn.reply.said}).encode()


def make_hearing() -> Hearing:
    return Hearing(
        Parts(
            recogniser=ScriptedRecogniser(["turn on the light"]),
            conversation=EchoConversation(),
            speaker=BeepingSpeaker(),
            clock=SystemClock(),
            voice_activity=DrawnVoiceActivity,
        ),
        HearingOptions(played_margin_s=0.01),
    )


async def admit(socket: Socket) -> bool:
    return socket.query_params.get("token") == "right"


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient[Litestar]]:
    app = Litestar(route_handlers=routes(make_hearing(), admit=admit, encode_turn=encode_turn))
    with TestClient(app) as client:
        yield client


def connect(client: TestClient[Litestar], token: str = "right") -> Any:
    return client.websocket_connect(f"/ws/satellite?token={token}")


def until(socket: Any, kind: str) -> dict[str, Any]:
    """Text messages up to the first of a kind; sound is passed over."""
    while True:
        event = socket.receive(timeout=30)
        if text := event.get("text"):
            message: dict[str, Any] = json.loads(text)
            if message["type"] == kind:
                return message


def test_a_command_goes_up_and_a_spoken_reply_comes_down(client: TestClient[Litestar]) -> None:
    with connect(client) as socket:
        socket.send_json(HELLO)
        socket.send_json({"type": "start"})
        for start in range(0, len(COMMAND), 640):
            socket.send_bytes(COMMAND[start : start + 640])
        turn = until(socket, "turn")
        rate = until(socket, "speech")["rate"]
        sound = socket.receive_bytes(timeout=30)
        until(socket, "speech_end")
        socket.send_json({"type": "played"})
        state = until(socket, "state")

    assert turn["turn"]["said"] == "turn on the light"
    assert rate == 24_000
    assert len(sound) == 960
    assert state["state"] == "waiting"


def test_a_stranger_is_not_let_in(client: TestClient[Litestar]) -> None:
    with pytest.raises(WebSocketDisconnect) as refusal, connect(client, token="wrong"):
        pass

    assert refusal.value.code == 1008


@pytest.mark.parametrize(
    ("first", "code"),
    [
        ('{"type":"start"}', "hello-missing"),
        ("nonsense", "message-unreadable"),
        ('{"type":"hello"}', "message-unreadable"),
    ],
)
def test_whoever_does_not_say_hello_is_told_so_and_let_go(client: TestClient[Litestar], first: str, code: str) -> None:
    with connect(client) as socket:
        socket.send_text(first)
        problem = until(socket, "problem")["problem"]
        with pytest.raises(WebSocketDisconnect):
            socket.receive(timeout=30)

    assert problem["code"] == code


def test_a_message_that_cannot_be_read_costs_nobody_the_connection(client: TestClient[Litestar]) -> None:
    with connect(client) as socket:
        socket.send_json(HELLO)
        socket.send_text("{")
        socket.send_bytes(b"odd")
        codes = [until(socket, "problem")["problem"]["code"] for _ in range(2)]
        socket.send_json({"type": "start"})
        socket.send_bytes(COMMAND[: 32 << 10])
        socket.send_json({"type": "stop"})
        turn = until(socket, "turn")

    assert codes == ["message-unreadable", "sound-odd"]
    assert turn["turn"]["said"] == "turn on the light"


def test_who_sends_nothing_but_nonsense_is_let_go(client: TestClient[Litestar]) -> None:
    with connect(client) as socket:
        socket.send_json(HELLO)
        for _ in range(16):
            socket.send_text("nonsense")
        with pytest.raises(WebSocketDisconnect):
            until(socket, "nothing")


messages = st.one_of(
    st.binary(max_size=3000),
    st.text(max_size=200),
    st.sampled_from([json.dumps({"type": kind}) for kind in ("start", "stop", "abort", "played", "hello", "state")]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "satellite"]), inner),
        max_leaves=5,
    ).map(json.dumps),
    st.just(HELLO).map(json.dumps),
)


@examples(60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=st.lists(messages, max_size=12), greets=st.booleans())
def test_no_sequence_of_messages_brings_the_hub_down(
    client: TestClient[Litestar], sent: list[str | bytes], greets: bool
) -> None:
    with connect(client) as socket:
        if greets:
            socket.send_json({**HELLO, "satellite": "fuzz"})
        for message in sent:
            if isinstance(message, bytes):
                socket.send_bytes(message)
            else:
                socket.send_text(message)

    with connect(client) as socket:
        socket.send_json({**HELLO, "satellite": "sane"})
        assert until(socket, "state")["state"] == "waiting"
