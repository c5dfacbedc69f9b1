"""A things room with rules on real parts: a lamp that obeys, and a second device whose reports set rules off."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path
from typing import TypeVar

import anyio
import msgspec
from integration.things_room import Home, a_database, a_home

from jinn.edge import SCHEMA, Place, Rule, RulesRoom, Run, open_rules
from jinn.edge.writing import read_draft
from jinn.kernel import Names, Secret, SystemClock, ThingId
from jinn.runtime import Bus, Schema
from jinn.things import Thing

T = TypeVar("T")
LAMP, OTHER = ThingId("hall_lamp"), ThingId("porch_lamp")


@dataclass(slots=True)
class RulesHome:
    """What a test acts on."""

    home: Home
    rules: RulesRoom
    other: Thing
    posts: int = 0
    drafts: int = field(default=0)

    async def report(self, **values: object) -> None:
        """The second device says so."""
        self.posts += 1
        said = await self.home.door.post(self.other.device, values, message_id=f"p{self.posts}")
        assert said.code == 200

    async def say_hot(self, degrees: int) -> None:
        self.posts += 1
        asked = await self.home.door.ask(
            self.other.device, "thing/event/hot/post", {"degrees": degrees}, message_id=f"p{self.posts}"
        )
        assert asked.code == 200

    async def add(self, **parts: object) -> Rule:
        return await self.rules.book.add(draft(**parts), by="test")

    async def runs(self, rule: Rule) -> list[Run]:
        """The newest first."""
        await self.rules.later.flush()
        return await self.rules.book.runs(rule.id, count_max=100)

    async def ended(self, rule: Rule, count: int = 1) -> list[Run]:
        """Wait until so many runs have ended."""

        async def look() -> list[Run] | None:
            runs = await self.runs(rule)
            return runs if len([run for run in runs if run.outcome != "running"]) >= count else None

        return await until(look)

    def lamp(self, name: str) -> object:
        said = self.home.room.twins.peek(LAMP).reported.get(name)
        return said.value if said else None


def draft(**parts: object):  # type: ignore[no-untyped-def]
    """A rule in the words of the contract: when the porch lamp goes on, the hall lamp does, if not said otherwise."""
    whole: dict[str, object] = {
        "names": {"en": "test rule", "zh": "测试规则"},
        "triggers": [on(OTHER, 1)],
        "conditions": [],
        "actions": [{"type": "set", "thing": LAMP, "properties": {"on": 1}}],
        **parts,
    }
    return read_draft(msgspec.json.encode(whole))


def on(thing: str, value: int, **more: object) -> dict[str, object]:
    return {"type": "property", "thing": thing, "property": "on", "is": "is", "value": value, **more}


def put(thing: str, **values: object) -> dict[str, object]:
    return {"type": "set", "thing": thing, "properties": values}


async def until(look: Callable[[], Awaitable[T | None]], *, within_s: float = 30) -> T:
    with anyio.fail_after(within_s):
        while (found := await look()) is None:  # noqa: ASYNC110 (what is waited for tells no event)
            await anyio.sleep(0.02)
    return found


@asynccontextmanager
async def a_home_with_rules(
    folder: Path,
    bus: Bus,
    url: Secret | None = None,
    *,
    zone: tzinfo = UTC,
    place: Place | None = None,
    others: tuple[Schema, ...] = (),
    is_hearing: bool = True,
) -> AsyncIterator[RulesHome]:
    """Both devices are connected; the rules run, unless nobody is to hear what happens."""
    async with a_database(folder, url, (SCHEMA, *others)) as database, a_home(database, bus) as home:
        if all(thing.id != OTHER for thing in home.room.registry.things()):
            await home.room.registry.add_device(
                home.lamp.product_key, names=Names(en="Porch lamp", zh="门廊灯"), device_name="lamp2",
                thing_id=OTHER, secret=Secret("s3cret"),
            )  # fmt: skip
        other = home.room.registry.thing(OTHER)
        rules = await open_rules(
            database=database, bus=bus, things=home.room, clock=SystemClock(), zone=zone, place=place
        )
        await home.switch_on()
        await home.door.connect(other.device, home.obey, session="s2")
        async with anyio.create_task_group() as tasks:
            for service in rules.services if is_hearing else ():
                await tasks.start(lambda *, task_status, service=service: service.run(task_status=task_status))
            yield RulesHome(home=home, rules=rules, other=other)
            tasks.cancel_scope.cancel()
