"""A region over HTTP: its homes, their things, and what is wished of them."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from litestar import Router, delete, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from jinn.edge.uplink.model import Mirrored
from jinn.edge.uplink.overseeing import Gap, HomeSeen, Overseer, Wished
from jinn.edge.uplink.ports import Homes
from jinn.edge.uplink.region import Region
from jinn.kernel import Invalid, NotFound

HISTORY_MAX = 5_000
_WISHES_MAX = 1_000

State = Literal["kept", "taken", "done", "not-done"]


class GapWire(msgspec.Struct, frozen=True):
    """Of what the home said in this time, `missed` rows were never told."""

    since_ms: int
    until_ms: int
    missed: int


class HomeWire(msgspec.Struct, frozen=True):
    """`state`: `up`; `away`, with what is known from before; `new`: it was never here."""

    home: str
    state: Literal["up", "away", "new"]
    seen_ms: int | None
    things: int
    waiting: int
    gap: GapWire | None


class AddedHome(msgspec.Struct, frozen=True):
    """`credentials` is the content of the file that the home needs; it is told once."""

    home: str
    credentials: str


class NewHome(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    home: str


class SaidWire(msgspec.Struct, frozen=True):
    value: object
    at_ms: int


class MirroredWire(msgspec.Struct, frozen=True):
    """A thing as its home told of it last; while the home is away, that is how it was then."""

    thing: str
    names: "NamesWire"
    kind: str
    online: bool
    version: int
    properties: dict[str, SaidWire]


class NamesWire(msgspec.Struct, frozen=True):
    en: str = ""
    zh: str = ""


class NewWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`anyway`: also when the home has changed these properties since the region last saw them."""

    properties: Annotated[dict[str, object], msgspec.Meta(min_length=1, max_length=50)]
    expires_s: Annotated[float, msgspec.Meta(gt=0, le=86_400)] = 3_600.0
    anyway: bool = False


class WishWire(msgspec.Struct, frozen=True):
    """`kept`: here, its home has not taken it; `taken`: the home asks the thing; `done`: the thing's report says so."""

    id: str
    home: str
    thing: str
    properties: dict[str, object]
    state: State
    outcome: str | None
    said: NamesWire
    at_ms: int
    expires_ms: int
    ended_ms: int | None


class PastWire(msgspec.Struct, frozen=True):
    """The last value of each minute in which something was said, oldest first."""

    property: str
    samples: list[SaidWire]
    gaps: list[GapWire]


def routes(region: Region, overseer: Overseer, homes: Homes) -> Router:
    """Everything below `/api/region`."""

    @get("/homes", summary="Every home that may come in")
    async def list_homes() -> list[HomeWire]:
        seen = {one.home: one for one in await overseer.homes()}
        return [_home(name, seen.get(name)) for name in sorted(homes.names())]

    @post("/homes", summary="Let a home in, at once; its credentials are told this once")
    async def add_home(data: JSONBody[NewHome]) -> AddedHome:
        return AddedHome(home=data.home, credentials=await homes.add(data.home))

    @delete("/homes/{home:str}", summary="Let a home in no more, at once, and forget what it told")
    async def remove_home(home: FromPath[str]) -> None:
        await homes.remove(home)
        await region.forget(home)

    @get("/homes/{home:str}/things", summary="A home's things, as they were told last")
    async def list_things(home: FromPath[str]) -> list[MirroredWire]:
        _check(home, homes)
        return [_thing(one) for one in await region.things(home)]

    @post("/homes/{home:str}/things/{thing:str}/wishes", status_code=202, summary="Want values of a thing")
    async def wish(home: FromPath[str], thing: FromPath[str], data: JSONBody[NewWish]) -> WishWire:
        _check(home, homes)
        _check_values(await _known(region, home, thing), data.properties)
        made = await region.wish(home, thing, data.properties, expires_s=data.expires_s, is_anyway=data.anyway)
        return await _wish(overseer, home, made)

    @get("/homes/{home:str}/wishes", summary="What was wished of a home, the newest first")
    async def list_wishes(home: FromPath[str], limit: FromQuery[int] = 100) -> list[WishWire]:
        _check(home, homes)
        seen = await _seen(overseer, home)
        found = await overseer.all_wished(home, count_max=max(1, min(limit, _WISHES_MAX)))
        return [_wish_wire(one, is_here=seen) for one in found]

    @get("/homes/{home:str}/wishes/{wish_id:str}", summary="How far a wish has come")
    async def show_wish(home: FromPath[str], wish_id: FromPath[str]) -> WishWire:
        _check(home, homes)
        return await _wish(overseer, home, wish_id)

    @get("/homes/{home:str}/things/{thing:str}/history", summary="What a property was, minute by minute")
    async def history(
        home: FromPath[str], thing: FromPath[str], property: FromQuery[str],
        since_ms: FromQuery[int] = 0, limit: FromQuery[int] = 500,
    ) -> PastWire:  # fmt: skip
        _check(home, homes)
        await _known(region, home, thing)
        past = await overseer.past(
            home, thing, property, since_ms=max(0, since_ms), count_max=max(1, min(limit, HISTORY_MAX))
        )
        samples = [SaidWire(value, at_ms) for at_ms, value in past.samples]
        return PastWire(property=property, samples=samples, gaps=[_gap(one) for one in past.gaps])

    handlers = [list_homes, add_home, remove_home, list_things, wish, list_wishes, show_wish, history]
    return Router("/api/region", route_handlers=handlers, tags=["region"])


