"""A hub that is killed in the middle of reports and of a rule: what it had acknowledged is there, once."""

import json
import time
from pathlib import Path

from hub_process import HubProcess, running, start
from socket_device import SocketDevice

ACKNOWLEDGED, UNDER_WAY = 40, 20
MODEL = {
    "profile": {"productKey": "killed"},
    "properties": [
        {"identifier": "level", "accessMode": "rw",
         "dataType": {"type": "int", "specs": {"min": "0", "max": "1000"}}},
        {"identifier": "on", "accessMode": "rw", "dataType": {"type": "bool", "specs": {"0": "off", "1": "on"}}},
    ],
}  # fmt: skip


def door_of(hub: HubProcess) -> int:
    return int(hub.log.read_text().rpartition("mqtt://127.0.0.1:")[2].split()[0])


def added(hub: HubProcess, name: str) -> dict[str, str]:
    return dict(json.loads(hub.client.add_device(json.dumps(MODEL).encode(), name, None)))


def connected(hub: HubProcess, own: dict[str, str]) -> SocketDevice:
    device = SocketDevice(door_of(hub), own["productKey"], own["deviceName"], own["deviceSecret"])
    assert device.code == 0
    return device


def run_of(hub: HubProcess, rule: str) -> str:
    """How the newest run of the rule stands."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        runs = json.loads(hub.client.get(f"/api/rules/{rule}/runs"))
        if runs:
            return str(runs[0]["outcome"])
        time.sleep(0.05)
    raise AssertionError("the rule was not set off")


def is_on(level: int) -> int:
    """What the meter says beside its level once it is not waited for any more: on and off, four levels each."""
    return int(level > ACKNOWLEDGED and (level - ACKNOWLEDGED) // 4 % 2)


def rises(highest: int) -> int:
    return sum(is_on(level) > is_on(level - 1) for level in range(2, highest + 1))


def count_of_runs(hub: HubProcess, rule: str, least: int) -> int:
    deadline = time.monotonic() + 30
    while (count := len(json.loads(hub.client.get(f"/api/rules/{rule}/runs")))) < least:
        assert time.monotonic() < deadline, f"{count} of {least} runs"
        time.sleep(0.05)
    return count


def test_a_killed_hub_has_lost_and_doubled_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("[voice]\nis_on = false\n")
    began_ms = int(time.time() * 1000) - 1000
    with running(tmp_path, "--no-demo") as hub:
        meter, lamp = added(hub, "meter"), added(hub, "lamp")
        rule = {
            "names": {"en": "high", "zh": "高"},
            "triggers": [{"type": "property", "thing": meter["thing"], "property": "level", "is": "above", "value": 1}],
            "conditions": [],
            "actions": [{"type": "set", "thing": lamp["thing"], "properties": {"on": 1}}],
        }
        kept = json.loads(hub.client.post("/api/rules", rule))
        said = {
            **rule,
            "names": {"en": "told", "zh": "说"},
            "triggers": [{"type": "property", "thing": meter["thing"], "property": "on", "is": "is", "value": 1}],
            "actions": [{"type": "say", "text": {"en": "on", "zh": "开"}}],
        }
        telling = json.loads(hub.client.post("/api/rules", said))
        # The lamp hears its wish and never obeys, so that the run lasts.
        silent, device = connected(hub, lamp), connected(hub, meter)
        for level in range(1, ACKNOWLEDGED + 1):
            device.post(level=level, on=0)
            device.acknowledged()
        assert silent.told("thing/service/property/set")["params"] == {"on": 1}
        assert run_of(hub, kept["id"]) == "running"
        for level in range(ACKNOWLEDGED + 1, ACKNOWLEDGED + UNDER_WAY + 1):
            device.post(level=level, on=is_on(level))
        hub.kill()
        hub.client.close()
        silent.close()
        device.close()

    again = start(tmp_path, "--no-demo")
    try:
        assert run_of(again, kept["id"]) == "cut_off"
        path = f"/api/things/{meter['thing']}/history?property=level&points=50&from={began_ms}"
        points = [point for point in json.loads(again.client.get(path))["points"] if point.get("count")]
        count, highest = sum(point["count"] for point in points), max(point["max"] for point in points)
        # Each level was said once, one after the other: as many as the highest, or one is missing or there twice.
        assert count == highest
        assert ACKNOWLEDGED <= count <= ACKNOWLEDGED + UNDER_WAY
        assert (points[0]["min"], min(point["min"] for point in points)) == (1, 1)
        # Whatever was committed sets its rule off: heard before the kill or after it, and never twice.
        assert count_of_runs(again, telling["id"], rises(int(highest))) == rises(int(highest))
        device = connected(again, meter)
        device.post(level=999)
        device.acknowledged()
        device.close()
    finally:
        again.stop()
