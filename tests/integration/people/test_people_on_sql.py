"""Are people, rooms, tokens and codes kept, and is a code good only once?"""

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from jinn.kernel import AreaId, Conflict, Forbidden, Invalid, Lang, ManualClock, Names, Secret
from jinn.people import SCHEMA, Households, Pairing, Role, TokenBook, TokenKind
from jinn.people.pairing import ATTEMPTS_MAX, CODE_LIVES_S, LOCKED_S
from jinn.runtime import Database, open_database

pytestmark = pytest.mark.anyio
HOME_NAMES = Names(en="Home", zh="家")


@pytest.fixture
async def rooms(database_url: Secret | None, tmp_path: Path) -> AsyncIterator[Database]:
    async with open_database((SCHEMA,), folder=tmp_path / "data", url=database_url) as database:
        yield database


async def people(database: Database, clock: ManualClock) -> tuple[Households, TokenBook, Pairing]:
    households = Households(database=database, clock=clock)
    await households.load(names=HOME_NAMES, lang=Lang.ZH)
    tokens = TokenBook(
        database=database, clock=clock, home=households.household().id, owner_token=Secret("the owner's")
    )
    return households, tokens, Pairing(database=database, clock=clock, tokens=tokens)


async def test_a_home_is_made_once_and_read_ever_after(rooms: Database) -> None:
    clock = ManualClock()
    first, _, _ = await people(rooms, clock)
    await first.add_area(Names(en="Attic", zh="阁楼", aliases={Lang.ZH: ("顶楼",)}), area_id=AreaId("attic"))
    await first.add_member("Ada", Role.OWNER)
    again = Households(database=rooms, clock=clock)
    await again.load(names=Names(en="Other", zh="别的"), lang=Lang.EN)
    assert again.household() == first.household()
    assert [area.id for area in again.areas()] == ["attic"]
    found = again.area_called("顶楼")
    assert found is not None
    assert found.id == "attic"
    assert [member.name for member in again.members()] == ["Ada"]


async def test_two_areas_never_share_an_id(rooms: Database) -> None:
    households, _, _ = await people(rooms, ManualClock())
    await households.add_area(HOME_NAMES, area_id=AreaId("hall"))
    with pytest.raises(Conflict, match="already"):
        await households.add_area(HOME_NAMES, area_id=AreaId("hall"))


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "a\nb"])
async def test_a_name_that_cannot_be_read_is_refused(tmp_path: Path, name: str) -> None:
    async with open_database((SCHEMA,), folder=tmp_path / "data") as database:
        households, _, _ = await people(database, ManualClock())
        with pytest.raises(Invalid):
            await households.add_area(Names(en=name, zh="房"))


async def test_the_last_owner_stays(rooms: Database) -> None:
    households, _, _ = await people(rooms, ManualClock())
    owner = await households.add_member("Ada", Role.OWNER)
    with pytest.raises(Conflict, match="owner"):
        await households.remove_member(owner.id)


async def test_a_token_opens_until_it_is_revoked_and_is_never_kept(rooms: Database) -> None:
    _, tokens, _ = await people(rooms, ManualClock())
    token = await tokens.issue(TokenKind.SCREEN, "kitchen panel")
    grant = await tokens.grant_of(token)
    assert grant is not None
    assert grant.subject.startswith("screen:")
    listed = await tokens.listed()
    assert token.reveal() not in str(listed)
    await tokens.revoke(str(listed[0]["digest"]))
    assert await tokens.grant_of(token) is None


async def test_a_code_lets_in_one_caller(rooms: Database) -> None:
    _, tokens, pairing = await people(rooms, ManualClock())
    code = await pairing.new_code()
    came_in, refused = [], []

    async def claim() -> None:
        try:
            came_in.append(await pairing.claim(code, "panel"))
        except Forbidden as no:
            refused.append(no)

    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(claim)
    assert (len(came_in), len(refused)) == (1, 2)
    assert await tokens.grant_of(came_in[0]) is not None


async def test_a_code_is_good_for_ten_minutes(rooms: Database) -> None:
    clock = ManualClock()
    _, _, pairing = await people(rooms, clock)
    code = await pairing.new_code()
    clock.advance(CODE_LIVES_S)
    with pytest.raises(Forbidden):
        await pairing.claim(code, "panel")


async def test_guessing_is_stopped_for_a_minute(rooms: Database) -> None:
    clock = ManualClock()
    _, _, pairing = await people(rooms, clock)
    code = await pairing.new_code()
    for _ in range(ATTEMPTS_MAX):
        with pytest.raises(Forbidden):
            await pairing.claim("no code", "guess")
    with pytest.raises(Forbidden) as locked:
        await pairing.claim(code, "panel")
    assert locked.value.stable_code() == "pairing-locked"
    clock.advance(LOCKED_S)
    assert await pairing.claim(code, "panel")
