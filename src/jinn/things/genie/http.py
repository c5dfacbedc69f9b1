"""Accounts at vendors' clouds over HTTP: the owner's side, where browsers come back to, and the public lists."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec
from anyio import to_thread
from litestar import Request, Response, Router, delete, get, post
from litestar.datastructures import State
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from jinn.kernel import Forbidden, Invalid, JinnError, Names, NotFound, Secret
from jinn.people import Grant
from jinn.things.genie.discovering import Discovered
from jinn.things.genie.links import Link, Links, LinkState, Vendor
from jinn.things.genie.pages import page, way_back
from jinn.things.genie.platform import Platform
from jinn.things.genie.vocabulary import ALIASES, PLACES
from jinn.things.model import is_safe_name
from jinn.things.products import WireNames, wire_names

VENDORS_FOLDER = "vendors"
CALLBACK_PATH = "/oauth/callback"
FORM_BYTES_MAX = 16_384
SCREEN_PATH = "/#/add/clouds"
"""Where the screen lists accounts: a panel on the wall has no other way back from a page."""

AnyRequest = Request[object, object, State]

_log = logging.getLogger(__name__)


class VendorBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a vendor gives to platforms; as JSON, or as a file `vendors/NAME.toml` of the data folder."""

    names: WireNames
    authorize_url: str
    token_url: str
    gateway_url: str
    client_id: str
    client_secret: str
    may_be_private: bool = False
    version: Literal[1, 2] = 1


