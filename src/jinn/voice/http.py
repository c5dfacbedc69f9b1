"""New turns over HTTP: words, or the bytes of a sound file."""

import msgspec
from litestar import MediaType, Request, Response, post
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler

from jinn.kernel import Invalid, Lang, SatelliteId
from jinn.language import Conversation, SayRequest, TurnWire, turn_to_wire
from jinn.voice.files import hear_file
from jinn.voice.hearing import Hearing
from jinn.voice.texts import hear_text


def turn_route(conversation: Conversation, hearing: Hearing | None) -> HTTPRouteHandler:
    """`POST /api/turns`. `hearing` None: this hub was told not to hear."""

    @post("/", summary="Say something: JSON `{text, lang}`, or the bytes of a sound file (`?lang=auto|en|zh`)")
    async def new_turn(
        request: Request[object, object, State], lang: str = "auto", satellite: str = "http"
    ) -> Response[TurnWire]:
        body = await request.body()
        if request.content_type[0] == MediaType.JSON:
            turn = await _say(conversation, body)
        else:
            turn = await _hear(hearing, body, lang, satellite)
        return Response(turn, status_code=200)

    return new_turn


async def _say(conversation: Conversation, body: bytes) -> TurnWire:
    try:
        said = msgspec.json.decode(body, type=SayRequest)
    except msgspec.MsgspecError as wrong:
        raise Invalid(f"A turn is {{text, lang}}: {wrong}", code="turn-invalid") from wrong
    return turn_to_wire(await hear_text(conversation, said.text, said.lang, satellite=SatelliteId(said.satellite)))


async def _hear(hearing: Hearing | None, body: bytes, lang: str, satellite: str) -> TurnWire:
    if hearing is None:
        raise Invalid("This hub was told not to hear; see voice.is_on.", code="voice-off")
    if lang not in {"auto", "en", "zh"}:
        raise Invalid(f"lang is auto, en or zh, not {lang[:20]!r}.", code="lang-unknown")
    chosen = None if lang == "auto" else Lang(lang)
    return turn_to_wire(await hear_file(hearing, body, lang=chosen, satellite=SatelliteId(satellite)))