class _Spec(msgspec.Struct, frozen=True):
    id: str
    writable: bool


class _Facts(msgspec.Struct, frozen=True):
    """What is read here of a thing as the contract has it."""

    names: NamesWire = NamesWire()
    kind: str = ""
    specs: list[_Spec] = []


_facts = msgspec.json.Decoder(_Facts)


def _facts_of(one: Mirrored) -> _Facts:
    """A home may send what it likes; a thing that is told wrongly is shown without a name."""
    try:
        return _facts.decode(one.facts)
    except msgspec.MsgspecError:
        return _Facts()


def _check(home: str, homes: Homes) -> None:
    if home not in homes.names():
        raise NotFound(f"There is no home {home[:40]!r}.", code="home-not-found")


async def _known(region: Region, home: str, thing: str) -> Mirrored:
    found = next((one for one in await region.things(home) if one.thing == thing), None)
    if found is None:
        raise NotFound(f"{home[:40]} has no thing {thing[:64]!r}.", code="thing-not-found")
    return found


def _check_values(thing: Mirrored, values: Mapping[str, object]) -> None:
    """What the home would refuse for sure; whether a value is in range it says itself."""
    specs = {spec.id: spec for spec in _facts_of(thing).specs}
    for name in values if specs else ():
        if name not in specs:
            raise Invalid(f"{thing.thing} has no property {name[:80]!r}.", code="unknown-property")
        if not specs[name].writable:
            raise Invalid(f"{name!r} of {thing.thing} can only be read.", code="read-only")


async def _seen(overseer: Overseer, home: str) -> bool:
    return next((one.is_here for one in await overseer.homes() if one.home == home), False)


async def _wish(overseer: Overseer, home: str, wish: str) -> WishWire:
    return _wish_wire(await overseer.wished(home, wish), is_here=await _seen(overseer, home))


def _wish_wire(one: Wished, *, is_here: bool) -> WishWire:
    state = _state(one)
    return WishWire(
        id=one.id, home=one.home, thing=one.thing, properties=dict(one.properties), state=state, outcome=one.outcome,
        said=_said(state, one.outcome, is_here=is_here), at_ms=one.at_ms, expires_ms=one.expires_ms,
        ended_ms=one.ended_ms,
    )  # fmt: skip


def _state(one: Wished) -> State:
    if one.outcome in ("confirmed", "unchanged"):
        return "done"
    if one.outcome is not None:
        return "not-done"
    return "kept" if one.taken_ms is None else "taken"


_WHY_NOT = {
    "refused": NamesWire("the thing refused", "设备拒绝了"),
    "timed_out": NamesWire("the thing did not answer in time", "设备没有及时回应"),
    "offline": NamesWire("the thing is offline", "设备不在线"),
    "superseded": NamesWire("a later wish took its place", "已被之后的请求取代"),
    "expired": NamesWire("it waited for too long and is void", "等得太久，已经作废"),
    "outdated": NamesWire("the home has changed it since, and keeps that", "家里后来改过，以家里为准"),
    "lost": NamesWire("the home lost its data, nobody knows", "家里的数据丢失了，结果不明"),
    "out-of-range": NamesWire("the value is out of range", "数值超出范围"),
}


def _said(state: State, outcome: str | None, *, is_here: bool) -> NamesWire:
    if state == "done":
        return NamesWire("done, by the thing's own report", "已完成，以设备的上报为准")
    if state == "taken":
        return NamesWire("the home has it and asks the thing", "家里已收到，正在请设备执行")
    if state == "kept" and is_here:
        return NamesWire("kept, the home will take it in a moment", "已保留，家里马上会取走")
    if state == "kept":
        return NamesWire("kept, the home is away", "已保留，家里现在不在线")
    why = _WHY_NOT.get(outcome or "", NamesWire(outcome or "", outcome or ""))
    return NamesWire(f"not done: {why.en}", f"没有完成：{why.zh}")


def _home(name: str, seen: HomeSeen | None) -> HomeWire:
    if seen is None:
        return HomeWire(home=name, state="new", seen_ms=None, things=0, waiting=0, gap=None)
    return HomeWire(
        home=name, state="up" if seen.is_here else "away", seen_ms=seen.seen_ms, things=seen.things,
        waiting=seen.waiting, gap=None if seen.gap is None else _gap(seen.gap),
    )  # fmt: skip


def _gap(gap: Gap) -> GapWire:
    return GapWire(since_ms=gap.since_ms, until_ms=gap.until_ms, missed=gap.missed)


def _thing(one: Mirrored) -> MirroredWire:
    facts = _facts_of(one)
    said = {name: SaidWire(value, at_ms) for name, (value, at_ms) in sorted(one.reported.items())}
    return MirroredWire(
        thing=one.thing, names=facts.names, kind=facts.kind, online=one.is_online, version=one.version, properties=said
    )
