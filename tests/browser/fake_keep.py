"""What the fake hub keeps besides its things: rules and their runs, software, what was found, and how its lines are."""

import math
import time
from typing import Any

from browser.fake_home import Json

HOUR_MS = 3_600_000
GAP = (0.30, 0.36)
"""Of each range nothing is known here: somebody had pulled the plug."""


def names(en: str, zh: str) -> Json:
    return {"en": en, "zh": zh}


def now_ms() -> int:
    return int(time.time() * 1000)


def rule_of(id_: str, named: Json, said: Json, parts: Json, **more: Any) -> Json:
    return (
        {
            "id": id_,
            "version": 1,
            "names": named,
            "said": said,
            "triggers": [],
            "conditions": [],
            "actions": [],
            "enabled": True,
            "mode": "single",
            "cooldown_s": 0,
            "created_ms": now_ms() - 20 * 24 * HOUR_MS,
            "last_run_ms": None,
            "problem": None,
        }
        | parts
        | more
    )


def rules_kept(now: int) -> list[Json]:
    door: Json = {"type": "property", "thing": "front_door", "property": "open", "is": "is", "value": 1}
    hall: Json = {"type": "set", "thing": "hall_light", "properties": {"on": 1, "brightness": 20}}
    warm: Json = {
        "type": "property",
        "thing": "living_room_air_conditioner",
        "property": "temperature",
        "is": "above",
        "value": 27,
        "for_s": 300,
    }
    return [
        rule_of(
            "evening_hall",
            names("Evening hall", "夜间门厅"),
            names(
                "when the front door opens after 22:00, turn on the hall light at 20 %",
                "22:00 后大门打开时，门厅灯调到 20%",
            ),
            {
                "triggers": [door],
                "conditions": [{"type": "time", "after": "22:00", "before": "06:00"}],
                "actions": [hall],
            },
            last_run_ms=now - 9 * HOUR_MS,
        ),
        rule_of(
            "cool",
            names("Keep it cool", "保持凉爽"),
            names(
                "when the living room is warmer than 27° for 5 minutes, cool to 25°",
                "客厅高于 27° 持续 5 分钟时，空调制冷到 25°",
            ),
            {
                "triggers": [warm],
                "actions": [
                    {
                        "type": "set",
                        "thing": "living_room_air_conditioner",
                        "properties": {"on": 1, "target_temperature": 25},
                    }
                ],
            },
            last_run_ms=now - 26 * HOUR_MS,
            enabled=False,
        ),
        rule_of(
            "fridge_door",
            names("Fridge door", "冰箱门"),
            names("when the fridge door is left open, say “the fridge is open”", "冰箱门没关好时，播报“冰箱门开着”"),
            {
                "triggers": [{"type": "event", "thing": "kitchen_fridge", "event": "door_left_open"}],
                "actions": [{"type": "say", "text": names("the fridge is open", "冰箱门开着")}],
            },
        ),
        rule_of(
            "garage",
            names("Garage", "车库"),
            names("when the garage door opens, turn on the garage light", "车库门打开时，打开车库灯"),
            {
                "triggers": [{"type": "property", "thing": "garage_door", "property": "open", "is": "is", "value": 1}],
                "actions": [{"type": "set", "thing": "garage_light", "properties": {"on": 1}}],
            },
            problem={"code": "rule-unknown", "message": "The garage door has left the home."},
        ),
    ]


def run_of(rule: str, at_ms: int, outcome: str = "done", **more: Any) -> Json:
    met = outcome != "conditions_not_met"
    did = [
        {
            "thing": "hall_light",
            "property": "brightness",
            "asked": 20,
            "reported": 20,
            "outcome": "confirmed",
            "ms": 4.1,
        }
    ]
    return {
        "id": f"{rule}-{at_ms}",
        "rule": rule,
        "at_ms": at_ms,
        "because": names("The front door opened.", "大门打开了。"),
        "outcome": outcome,
        "did": did if met else [],
        "found": [
            {
                "text": names("it was after 22:00", "当时在 22:00 之后")
                if met
                else names("it was not after 22:00", "当时不在 22:00 之后"),
                "met": met,
            }
        ],
    } | more


def firmware(version: str, product: str = "fake_fridge") -> Json:
    return {
        "id": f"{product}-{version}",
        "product_key": product,
        "version": version,
        "module": "default",
        "size": 48_213,
        "sha256": "0" * 64,
        "added_ms": now_ms() - (10 - int(version[0])) * HOUR_MS,
        "notes": names("The compressor rests longer; the door warns sooner.", "压缩机休息更久，门未关提醒更早。"),
    }


def update(thing: str, state: str, percent: int = 0, **more: Any) -> Json:
    return {
        "thing": thing,
        "rollout": "r1",
        "version": "1.2.0",
        "state": state,
        "percent": percent,
        "changed_ms": now_ms() - 60_000,
    } | more


TRIAL_FAILED: Json = {"code": "trial-failed", "message": "It did not report within a minute."}


