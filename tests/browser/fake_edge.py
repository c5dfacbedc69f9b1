"""The fake hub's rules, history, software, joining and lines: in the words of contracts/edge.schema.json."""

from collections.abc import Awaitable, Callable
from typing import Any

import anyio
from browser.fake_home import Json
from browser.fake_keep import (
    firmware,
    found_now,
    happenings,
    names,
    network,
    now_ms,
    rollouts_begun,
    rule_of,
    rules_kept,
    run_of,
    said_of,
    series,
    update,
)
from browser.wire import checked

Tell = Callable[[Json], Awaitable[None]]
HOUR_MS = 3_600_000


def edge(name: str, message: Any) -> Any:
    return checked(name, message, contract="edge")


class Edge:
    """What a hub keeps besides its things; a test turns its attributes.

    Attributes:
        findings: what the next checks find.
        joining: the steps that a code goes through, each asked for once.
        problem: (status, body) that every further request gets, as if the hub had a bad day.
    """

    def __init__(self, things: dict[str, Json], tell: Tell) -> None:
        now = now_ms()
        self.things, self.tell = things, tell
        self.rules = {rule["id"]: rule for rule in rules_kept(now)}
        self.runs = {
            "evening_hall": [
                run_of("evening_hall", now - 9 * HOUR_MS),
                run_of("evening_hall", now - 15 * HOUR_MS, "conditions_not_met"),
            ],
            "cool": [run_of("cool", now - 26 * HOUR_MS)],
        }
        night = {"thing": "living_room_light", "properties": {"on": 0}}
        self.scenes: dict[str, Json] = {
            "night": {
                "id": "night",
                "names": names("Good night", "晚安"),
                "icon": None,
                "wishes": [night, {"thing": "living_room_curtain", "properties": {"position": 0}}],
            },
            "film": {
                "id": "film",
                "names": names("Film evening", "观影"),
                "icon": None,
                "wishes": [{"thing": "living_room_light", "properties": {"on": 1, "brightness": 15}}],
            },
        }
        self.findings: list[Json] = []
        self.firmware = [firmware("1.1.0"), firmware("1.2.0"), firmware("2.0.1", "fake_vacuum")]
        self.installed: dict[str, Json] = {}
        self.rollouts = {rollout["id"]: rollout for rollout in rollouts_begun(now)}
        self.found = found_now(now)
        self.links: list[Json] = [
            {
                "id": "acme",
                "names": names("Acme Home", "Acme 智家"),
                "state": "linked",
                "things": 3,
                "refreshed_ms": now,
            },
            {"id": "bolt", "names": names("Bolt", "Bolt"), "state": "unlinked", "things": 0, "refreshed_ms": None},
        ]
        self.joining: list[Json] = []
        self.network = network(now)
        self.asked: list[tuple[str, str, Any]] = []
        self.is_silent = False
        self.problem: tuple[int, Json] | None = None
        self.count = 0

    # ── what a test does to it ──

    async def news(self, message: Json) -> None:
        await self.tell(message)

    # ── what the screen asks ──

    async def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        """Status and content. `path` is below `/api/`."""
        self.asked.append((method, path, body))
        if self.problem:
            return self.problem
        parts = path.split("/")
        room = getattr(self, f"_{parts[0]}_{method.lower()}", None)
        found = await room(parts[1:], query, body) if room else None
        return (200, found) if found is not None else (404, {"code": "not-found", "message": "There is no such thing."})

    async def _rules_get(self, parts: list[str], _: dict[str, str], __: Any) -> Any:
        if parts[1:] == ["runs"]:
            return {"runs": [edge("Run", run) for run in self.runs.get(parts[0], [])]}
        return [edge("Rule", rule) for rule in self.rules.values()]

    async def _rules_post(self, parts: list[str], query: dict[str, str], body: Any) -> Any:
        edge("RuleDraft", body)
        if parts == ["check"]:
            return edge("Check", {"findings": self.findings, "said": said_of(body)})
        if parts == ["dry-run"]:
            start, end = int(query["from"]), int(query["to"])
            times = [(0.12, "done"), (0.5, "conditions_not_met"), (0.86, "done")]
            runs = [
                run_of("draft", int(start + part * (end - start)), outcome, dry=True)
                for part, outcome in reversed(times)
            ]
            return {"runs": [edge("Run", run) for run in runs]}
        self.count += 1
        return await self._keep_rule(f"rule{self.count}", body)

    async def _rules_put(self, parts: list[str], _: dict[str, str], body: Any) -> Any:
        return await self._keep_rule(parts[0], edge("RuleDraft", body))

    async def _rules_delete(self, parts: list[str], _: dict[str, str], __: Any) -> Any:
        del self.rules[parts[0]]
        await self.tell({"type": "rules"})
        return {}

    async def _keep_rule(self, id_: str, draft: Json) -> Json:
        before = self.rules.get(id_)
        said = before["said"] if before and before["actions"] == draft["actions"] else said_of(draft)
        self.rules[id_] = edge("Rule", rule_of(id_, draft["names"], said, draft))
        await self.tell({"type": "rules"})
        return self.rules[id_]

    async def _scenes_get(self, *_: Any) -> Any:
        return [edge("Scene", scene) for scene in self.scenes.values()]

    async def _scenes_post(self, parts: list[str], _: dict[str, str], body: Any) -> Any:
        if parts[1:] == ["run"]:
            await anyio.sleep(0.2)
            wishes = self.scenes[parts[0]]["wishes"]
            return {
                "did": [
                    {
                        "thing": wish["thing"],
                        "property": name,
                        "asked": value,
                        "reported": value,
                        "outcome": "confirmed",
                        "ms": 5.0,
                    }
                    for wish in wishes
                    for name, value in wish["properties"].items()
                ]
            }
        if parts[1:] == ["undo"]:
            return {}
        self.count += 1
        self.scenes[f"scene{self.count}"] = edge("Scene", {"id": f"scene{self.count}"} | body)
        return self.scenes[f"scene{self.count}"]

    async def _scenes_put(self, parts: list[str], _: dict[str, str], body: Any) -> Any:
        self.scenes[parts[0]] = edge("Scene", {"id": parts[0]} | body)
        return self.scenes[parts[0]]

    async def _scenes_delete(self, parts: list[str], *_: Any) -> Any:
        del self.scenes[parts[0]]
        return {}

    async def _things_get(self, parts: list[str], query: dict[str, str], _: Any) -> Any:
        thing, what = parts
        if what == "history":
            drawn = series(self.things[thing], query)
            if self.is_silent:
                drawn["points"] = [{"at_ms": point["at_ms"], "value": None} for point in drawn["points"]]
            return edge("Series", drawn)
        if what == "events":
            return [edge("Happening", each) for each in happenings(thing)]
        newest = next(
            (each for each in reversed(self.firmware) if each["product_key"] == self.things[thing]["product_key"]), None
        )
        default = {"thing": thing, "modules": {"default": "1.1.0"}, "newest": newest, "update": None}
        return edge("ThingFirmware", self.installed.get(thing, default))

    async def _things_patch(self, parts: list[str], _: dict[str, str], body: Json) -> Any:
        self.things[parts[0]] = self.things[parts[0]] | body
        await self.tell({"type": "thing", "thing": self.things[parts[0]]})
        return self.things[parts[0]]

    async def _things_delete(self, parts: list[str], *_: Any) -> Any:
        del self.things[parts[0]]
        await self.tell({"type": "thing_removed", "id": parts[0]})
        return {}

    async def _firmware_get(self, *_: Any) -> Any:
        return [edge("Firmware", each) for each in self.firmware]

    async def _rollouts_get(self, *_: Any) -> Any:
        return [edge("Rollout", each) for each in self.rollouts.values()]

    async def _rollouts_post(self, parts: list[str], _: dict[str, str], body: Json) -> Any:
        if len(parts) == 2:
            states = {"pause": "paused", "resume": "running", "stop": "stopped"}
            self.rollouts[parts[0]] |= {"state": states[parts[1]]}
            return edge("Rollout", self.rollouts[parts[0]])
        self.count += 1
        chosen = next(each for each in self.firmware if each["id"] == body["firmware"])
        made = {
            "id": f"new{self.count}",
            "firmware": chosen,
            "state": "running",
            "percent": body["percent"],
            "group": body["group"],
            "counts": {"total": 1, "waiting": 1, "updating": 0, "confirmed": 0, "failed": 0},
            "failure_limit_percent": body.get("failure_limit_percent", 10),
            "created_ms": now_ms(),
            "updates": [],
        }
        self.rollouts[made["id"]] = edge("Rollout", made)
        kind, _, ids = (body["group"] or "").partition(":")
        for thing in ids.split(",") if kind == "things" else ():
            self.installed[thing] = {
                "thing": thing,
                "modules": {"default": "1.1.0"},
                "newest": chosen,
                "update": update(thing, "waiting"),
            }
        return made

    async def _rollouts_put(self, parts: list[str], _: dict[str, str], body: Json) -> Any:
        self.rollouts[parts[0]] |= {"percent": body["percent"]}
        return edge("Rollout", self.rollouts[parts[0]])

    async def _network_get(self, *_: Any) -> Any:
        return edge("Network", self.network)

    async def _devices_post(self, _: list[str], __: dict[str, str], body: Json) -> Any:
        await self.add_thing("my_device", names(body["name"], body["name"]))
        return {
            "thing": "my_device",
            "productKey": "p4k2nq7xw3",
            "deviceName": "my_device",
            "deviceSecret": "k7Qv2mXr9TzB4nWd",
        }

    async def _joining_get(self, parts: list[str], *_: Any) -> Any:
        if parts == ["found"]:
            return [edge("Found", each) for each in self.found]
        if parts == ["links"]:
            return [edge("Link", each) for each in self.links]
        return await self._step()

    async def _joining_post(self, parts: list[str], _: dict[str, str], body: Any) -> Any:
        match parts:
            case ["code"]:
                edge("Code", body)
                return await self._step()
            case ["found", id_]:
                found = next(each for each in self.found if each["id"] == id_)
                self.found = [each for each in self.found if each["id"] != id_]
                return await self.add_thing(id_, found["names"])
            case ["links"] | ["links", _, "link"]:
                # A page of our own, so that a test can be sent there.
                return {"id": "l1", "authorize_url": "#/network"}
            case _:
                return {}

    async def _joining_delete(self, parts: list[str], *_: Any) -> Any:
        self.found = [each for each in self.found if each["id"] != parts[-1]]
        return {}

    async def _step(self) -> Json:
        step: Json = self.joining.pop(0)
        if step["thing"] and step["thing"] not in self.things:
            await self.add_thing(step["thing"], names("Smart plug", "智能插座"))
        return dict(edge("Joining", step))

    async def add_thing(self, id_: str, named: Json) -> Json:
        plug = self.things["hall_light"] | {"id": id_, "names": named, "area": None, "kind": "switch"}
        self.things[id_] = plug
        await self.tell({"type": "thing", "thing": plug})
        return plug
