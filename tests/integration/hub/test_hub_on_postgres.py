"""Does the same hub run on PostgreSQL, and find everything again after a restart?"""

import asyncio
from pathlib import Path

import asyncpg
import msgspec
from hub_process import running, wait_for_things

DEMO_THINGS = 13


async def emptied(address: str) -> None:
    connection = await asyncpg.connect(address)
    await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    await connection.close()


class Seen(msgspec.Struct, frozen=True):
    id: str
    names: dict[str, str]


def test_a_hub_keeps_its_home_and_its_turns_in_postgres(postgres_address: str, tmp_path: Path) -> None:
    asyncio.run(emptied(postgres_address))
    settings = f'[engine]\ndatabase_url = "{postgres_address}"\n[voice]\nis_on = false\n'
    (tmp_path / "settings.toml").write_text(settings)
    with running(tmp_path) as hub:
        wait_for_things(hub, DEMO_THINGS)
        before = msgspec.json.decode(hub.client.get("/api/things"), type=list[Seen])
        turn = hub.client.say("turn on the hall light", "en")
        assert turn.said == "The hall light is on."
    with running(tmp_path) as hub:
        assert hub.client.turn("last") == turn
        assert msgspec.json.decode(hub.client.get("/api/things"), type=list[Seen]) == before
    assert not (tmp_path / "jinn.db").exists()
