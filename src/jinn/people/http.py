"""Pairing, rooms and members over HTTP."""

import msgspec
from litestar import Request, Response, Router, delete, get, post, put
from litestar.datastructures import Cookie, State
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from jinn.kernel import Forbidden, Lang, MemberId, Names
from jinn.people.grants import Grant
from jinn.people.household import Households
from jinn.people.model import Area, Member, Role, TokenKind
from jinn.people.pairing import CODE_LIVES_S, Pairing
from jinn.people.tokens import TokenBook
from jinn.runtime import TOKEN_COOKIE

COOKIE_LIVES_S = 400 * 24 * 3600
"""The longest that browsers keep a cookie (RFC 6265bis, 5.5)."""

AnyRequest = Request[object, object, State]


class NamesBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    en: str
    zh: str


class AreaBody(msgspec.Struct, frozen=True):
    id: str
    names: NamesBody


class NewArea(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    names: NamesBody


class MemberBody(msgspec.Struct, frozen=True):
    id: str
    name: str
    role: Role


class NewMember(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    role: Role


class HomeBody(msgspec.Struct, frozen=True):
    names: NamesBody
    lang: Lang


class CodeBody(msgspec.Struct, frozen=True):
    code: str
    expires_s: int


class Claim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: str
    name: str = "screen"


class Claimed(msgspec.Struct, frozen=True):
    token: str


class TokenBody(msgspec.Struct, frozen=True):
    id: str
    kind: str
    name: str


def routes(households: Households, pairing: Pairing, tokens: TokenBook) -> Router:
    """Everything below `/api` that is about people."""
    return Router("/api", route_handlers=[*_home(households), *_pairing(pairing, tokens)], tags=["people"])


def _home(households: Households) -> list[ControllerRouterHandler]:
    @get("/home", summary="What the home is called, and its language")
    async def get_home() -> HomeBody:
        home = households.household()
        return HomeBody(names=_body(home.names), lang=home.lang)

    @put("/home", summary="Call the home otherwise, or speak another language in it")
    async def change_home(data: JSONBody[HomeBody], request: AnyRequest) -> HomeBody:
        only_owner(request)
        home = await households.change(names=Names(en=data.names.en, zh=data.names.zh), lang=data.lang)
        return HomeBody(names=_body(home.names), lang=home.lang)

    @get("/areas", summary="The rooms of the home")
    async def list_areas() -> list[AreaBody]:
        return [_area(area) for area in households.areas()]

    @post("/areas", summary="A new room")
    async def add_area(data: JSONBody[NewArea], request: AnyRequest) -> AreaBody:
        only_owner(request)
        return _area(await households.add_area(Names(en=data.names.en, zh=data.names.zh)))

    @get("/members", summary="Who lives here")
    async def list_members() -> list[MemberBody]:
        return [_member(member) for member in households.members()]

    @post("/members", summary="A new member")
    async def add_member(data: JSONBody[NewMember], request: AnyRequest) -> MemberBody:
        only_owner(request)
        return _member(await households.add_member(data.name, data.role))

    @delete("/members/{member_id:str}", summary="A member leaves")
    async def remove_member(member_id: FromPath[str], request: AnyRequest) -> None:
        only_owner(request)
        await households.remove_member(MemberId(member_id))

    return [get_home, change_home, list_areas, add_area, list_members, add_member, remove_member]


def _pairing(pairing: Pairing, tokens: TokenBook) -> list[ControllerRouterHandler]:
    @post("/pairing/codes", summary="Six digits that let in one screen, for ten minutes")
    async def new_code(request: AnyRequest) -> CodeBody:
        only_owner(request)
        return CodeBody(code=await pairing.new_code(TokenKind.SCREEN), expires_s=CODE_LIVES_S)

    @post("/pairing/claim", summary="A code for a token, once; also set as a cookie", is_public=True)
    async def claim(data: JSONBody[Claim]) -> Response[Claimed]:
        token = await pairing.claim(data.code, data.name[:60])
        cookie = Cookie(
            key=TOKEN_COOKIE, value=token.reveal(), httponly=True, samesite="strict", max_age=COOKIE_LIVES_S, path="/"
        )
        return Response(Claimed(token=token.reveal()), cookies=[cookie])

    @get("/tokens", summary="Who has been let in; never the tokens themselves")
    async def list_tokens(request: AnyRequest) -> list[TokenBody]:
        only_owner(request)
        return [
            TokenBody(id=str(row["digest"]), kind=str(row["kind"]), name=str(row["name"]))
            for row in await tokens.listed()
        ]

    @delete("/tokens/{token_id:str}", summary="Let somebody in no more")
    async def revoke(token_id: FromPath[str], request: AnyRequest) -> None:
        only_owner(request)
        await tokens.revoke(token_id)

    return [new_code, claim, list_tokens, revoke]


def only_owner(request: AnyRequest) -> None:
    """Raises `Forbidden` with code `owner-only` for everybody else."""
    grant = request.state.grant
    assert isinstance(grant, Grant)
    if grant.subject != "owner":
        raise Forbidden("Only the owner may do this.", code="owner-only")


def _body(names: Names) -> NamesBody:
    return NamesBody(en=names.en, zh=names.zh)


def _area(area: Area) -> AreaBody:
    return AreaBody(id=area.id, names=_body(area.names))


def _member(member: Member) -> MemberBody:
    return MemberBody(id=member.id, name=member.name, role=member.role)
