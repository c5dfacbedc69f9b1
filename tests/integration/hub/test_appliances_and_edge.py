"""Appliances get a signed program though their power is cut, while their rules go on without a region."""

import os
import signal
from pathlib import Path

import msgspec
import pytest
from over_the_air import SETTINGS, Home, a_home, program

from jinn.hub.demo_devices import cpython, interpreter
from jinn.hub.settings import EngineSettings

pytestmark = [
    pytest.mark.anyio,
    # The hub's own start is not what is looked at here.
    pytest.mark.filterwarnings("ignore::litestar.exceptions.base_exceptions.LitestarDeprecationWarning"),
    pytest.mark.skipif(interpreter() == cpython(), reason="there is no wheel of MicroPython for this machine"),
]

APPLIANCES = {"kitchen_fridge": "jinnFridge01", "vacuum": "jinnVacuum01", "shirt": "jinnShirt01"}
ACTS = {"kitchen_fridge": "door open", "vacuum": "state 4", "shirt": "activity run"}
"""What a person does to each; the rules wait for what follows from it."""

TRIGGERS = {
    "kitchen_fridge": {"type": "property", "thing": "kitchen_fridge", "property": "door", "is": "is", "value": 1},
    "vacuum": {"type": "property", "thing": "vacuum", "property": "state", "is": "is", "value": 4},
    "shirt": {"type": "property", "thing": "shirt", "property": "heart_rate", "is": "above", "value": 75},
    "hall_door_sensor": {"type": "property", "thing": "hall_door_sensor", "property": "open", "is": "is", "value": 1},
}
LIGHTS = {
    "kitchen_fridge": "kitchen_light",
    "vacuum": "bedroom_light",
    "shirt": "living_room_light",
    "hall_door_sensor": "hall_light",
}


async def make_rule(home: Home, thing: str) -> str:
    """When this thing does so, its light goes on."""
    light = LIGHTS[thing]
    draft = {
        "names": {"en": f"{thing} lights", "zh": f"{thing} 亮灯"},
        "triggers": [TRIGGERS[thing]],
        "conditions": [],
        "actions": [{"type": "set", "thing": light, "properties": {"on": 1}}],
    }
    answer = await home.http.post("/api/rules", json=draft)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def is_lit(home: Home, thing: str) -> bool:
    light = (await home.http.get(f"/api/things/{LIGHTS[thing]}")).json()
    return bool(light["properties"]["on"]["value"])


async def acts(home: Home, thing: str, act: str) -> None:
    """A person does that, and the rule's light goes on, by the light's own report."""
    assert home.hub.devices is not None
    await home.hub.devices.by_hand(thing, act)
    await home.until(lambda: is_lit(home, thing), f"the light of {thing}")


def cut_off(data: Path) -> EngineSettings:
    """An uplink to a region that nobody reaches: the discard port of this machine."""
    data.mkdir(exist_ok=True)
    credentials = data / "uplink.credentials"
    credentials.write_text("maple-street:a password that the region gave\n")
    credentials.chmod(0o600)
    return EngineSettings(uplink="nats-leaf://127.0.0.1:9", uplink_credentials=str(credentials))


async def test_appliances_are_updated_through_power_cuts_while_rules_go_on_without_the_uplink(tmp_path: Path) -> None:
    data = tmp_path / "data"
    settings = msgspec.structs.replace(SETTINGS, engine=cut_off(data))
    async with a_home(data, settings) as home:
        rules = {thing: await make_rule(home, thing) for thing in TRIGGERS}
        for device, product_key in APPLIANCES.items():
            package = program(tmp_path, data, "1.1.0", 2, product_key=product_key, sounds__bin=os.urandom(1_000_000))
            await home.roll_out(await home.add(package))
            await home.until_state("downloading", device=device)
            os.kill(home.pid(device), signal.SIGKILL)
        # In the middle of it all the house goes on: a door is opened, and the hall is lit.
        await acts(home, "hall_door_sensor", "open 1")
        for device in APPLIANCES:
            await home.until_state("confirmed", device=device)
            assert await home.runs(device) == "1.1.0"
        for device, act in ACTS.items():
            await acts(home, device, act)
        why = (await home.http.get("/api/things/hall_light/why")).json()
        assert why["rule"] == rules["hall_door_sensor"], why
        assert (await home.http.get("/api/network")).json()["uplink"]["state"] == "down"
        for thing, rule in rules.items():
            runs = (await home.http.get(f"/api/rules/{rule}/runs")).json()
            assert [run["outcome"] for run in runs] == ["done"], (thing, runs)
            assert [deed["outcome"] for deed in runs[0]["did"]] == ["confirmed"]
    # Started again, everything is where it was: the new programs run, and no rule runs a second time.
    async with a_home(data, settings) as home:
        for device in APPLIANCES:
            await home.until_runs("1.1.0", device=device)
        for rule in rules.values():
            assert len((await home.http.get(f"/api/rules/{rule}/runs")).json()) == 1