class VendorName(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A vendor whose file lies in the data folder."""

    vendor: str


class Problem(msgspec.Struct, frozen=True):
    code: str
    message: str


class KnownVendor(msgspec.Struct, frozen=True):
    """A vendor of the data folder, without its secrets."""

    vendor: str
    names: WireNames


class WireLink(msgspec.Struct, frozen=True, omit_defaults=True):
    """`Link` of contracts/edge.schema.json."""

    id: str
    names: WireNames
    state: Literal["linked", "broken", "unlinked"]
    things: int
    refreshed_ms: int | None
    problem: Problem | msgspec.UnsetType = msgspec.UNSET


class Begun(msgspec.Struct, frozen=True):
    """Where the owner's browser has to go now."""

    id: str
    authorize_url: str


class WireDiscovered(msgspec.Struct, frozen=True):
    link: str
    things: int
    added: int
    removed: int
    skipped: int


class DiscoveredAll(msgspec.Struct, frozen=True):
    found: list[WireDiscovered]
    failed: list[Problem]


def link_on_wire(links: Links, link: Link) -> WireLink:
    problem = Problem(code=link.problem_code, message=link.problem) if link.problem_code else msgspec.UNSET
    return WireLink(
        id=link.id,
        names=wire_names(link.vendor.names),
        state=_STATES[link.state],
        things=len(links.devices_of(link.id)),
        refreshed_ms=link.refreshed_ms,
        problem=problem,
    )


def platform_routes(platform: Platform, data: Path) -> Sequence[Router | BaseRouteHandler]:
    """Everything of the platform's side. `data`: the data folder, where vendors' files may lie."""
    owners = Router(
        "/api/joining", route_handlers=[*_linking(platform, data), *_discovering(platform)], tags=["joining"]
    )
    return [owners, *_callback(platform), *_lists()]


def _linking(platform: Platform, data: Path) -> list[BaseRouteHandler]:
    @get("/links", summary="The home's accounts at vendors' clouds")
    async def links() -> list[WireLink]:
        return [link_on_wire(platform.links, link) for link in platform.links.all()]

    @post("/links", summary="A new account; answers where the owner's browser has to go")
    async def begin(request: AnyRequest) -> Begun:
        _only_owner(request)
        vendor = read_vendor(await request.body(), data)
        link, url = await platform.begin(vendor)
        return Begun(id=link.id, authorize_url=url)

    @post("/links/{link:str}/link", status_code=200, summary="Link an account anew")
    async def again(link: FromPath[str], request: AnyRequest) -> Begun:
        _only_owner(request)
        known = platform.links.link(link)
        return Begun(id=known.id, authorize_url=await platform.linking.start(known))

    @get("/vendors", summary="The vendors whose files lie in the data folder")
    async def vendors() -> list[KnownVendor]:
        return await to_thread.run_sync(known_vendors, data)

    @delete("/links/{link:str}", summary="Forget an account, and the things that it brought")
    async def unlink(link: FromPath[str], request: AnyRequest) -> None:
        _only_owner(request)
        await platform.discovering.unlink(link)

    return [links, begin, again, vendors, unlink]


def _discovering(platform: Platform) -> list[BaseRouteHandler]:
    @post("/links/{link:str}/discover", status_code=200, summary="Ask an account for its devices")
    async def discover(link: FromPath[str], request: AnyRequest) -> WireDiscovered:
        _only_people(request)
        return _discovered(await platform.discovering.discover(link))

    @post("/discover", status_code=200, summary="Ask every account for its devices")
    async def discover_all(request: AnyRequest) -> DiscoveredAll:
        _only_people(request)
        found, failed = await platform.discover_all()
        problems = [
            Problem(code=error.stable_code(), message=f"{names.en}: {error.sentence}") for names, error in failed
        ]
        return DiscoveredAll(found=[_discovered(one) for one in found], failed=problems)

    return [discover, discover_all]


def _callback(platform: Platform) -> list[BaseRouteHandler]:
    async def finish(query: str, form: str) -> Response[bytes]:
        try:
            link, found = await platform.finish(query, form)
        except JinnError as error:
            return _html(
                page(
                    ("Not linked", "没有绑定成功"),
                    (error.sentence, "请回到小屏上再试一次。"),
                    form=way_back(SCREEN_PATH),
                ),
                400,
            )
        names = link.vendor.names
        if isinstance(found, JinnError):
            sorry = (f"Its devices are not known yet: {found.sentence}", "暂时还读不到设备，稍后请再说“发现设备”。")
            return _html(page((f"{names.en} is linked", f"{names.zh}绑定成功"), sorry, form=way_back(SCREEN_PATH)))
        things = (f"It brings {found.things} devices.", f"带来了{found.things}个设备。")
        close = ("You may close this page.", "现在可以关掉这个页面了。")
        return _html(page((f"{names.en} is linked", f"{names.zh}绑定成功"), things, close, form=way_back(SCREEN_PATH)))

    @get(CALLBACK_PATH, is_public=True, include_in_schema=False)
    async def come_back(request: AnyRequest) -> Response[bytes]:
        return await finish(_query(request), "")

    @post(CALLBACK_PATH, is_public=True, status_code=200, include_in_schema=False)
    async def come_back_by_form(request: AnyRequest) -> Response[bytes]:
        body = await request.body()
        form = body[:FORM_BYTES_MAX].decode("utf-8", "replace")
        return await finish(_query(request), form)

    return [come_back, come_back_by_form]


def _lists() -> list[BaseRouteHandler]:
    @get("/oauth/api/placelist", is_public=True, summary="Which places a device may be in", tags=["joining"])
    async def places() -> dict[str, Sequence[str]]:
        return {"data": tuple(PLACES)}

    @get("/oauth/api/aliaslist", is_public=True, summary="What a device may be called", tags=["joining"])
    async def aliases() -> dict[str, list[dict[str, object]]]:
        return {"data": [{"key": name, "value": list(further)} for name, (_, further) in ALIASES.items()]}

    return [places, aliases]


def read_vendor(body: bytes, data: Path) -> Vendor:
    """A vendor in full, or the name of a file that says it.

    Raises:
        Invalid: `invalid`.
        NotFound: `vendor-not-found`.
    """
    try:
        told = msgspec.json.decode(body)
        if isinstance(told, dict) and "vendor" in told:
            wire = _vendor_file(msgspec.convert(told, VendorName).vendor, data)
        else:
            wire = msgspec.convert(told, VendorBody)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(f"The vendor is malformed: {error}.", code="invalid") from error
    return Vendor(
        names=Names(en=wire.names.en, zh=wire.names.zh),
        authorize_url=wire.authorize_url,
        token_url=wire.token_url,
        gateway_url=wire.gateway_url,
        client_id=wire.client_id,
        client_secret=Secret(wire.client_secret),
        may_be_private=wire.may_be_private,
        version=wire.version,
    )


def known_vendors(data: Path) -> list[KnownVendor]:
    """In the order of their names; a file that says no vendor is none."""
    found = []
    for path in sorted((data / VENDORS_FOLDER).glob("*.toml")):
        try:
            found.append(KnownVendor(vendor=path.stem, names=_vendor_file(path.stem, data).names))
        except (JinnError, msgspec.MsgspecError, UnicodeDecodeError, OSError) as wrong:
            _log.warning("%s says no vendor: %s", path.name, wrong)
    return found


def _vendor_file(name: str, data: Path) -> VendorBody:
    path = data / VENDORS_FOLDER / f"{name}.toml"
    if not is_safe_name(name) or not path.is_file():
        raise NotFound(f"There is no {VENDORS_FOLDER}/{name[:80]}.toml in the data folder.", code="vendor-not-found")
    return msgspec.toml.decode(path.read_bytes(), type=VendorBody)


_STATES: Mapping[LinkState, Literal["linked", "broken", "unlinked"]] = {
    LinkState.LINKED: "linked",
    LinkState.BROKEN: "broken",
    LinkState.UNLINKED: "unlinked",
}


def _discovered(one: Discovered) -> WireDiscovered:
    return WireDiscovered(link=one.link, things=one.things, added=one.added, removed=one.removed, skipped=one.skipped)


def _query(request: AnyRequest) -> str:
    raw = request.scope["query_string"]
    return raw.decode("latin-1")


def _html(body: bytes, status: int = 200) -> Response[bytes]:
    return Response(body, status_code=status, media_type="text/html; charset=utf-8")


def _only_owner(request: AnyRequest) -> None:
    grant = request.state.grant
    if not isinstance(grant, Grant) or grant.subject != "owner":
        raise Forbidden("Only the owner may do this.", code="owner-only")


def _only_people(request: AnyRequest) -> None:
    """A screen may do what anybody in the room may ask for aloud."""
    grant = request.state.grant
    if not isinstance(grant, Grant) or not (grant.subject == "owner" or grant.subject.startswith("screen:")):
        raise Forbidden("Only the people of the home may do this.", code="not-allowed")
