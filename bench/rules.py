"""Rules at work: from an event on the bus to the action on its way, with thousands of rules.

5,000 rules of 2,500 sensors; 1,000 reports a second, of which one in ten changes something and sets a rule off (a
door that says again that it is shut concerns nobody, but has to be looked up all the same). Everything is real:
nats-server, SQLite, the things room, the rules; only the lamps are played, and obey. Also: how long the check of one
more rule takes.
"""

import argparse
import asyncio
import os
import tempfile
import time
from functools import partial
from pathlib import Path

import anyio
import msgspec
import uvloop
from measuring import line, median, percentile

from jinn.edge import SCHEMA, RulesRoom, open_rules
from jinn.edge.model import Rule, RuleId
from jinn.edge.store import add_rule, keep_mark
from jinn.edge.writing import read_draft
from jinn.kernel import Names, SystemClock, ThingId, millis
from jinn.runtime import Database, NatsBus, NatsEngine, Service, Statement, open_database
from jinn.things import SCHEMA as THINGS
from jinn.things import Report, Reported, ReportedBatch, ThingsRoom, Twin, open_things, read_product
from jinn.things.alink import Request
from jinn.things.frames import DownMessage
from jinn.things.testing import FixedAreas, ScriptedDoor

LAMPS, SENSORS, RATE, CHANGES_ONE_IN = 100, 2_500, 1_000, 10
_downs = msgspec.msgpack.Decoder(DownMessage)

PRODUCT = {
    "product_key": "benchThing01", "kind": "light", "domain": "light", "names": {"en": "thing", "zh": "物"},
    "model": {"properties": [
        {"identifier": "on", "accessMode": "rw", "dataType": {"type": "bool", "specs": {}}},
        {"identifier": "brightness", "accessMode": "rw",
         "dataType": {"type": "int", "specs": {"min": "0", "max": "100", "step": "1"}}},
    ], "events": [], "services": []},
}  # fmt: skip


def sensor(number: int) -> ThingId:
    return ThingId(f"s{number}")