def rollouts_begun(now: int) -> list[Json]:
    updates = [
        update("kitchen_fridge", "confirmed", 100),
        update("fridge_2", "downloading", 40),
        update("fridge_3", "rolled_back", 100, problem=TRIAL_FAILED),
    ]
    return [
        {
            "id": "r1",
            "firmware": firmware("1.2.0"),
            "state": "running",
            "percent": 25,
            "group": None,
            "counts": {"total": 40, "waiting": 30, "updating": 3, "confirmed": 6, "failed": 1},
            "failure_limit_percent": 10,
            "created_ms": now - 2 * HOUR_MS,
            "updates": updates,
        },
        {
            "id": "r0",
            "firmware": firmware("2.0.1", "fake_vacuum"),
            "state": "stopped",
            "percent": 5,
            "group": "living_room",
            "counts": {"total": 12, "waiting": 9, "updating": 0, "confirmed": 1, "failed": 2},
            "failure_limit_percent": 10,
            "created_ms": now - 50 * HOUR_MS,
            "updates": [],
            "reason": names(
                "Stopped by itself: 2 of 3 failed, more than 10 %.", "自动停止：3 台中 2 台失败，超过 10%。"
            ),
        },
    ]


def found_now(now: int) -> list[Json]:
    return [
        {
            "id": "f1",
            "via": "matter",
            "names": names("Smart plug", "智能插座"),
            "kind": "switch",
            "maker": "Acme",
            "model": "P1",
            "area": None,
            "seen_ms": now,
            "joined": None,
        },
        {
            "id": "f2",
            "via": "homeassistant",
            "names": names("Balcony sensor", "阳台传感器"),
            "kind": "sensor",
            "maker": None,
            "model": None,
            "area": None,
            "seen_ms": now,
            "joined": None,
        },
    ]


def network(now: int) -> Json:
    return {
        "engine": {"state": "up", "since_ms": now - 90 * HOUR_MS},
        "uplink": {"state": "down", "since_ms": now - 600_000, "waiting": 42},
        "door": {"connections": 12, "port": 1883},
        "broker": {"state": "up", "clients": 3},
        "bridges": [
            {"name": "matter", "names": names("Matter", "Matter"), "state": "up", "things": 2},
            {
                "name": "genie-acme",
                "names": names("Acme cloud", "Acme 云"),
                "state": "down",
                "things": 3,
                "problem": {"code": "vendor-late", "message": "It has not answered for 4 minutes."},
            },
        ],
        "things": {"total": 13, "online": 12},
        "slow": [{"thing": "living_room_curtain", "round_trip_ms": 1840.0}],
        "lost": [
            {"thing": "smart_shirt", "since_ms": now - 3 * HOUR_MS, "drops_today": 4},
            {"thing": "television", "since_ms": None, "drops_today": 6},
        ],
    }


def joining(state: str, en: str, zh: str, thing: str | None = None, problem: Json | None = None) -> Json:
    made = {"id": "j1", "via": "matter", "state": state, "step": names(en, zh), "thing": thing}
    return made | ({"problem": problem} if problem else {})


def said_of(draft: Json) -> Json:
    things = [part.get("thing", part["type"]).replace("_", " ") for part in (*draft["triggers"], *draft["actions"])]
    return names(f"when the {things[0]} changes, move the {things[-1]}", f"{things[0]}变化时，设置{things[-1]}")


def happenings(thing: str) -> list[Json]:
    if thing != "kitchen_fridge":
        return []
    now = now_ms()
    event = {"thing": thing, "event": "door_left_open", "names": names("door left open", "门未关好"), "kind": "alert"}
    return [
        event | {"id": f"e{n}", "at_ms": now - hours * HOUR_MS, "outputs": {"seconds": 120 + n * 31}}
        for n, hours in enumerate((2, 29, 75))
    ]


def series(thing: Json, query: dict[str, str]) -> Json:
    """A day as a house has it: waves for figures, steps for answers, and one gap."""
    start, end, count = int(query["from"]), int(query["to"]), int(query["points"])
    spec = next(each for each in thing["specs"] if each["id"] == query["property"])
    step = max(1, (end - start) // count)
    now, points = now_ms(), []
    for n in range(count):
        at = start + n * step
        is_known = at < now and not GAP[0] < n / count < GAP[1]
        points.append(_point(spec, at, n, step) if is_known else {"at_ms": at, "value": None})
    made = {
        "thing": thing["id"],
        "property": spec["id"],
        "from_ms": start,
        "to_ms": end,
        "step_ms": step,
        "points": points,
    }
    return made | ({"unit": spec["unit"]} if "unit" in spec else {})


def _point(spec: Json, at: int, n: int, step: int) -> Json:
    if spec["type"] == "bool" or spec.get("options"):
        return {"at_ms": at, "value": (n // 17) % 2 if spec["type"] == "bool" else (n // 23) % len(spec["options"])}
    wave = math.sin(at / HOUR_MS / 3.8) + 0.35 * math.sin(at / HOUR_MS * 2.1)
    middle = 4.2 if "cold" in spec["id"] else 24.0 if spec.get("unit") == "°C" else 60.0
    size = 0.6 if middle < 10 else 2.2 if middle < 30 else 22.0
    value = middle + size * wave
    spread = size * (0.12 + 0.1 * abs(math.sin(n / 7))) * (1 + step / (4 * HOUR_MS))
    return {
        "at_ms": at,
        "value": round(value, 3),
        "min": round(value - spread, 3),
        "max": round(value + spread, 3),
        "count": 12,
    }
