"""This home as a vendor's cloud, over HTTP: gateway, authorization pages and tokens, clients, icons."""

import base64
import binascii
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import parse_qsl

import msgspec
from litestar import Request, Response, Router, delete, get, post
from litestar.datastructures import State
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody

from jinn.kernel import Forbidden, JinnError, Refused
from jinn.people import Grant, Pairing
from jinn.runtime import Admission, caller_of
from jinn.things.genie.cloud.gateway import Gateway
from jinn.things.genie.cloud.granting import FIELD_CHARS_MAX, Granting, Plea
from jinn.things.genie.cloud.icons import icon
from jinn.things.genie.pages import approval_form, page
from jinn.things.genie.vocabulary import KINDS

AUTHORIZE_PATH = "/oauth/authorize"
FORM_BYTES_MAX = 16_384
PLEA_FIELDS = (
    "response_type",
    "client_id",
    "redirect_uri",
    "state",
    "scope",
    "code_challenge",
    "code_challenge_method",
)

AnyRequest = Request[object, object, State]


class NewClient(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    redirect_uris: list[str]


class WireClient(msgspec.Struct, frozen=True, omit_defaults=True):
    """`client_secret`: only when it was just made."""

    client_id: str
    name: str
    redirect_uris: list[str]
    client_secret: str = ""


def cloud_routes(
    gateway: Gateway, granting: Granting, *, admit: Admission, pairing: Pairing
) -> Sequence[Router | BaseRouteHandler]:
    """Everything of the vendor's side. `admit`: who a browser on the approval page is."""
    return [
        Router("/api/genie", route_handlers=_clients(granting), tags=["genie"]),
        *_pages(granting, admit, pairing),
        *_machines(gateway, granting),
    ]


def _clients(granting: Granting) -> list[BaseRouteHandler]:
    @get("/clients", summary="Platforms that may ask for this home")
    async def clients(request: AnyRequest) -> list[WireClient]:
        _only_owner(request)
        return [
            WireClient(client_id=one.id, name=one.name, redirect_uris=list(one.redirect_uris))
            for one in await granting.clients()
        ]

    @post("/clients", summary="Register a platform; its secret is shown this once")
    async def register(data: JSONBody[NewClient], request: AnyRequest) -> WireClient:
        _only_owner(request)
        client, secret = await granting.register(data.name, data.redirect_uris)
        return WireClient(
            client_id=client.id, name=client.name, redirect_uris=list(client.redirect_uris),
            client_secret=secret.reveal(),
        )  # fmt: skip

    @delete("/clients/{client:str}", summary="Let a platform in no more")
    async def remove(client: FromPath[str], request: AnyRequest) -> None:
        _only_owner(request)
        await granting.remove(client)

    return [clients, register, remove]


def _pages(granting: Granting, admit: Admission, pairing: Pairing) -> list[BaseRouteHandler]:
    @get(AUTHORIZE_PATH, is_public=True, include_in_schema=False)
    async def ask(request: AnyRequest) -> Response[bytes]:
        form = _fields(request.scope["query_string"])

        async def answer(plea: Plea) -> Response[bytes]:
            return _question(plea, form, needs_code=not await _is_owner(request, admit))

        return await _with_plea(granting, form, answer)

    @post(AUTHORIZE_PATH, is_public=True, status_code=200, include_in_schema=False)
    async def decide(request: AnyRequest) -> Response[bytes]:
        form = _fields((await request.body())[:FORM_BYTES_MAX])

        async def answer(plea: Plea) -> Response[bytes]:
            if form.get("decision") != "allow":
                return _sent_back(plea.back(error="access_denied"))
            if not await _is_owner(request, admit):
                # The code is used up, and the token that it would give to a screen with it.
                await pairing.prove(form.get("pairing_code", ""))
            return _sent_back(await granting.approve(plea))

        return await _with_plea(granting, form, answer)

    return [ask, decide]


def _machines(gateway: Gateway, granting: Granting) -> list[BaseRouteHandler]:
    @post(
        "/genie/gateway", is_public=True, status_code=200, summary="What a platform asks of this home", tags=["genie"]
    )
    async def ask(request: AnyRequest) -> Response[bytes]:
        return Response(await gateway.answer(await request.body()), media_type="application/json")

    @post("/oauth/token", is_public=True, status_code=200, summary="A platform's code for a token", tags=["genie"])
    async def token(request: AnyRequest) -> Response[dict[str, object]]:
        body = (await request.body())[:FORM_BYTES_MAX]
        form = {**_basic(request), **_fields(request.scope["query_string"]), **_fields(body)}
        try:
            given = await granting.give(form)
        except Refused as error:
            status = 401 if error.stable_code() == "invalid_client" else 400
            told: dict[str, object] = {"error": error.stable_code(), "error_description": error.sentence}
            return Response(told, status_code=status, headers=_NOT_KEPT)
        answer: dict[str, object] = {
            "access_token": given.access.reveal(), "refresh_token": given.refresh.reveal(),
            "expires_in": given.lives_s, "token_type": "Bearer",
        }  # fmt: skip
        return Response(answer, headers=_NOT_KEPT)

    @get("/genie/icons/{kind:str}", is_public=True, include_in_schema=False, media_type="image/png")
    async def picture(kind: FromPath[str]) -> bytes:
        name = kind.removesuffix(".png")
        return icon(name if name in KINDS else "switch")

    return [ask, token, picture]


_NOT_KEPT = {"Cache-Control": "no-store"}


async def _with_plea(
    granting: Granting, form: dict[str, str], answer: Callable[[Plea], Awaitable[Response[bytes]]]
) -> Response[bytes]:
    """Answer a plea that makes sense; else say on a page why not, and send nobody anywhere."""
    try:
        return await answer(await granting.plea(form))
    except JinnError as error:
        status = 429 if error.stable_code() == "pairing-locked" else 400
        return _html(page(("That did not work", "没有成功"), (error.sentence, "请回到对方的应用里重新开始。")), status)


def _question(plea: Plea, form: dict[str, str], *, needs_code: bool) -> Response[bytes]:
    kept = {name: form[name] for name in PLEA_FIELDS if name in form}
    name = plea.client.name
    lines = [(
        f"{name} will see the things of this home, and may switch them.",
        f"{name}将能看到家里的设备，并控制它们。",
    )]  # fmt: skip
    if needs_code:
        lines.append(
            ("Make a pairing code on the hub's own screen, and type it here.", "请在小屏上生成配对码，填在这里。")
        )
    title = (f"Let {name} in?", f"允许{name}接入吗？")
    return _html(page(title, *lines, form=approval_form(kept, needs_code=needs_code)))


def _sent_back(url: str) -> Response[bytes]:
    """By a page that leads on, since a form may lead nowhere else (`form-action 'self'`)."""
    return _html(page(("One moment", "请稍候"), ("You are being sent back.", "正在返回。"), leads_to=url))


async def _is_owner(request: AnyRequest, admit: Admission) -> bool:
    try:
        grant = await admit(caller_of(request, path="api/genie"))
    except Forbidden:
        return False
    return isinstance(grant, Grant) and grant.subject == "owner"


def _fields(raw: bytes) -> dict[str, str]:
    text = raw[:FORM_BYTES_MAX].decode("utf-8", "replace")
    try:
        pairs = parse_qsl(text, max_num_fields=64, errors="replace")
    except ValueError:
        return {}
    return {name: value[:FIELD_CHARS_MAX] for name, value in pairs}


def _basic(request: AnyRequest) -> dict[str, str]:
    """Client id and secret in the header, as RFC 6749 has it."""
    scheme, _, credential = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return {}
    try:
        name, _, secret = base64.b64decode(credential, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return {}
    return {"client_id": name, "client_secret": secret}


def _html(body: bytes, status: int = 200) -> Response[bytes]:
    return Response(body, status_code=status, media_type="text/html; charset=utf-8", headers=_NOT_KEPT)


def _only_owner(request: AnyRequest) -> None:
    grant = request.state.grant
    if not isinstance(grant, Grant) or grant.subject != "owner":
        raise Forbidden("Only the owner may do this.", code="owner-only")