def level(number: int, value: int) -> int:
    """Another for each rule of a lamp, so that there is always something to ask for."""
    return (number // LAMPS * 2 + value) % 101


async def furnish(database: Database, room: ThingsRoom) -> None:
    product = await room.registry.register_product(read_product(msgspec.json.encode(PRODUCT)))
    for name in [*(f"l{n}" for n in range(LAMPS)), *(f"s{n}" for n in range(SENSORS))]:
        await room.registry.add_device(
            product.product_key, names=Names(en=name, zh=name), device_name=name, thing_id=ThingId(name)
        )
    statements: list[Statement] = []
    now_ms = millis(SystemClock().now())
    for number in range(2 * SENSORS):
        which, value = divmod(number, 2)
        draft = read_draft(msgspec.json.encode({
            "names": {"en": f"rule {number}", "zh": f"规则{number}"},
            "triggers": [{"type": "property", "thing": sensor(which), "property": "on", "is": "is", "value": value}],
            "conditions": [{"type": "time", "after": "00:00"}],
            "actions": [
                {"type": "set", "thing": f"l{which % LAMPS}", "properties": {"brightness": level(which, value)}}
            ],
        }))  # fmt: skip
        rule = Rule(id=RuleId(f"r{number}"), version=1, draft=draft, created_ms=now_ms, changed_ms=now_ms)
        statements += add_rule(rule, "bench")
    for start in range(0, len(statements), 900):
        await database.write(*statements[start : start + 900])


class Rounds:
    """When which level was set off, and when it was on its way to its lamp."""

    def __init__(self) -> None:
        self.set_off_s: dict[tuple[str, int], float] = {}
        self.took_ms: list[float] = []

    async def watch(self, bus: NatsBus, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        async with bus.subscribe("dn.*") as messages:
            task_status.started()
            async for message in messages:
                now_s = time.perf_counter()
                down = _downs.decode(message.payload)
                if not down.payload:
                    continue  # Somebody asks whether the door holds the device.
                params = msgspec.json.decode(down.payload, type=Request).params
                if isinstance(params, dict) and "brightness" in params:
                    begun_s = self.set_off_s.pop((down.device, int(params["brightness"])), None)
                    if begun_s is not None:
                        self.took_ms.append((now_s - begun_s) * 1000)


async def report_all(bus: NatsBus, room: ThingsRoom, rounds: Rounds, seconds: float) -> tuple[int, int]:
    """Reports at their rate; how many were sent, and how many changed something."""
    # Newer than those of the warm-up.
    start = int(time.time() * 10)
    values, versions, changed, sent = [0] * SENSORS, [start] * SENSORS, 0, 0
    begun_s = time.perf_counter()
    while (elapsed_s := time.perf_counter() - begun_s) < seconds:
        while sent < elapsed_s * RATE:
            which = (sent * 7) % SENSORS
            if sent % CHANGES_ONE_IN == 0:
                values[which] ^= 1
                changed += 1
                key = (f"benchThing01&l{which % LAMPS}", level(which, values[which]))
                rounds.set_off_s[key] = time.perf_counter()
            versions[which] += 1
            # As ingest leaves it; a newer report than the twin would be another hub's, and read from the database.
            said = {"on": Reported(values[which], int(time.time() * 1000))}
            room.twins.keep(Twin(thing=sensor(which), version=versions[which], reported=said))
            report = Report(
                thing=sensor(which), version=versions[which], at_ms=int(time.time() * 1000),
                properties={"on": values[which]},
            )  # fmt: skip
            await bus.publish("ev.things.reported", msgspec.json.encode(ReportedBatch(reports=[report])))
            sent += 1
        await anyio.sleep(0.001)
    return sent, changed


async def obey(door: ScriptedDoor, device: str, down: DownMessage) -> None:
    request = msgspec.json.decode(down.payload, type=Request)
    if isinstance(request.params, dict):
        await door.post(device, request.params, message_id=f"r{request.id}")


async def commit_ms(database: Database) -> float:
    """What one small change costs on this disk now: an action waits for one or two of them."""
    took_ms = []
    for number in range(50):
        begun_s = time.perf_counter()
        await database.write(keep_mark("bench", number))
        took_ms.append((time.perf_counter() - begun_s) * 1000)
    return median(took_ms)


async def check_one_more(rules: RulesRoom) -> None:
    draft = read_draft(msgspec.json.encode({
        "names": {"en": "one more", "zh": "再一条"},
        "triggers": [{"type": "property", "thing": "l1", "property": "brightness", "is": "above", "value": 10}],
        "conditions": [], "actions": [{"type": "set", "thing": "l2", "properties": {"on": 1}}],
    }))  # fmt: skip
    took_ms = []
    for _ in range(7):
        begun_s = time.perf_counter()
        rules.book.check(draft)
        took_ms.append((time.perf_counter() - begun_s) * 1000)
    line("rules.check_one_among_5000", median(took_ms), "ms", at_most=100)


async def main(seconds: float) -> None:
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as folder:
        engine = NatsEngine(Path(folder) / "nats")
        bus = NatsBus(engine.link)
        async with (
            open_database((THINGS, SCHEMA), folder=Path(folder) / "data") as database,
            anyio.create_task_group() as tasks,
        ):

            async def begin(service: Service) -> None:
                await tasks.start(lambda *, task_status: service.run(task_status=task_status))

            await begin(engine)
            await begin(bus)
            room = await open_things(database=database, bus=bus, areas=FixedAreas(), clock=clock)
            await furnish(database, room)
            rules = await open_rules(database=database, bus=bus, things=room, clock=clock, zone=clock.now().tzinfo)  # type: ignore[arg-type]
            door = ScriptedDoor(bus=bus)
            for service in (*room.services, door, *rules.services):
                await begin(service)
            for number in range(LAMPS):
                device = f"benchThing01&l{number}"
                await door.connect(device, partial(obey, door, device), session=f"x{number}")
            rounds = Rounds()
            await tasks.start(rounds.watch, bus)
            await report_all(bus, room, rounds, 1.0)
            rounds.took_ms.clear()
            sent, changed = await report_all(bus, room, rounds, seconds)
            await anyio.sleep(1.0)
            facts = {"rules": len(rules.book.rules()), "events_per_s": round(sent / seconds), "set_off": changed,
                     "seen": len(rounds.took_ms), "load": round(os.getloadavg()[0], 1)}  # fmt: skip
            line("rules.one_commit", await commit_ms(database), "ms")
            line("rules.event_to_action_p50", median(rounds.took_ms), "ms", at_most=3, **facts)
            line("rules.event_to_action_p99", percentile(rounds.took_ms, 99), "ms", at_most=100)
            await check_one_more(rules)
            tasks.cancel_scope.cancel()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(parser.parse_args().seconds))
