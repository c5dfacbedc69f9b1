"""Forms over HTTP: a thing's model in another ecosystem's form, its card, its sentences; and its test sheet, made."""

import msgspec
from litestar import Request, Router, get, post
from litestar.datastructures import State
from litestar.params import FromPath

from jinn.kernel import Forbidden, NotFound, ThingId
from jinn.language import HomeNames, Understander
from jinn.people import Grant
from jinn.things.forms.cards import Card, card_of
from jinn.things.forms.checking import Checking
from jinn.things.forms.converting import FORMS, export
from jinn.things.forms.model import Loss
from jinn.things.forms.sentences import Sentence, marked, sentences_of
from jinn.things.forms.sheet import Sheet, SheetResult, sheet_of
from jinn.things.model import Thing
from jinn.things.room import ThingsRoom

AnyRequest = Request[object, object, State]


class WireLoss(msgspec.Struct, frozen=True):
    """Something that the document does not carry over."""

    path: str
    what: str
    why: str


class WireForm(msgspec.Struct, frozen=True):
    """A thing's model in one form."""

    form: str
    document: dict[str, object]
    losses: list[WireLoss]


def form_routes(room: ThingsRoom, checking: Checking, understander: Understander, names: HomeNames) -> Router:
    """`/api/things/{id}/forms`, `/card`, `/sentences`, `/sheet` and `/checks`."""

    @get("/{thing:str}/forms", summary="Which forms there are")
    async def list_forms(thing: FromPath[str]) -> list[str]:
        _called(room, thing)
        return list(FORMS)

    @get("/{thing:str}/forms/{form:str}", summary="A thing's model in another form, and what that loses")
    async def one_form(thing: FromPath[str], form: FromPath[str]) -> WireForm:
        known = _called(room, thing)
        found = export(room.registry.product_of(known), form, address=known.id)
        return WireForm(form=found.form, document=dict(found.document), losses=wire_losses(found.losses))

    @get("/{thing:str}/card", summary="Which controls a thing's card has, and in which order")
    async def one_card(thing: FromPath[str]) -> Card:
        known = _called(room, thing)
        return card_of(room.registry.product_of(known), known.names)

    @get(
        "/{thing:str}/sentences",
        summary="What can be said to a thing, and which of it is understood",
        sync_to_thread=True,
    )
    def all_sentences(thing: FromPath[str]) -> list[Sentence]:
        known = _called(room, thing)
        found = sentences_of(room.registry.product_of(known), known.names)
        return marked(found, understander, names.words())

    @get("/{thing:str}/sheet", summary="The checks that a device of this model must pass")
    async def one_sheet(thing: FromPath[str]) -> Sheet:
        return sheet_of(room.registry.product_of(_called(room, thing)))

    @post("/{thing:str}/checks", summary="Hold the device against its model", status_code=200)
    async def check_thing(request: AnyRequest, thing: FromPath[str]) -> SheetResult:
        grant = request.state.grant
        if not isinstance(grant, Grant) or grant.subject != "owner":
            raise Forbidden("Only the owner may do this.", code="owner-only")
        return await checking.check(_called(room, thing).id)

    return Router(
        "/api/things", route_handlers=[list_forms, one_form, one_card, all_sentences, one_sheet, check_thing],
        tags=["forms"],
    )  # fmt: skip


def wire_losses(losses: tuple[Loss, ...]) -> list[WireLoss]:
    return [WireLoss(path=loss.path, what=loss.what, why=loss.why) for loss in losses]


def _called(room: ThingsRoom, text: str) -> Thing:
    """By its id, or by its name in either language. Raises `NotFound`."""
    try:
        return room.registry.thing(ThingId(text))
    except NotFound:
        wanted = text.strip().casefold()
        for thing in room.registry.things():
            if wanted in (thing.names.en.casefold(), thing.names.zh.casefold()):
                return thing
        raise
