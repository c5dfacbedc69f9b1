"""The home's own facts: what it is called, its areas and its members; held in memory, kept in SQL."""

import re
from dataclasses import replace

import msgspec

from jinn.kernel import (
    AreaId,
    Clock,
    Conflict,
    HomeId,
    Invalid,
    Lang,
    MemberId,
    Names,
    NotFound,
    millis,
    new_id,
)
from jinn.people.model import Area, Household, Member, Role
from jinn.runtime import Database, Row, Statement

NAME_CHARS_MAX = 60
AREAS_MAX = 200
MEMBERS_MAX = 100
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Households:
    """One home. `load` first; reading is then free of waiting."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._household: Household | None = None
        self._areas: tuple[Area, ...] = ()
        self._members: tuple[Member, ...] = ()

    async def load(self, *, names: Names, lang: Lang) -> None:
        """Read the home; the first time, make it with these names and this language."""
        rows = await self._database.read("people.homes")
        if not rows:
            made = Household(id=HomeId(new_id(self._clock)), names=names, lang=lang)
            try:
                await self._database.write(_statement("add_home", made))
            except Conflict:
                rows = await self._database.read("people.homes")
            else:
                self._household = made
        if rows:
            self._household = _household(rows[0])
        self._areas = tuple(_area(row) for row in await self._database.read("people.areas"))
        self._members = tuple(_member(row) for row in await self._database.read("people.members"))

    def household(self) -> Household:
        assert self._household is not None, "load() comes first"
        return self._household

    async def change(self, *, names: Names | None = None, lang: Lang | None = None) -> Household:
        """Call the home otherwise, or speak another language in it."""
        now = self.household()
        changed = replace(now, names=_checked(names or now.names), lang=lang or now.lang)
        await self._database.write(_statement("set_home", changed))
        self._household = changed
        return changed

    def areas(self) -> tuple[Area, ...]:
        """The same object until one was added or renamed."""
        return self._areas

    def area_called(self, name: str) -> Area | None:
        """By id, or by any of its names in either language."""
        wanted = name.strip().casefold()
        for area in self._areas:
            called = {area.id, *(n for lang in Lang for n in area.names.all_of(lang))}
            if wanted in {one.casefold() for one in called}:
                return area
        return None

    async def add_area(self, names: Names, *, area_id: AreaId | None = None, floor: str | None = None) -> Area:
        """A new room.

        Raises:
            Invalid: `bad-name`, `too-many-areas`.
            Conflict: `area-exists`.
        """
        if len(self._areas) >= AREAS_MAX:
            raise Invalid(f"A home has at most {AREAS_MAX} rooms.", code="too-many-areas")
        area = Area(id=area_id or AreaId(new_id(self._clock)), names=_checked(names), floor=floor)
        if not _ID.fullmatch(area.id):
            raise Invalid(f"{area.id[:80]!r} cannot be an id.", code="bad-name")
        try:
            await self._database.write(
                Statement(
                    query="people.add_area",
                    values={
                        "id": area.id,
                        "name_en": area.names.en,
                        "name_zh": area.names.zh,
                        "aliases": _aliases(area.names),
                        "floor": floor,
                        "place": len(self._areas),
                    },
                )
            )
        except Conflict as error:
            raise Conflict(f"There is a room {area.id!r} already.", code="area-exists") from error
        self._areas = (*self._areas, area)
        return area

    def members(self) -> tuple[Member, ...]:
        return self._members

    async def add_member(self, name: str, role: Role) -> Member:
        """Raises: Invalid `bad-name`, `too-many-members`."""
        if len(self._members) >= MEMBERS_MAX:
            raise Invalid(f"A home has at most {MEMBERS_MAX} members.", code="too-many-members")
        member = Member(id=MemberId(new_id(self._clock)), name=_checked_name(name), role=role)
        await self._database.write(
            Statement(
                query="people.add_member",
                values={"id": member.id, "name": name, "role": role.value, "created_ms": millis(self._clock.now())},
            )
        )
        self._members = (*self._members, member)
        return member

    async def remove_member(self, member_id: MemberId) -> None:
        """Raises: NotFound `member-not-found`; Conflict `last-owner`: a home keeps one."""
        leaving = next((one for one in self._members if one.id == member_id), None)
        if leaving is None:
            raise NotFound("There is no such member.", code="member-not-found")
        staying = tuple(one for one in self._members if one is not leaving)
        if leaving.role is Role.OWNER and not any(one.role is Role.OWNER for one in staying):
            raise Conflict("A home keeps one owner.", code="last-owner")
        await self._database.write(Statement(query="people.remove_member", values={"id": member_id}))
        self._members = staying


def _statement(query: str, household: Household) -> Statement:
    return Statement(
        query=f"people.{query}",
        values={
            "id": household.id,
            "name_en": household.names.en,
            "name_zh": household.names.zh,
            "lang": household.lang.value,
        },
        rows=1,
    )


def _household(row: Row) -> Household:
    names = Names(en=str(row["name_en"]), zh=str(row["name_zh"]))
    return Household(id=HomeId(str(row["id"])), names=names, lang=Lang(str(row["lang"])))


def _area(row: Row) -> Area:
    spoken = msgspec.json.decode(str(row["aliases"]), type=dict[Lang, tuple[str, ...]])
    names = Names(en=str(row["name_en"]), zh=str(row["name_zh"]), aliases=spoken)
    floor = row["floor"]
    return Area(id=AreaId(str(row["id"])), names=names, floor=None if floor is None else str(floor))


def _member(row: Row) -> Member:
    return Member(id=MemberId(str(row["id"])), name=str(row["name"]), role=Role(str(row["role"])))


def _aliases(names: Names) -> str:
    return msgspec.json.encode(names.aliases).decode()


def _checked(names: Names) -> Names:
    for lang in Lang:
        for name in names.all_of(lang):
            _checked_name(name)
    return names


def _checked_name(name: str) -> str:
    if not name.strip() or len(name) > NAME_CHARS_MAX or not name.isprintable():
        raise Invalid(f"A name has 1 to {NAME_CHARS_MAX} printable characters.", code="bad-name")
    return name
