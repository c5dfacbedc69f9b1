"""What the hub itself answers over HTTP: which models are ready, and what a sentence means."""

from collections.abc import Callable

import msgspec
from litestar import get, post
from litestar.handlers import HTTPRouteHandler

from jinn.kernel import Lang
from jinn.language import HomeNames, LineAnswer, Understander, understand_line


class Sentence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence to be understood in this household."""

    text: str
    lang: Lang


def hub_routes(
    *, models: Callable[[], dict[str, str]], names: HomeNames, understander: Understander
) -> list[HTTPRouteHandler]:
    """`GET /api/models`, `POST /api/understand`."""

    @get("/api/models", summary="Which models are ready", tags=["hub"])
    async def get_models() -> dict[str, str]:
        return models()

    @post("/api/understand", summary="What a sentence means; nothing is done", tags=["hub"], status_code=200)
    async def understand(data: Sentence) -> LineAnswer:
        return understand_line(understander, data.text, data.lang, home=names.words())

    return [get_models, understand]
