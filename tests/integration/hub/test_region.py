"""An operator with a real region, and a real home behind a line that is cut: what is told is true at every moment."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import anyio.from_thread
import httpx
import pytest
from cut_line import Line
from hub_process import HubProcess, start, wait_for_things
from region_process import RegionProcess, start_region
from typer.testing import CliRunner

from jinn.edge.uplink.home import POLL_S
from jinn.hub import region_cli
from jinn.hub.client import LOCATION_FILE
from jinn.kernel import NotFound

LAMP = "hall_light"
SOON_S = 60.0


@dataclass
class World:
    """The operator's box and the home's."""

    operator: Path
    home: Path
    region: RegionProcess
    hub: HubProcess

    def call(self, *arguments: str, code: int = 0) -> list[dict[str, object]]:
        """In this process, since starting one takes long; it asks the region over HTTP all the same."""
        done = CliRunner().invoke(region_cli.app, [*arguments, "--json", "--data", str(self.operator)])
        assert done.exit_code == code, (done.output, done.exception)
        return [json.loads(one) for one in done.stdout.splitlines()]

    def state(self) -> object:
        (home,) = self.call("homes")
        return home["state"]

    def lamp(self, prop: str = "on") -> object:
        lamp = next(one for one in self.call("things", "villa") if one["thing"] == LAMP)
        return lamp["properties"][prop]["value"]  # type: ignore[index]

    def is_up(self) -> bool:
        return self.state() == "up" and any(thing["thing"] == LAMP for thing in self.call("things", "villa"))


def until(holds: Callable[[], bool], what: str) -> None:
    deadline_s = time.monotonic() + SOON_S
    while not holds():
        assert time.monotonic() < deadline_s, what
        time.sleep(0.1)


def settle(home: Path, port: int, content: object) -> None:
    """The home's settings: nothing but things and the way up."""
    home.mkdir()
    file = home / "uplink"
    file.write_text(str(content))
    file.chmod(0o600)
    (home / "settings.toml").write_text(
        f'[voice]\nis_on = false\n[engine]\nuplink = "nats-leaf://127.0.0.1:{port}"\nuplink_credentials = "{file}"\n'
    )


def test_an_operator_wishes_through_cuts_and_killed_processes_and_is_told_the_truth(
    line: tuple[Line, anyio.from_thread.BlockingPortal], tmp_path: Path
) -> None:
    way, portal = line
    operator = tmp_path / "operator"
    port = ("--port", str(way.to_port))
    region = start_region(operator, *port)
    added = json.loads(region.client.post("/api/region/homes", {"home": "villa"}))
    settle(tmp_path / "home", way.port, added["credentials"])
    world = World(operator=operator, home=tmp_path / "home", region=region, hub=start(tmp_path / "home"))
    try:
        wait_for_things(world.hub, 13)
        until(world.is_up, "the home is up")
        until(lambda: world.lamp() == 0, "the lamp was told")
        (done,) = world.call("wish", "villa", LAMP, "on", "1", "--wait", "30")
        assert (done["state"], done["outcome"]) == ("done", "confirmed")
        assert world.lamp() == 1, "done means that its report has come up before"
        refused_what_is_wrong(world)

        portal.call(way.cut)
        until(lambda: world.state() == "away", "the home is away")
        (kept,) = world.call("wish", "villa", LAMP, "brightness", "37", "--wait", "0")
        assert (kept["state"], kept["said"]["en"], kept["said"]["zh"]) == (
            "kept", "kept, the home is away", "已保留，家里现在不在线",
        )  # fmt: skip
        world.region.kill()
        world.hub.client.close()
        world.hub.kill()
        world.region = start_region(operator, *port)
        assert world.state() == "away"
        world.hub = start(world.home)
        wait_for_things(world.hub, 13)
        (still,) = [one for one in world.call("wishes", "villa") if one["id"] == kept["id"]]
        assert still["state"] == "kept"
        assert world.lamp("brightness") != 37

        portal.call(way.mend)
        until(lambda: ended(world, kept["id"]) == ("done", "confirmed"), "the wish is told to be done")
        assert world.lamp("brightness") == 37
        assert [one["id"] for one in json.loads(world.hub.client.get("/api/uplink/wishes"))][:1] == [kept["id"]]
        (past,) = world.call("history", "villa", LAMP, "brightness")
        assert past["samples"][-1]["value"] == 37
        assert past["gaps"] == []
        removed_at_once(world)
    finally:
        world.hub.stop()
        world.region.kill()


def ended(world: World, wish: object) -> tuple[object, object]:
    (one,) = [one for one in world.call("wishes", "villa") if one["id"] == wish]
    return one["state"], one["outcome"]


def refused_what_is_wrong(world: World) -> None:
    """One sentence with a stable code for each."""
    location = json.loads((world.operator / "region" / LOCATION_FILE).read_bytes())["url"]
    strange = httpx.get(f"{location}/api/region/homes", trust_env=False)
    assert (strange.status_code, strange.json()["code"]) == (401, "not-authorized")
    token = (world.operator / "region" / "token").read_text()
    with httpx.Client(base_url=location, headers={"Authorization": f"Bearer {token}"}, trust_env=False) as http:
        wishes = "/api/region/homes/villa/things/{}/wishes"
        for path, body, status, code in (
            (wishes.format("nothing"), {"properties": {"on": 1}}, 404, "thing-not-found"),
            (wishes.format(LAMP), {"properties": {"colour of the moon": 1}}, 400, "unknown-property"),
            (wishes.format("hall_door_sensor"), {"properties": {"open": 1}}, 400, "read-only"),
            (wishes.format(LAMP), {"properties": {}}, 400, "invalid"),
            ("/api/region/homes/nobody/things/x/wishes", {"properties": {"on": 1}}, 404, "home-not-found"),
            ("/api/region/homes", {"home": "villa"}, 400, "home-exists"),
            ("/api/region/homes", {"home": "../x"}, 400, "bad-name"),
        ):
            answer = http.post(path, json=body)
            assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


def removed_at_once(world: World) -> None:
    """Its line is ended, and the old password is of no use any more."""
    world.region.client.delete("/api/region/homes/villa")
    assert world.call("homes") == []
    until(lambda: uplink(world) == "down", "the home's line is down")
    with pytest.raises(NotFound):
        world.region.client.get("/api/region/homes/villa/things")
    # Another home of the same name gets another password; the old one stays outside.
    (again,) = world.call("add", "villa")
    time.sleep(3 * POLL_S)
    assert world.state() == "new"
    assert uplink(world) == "down"
    assert again["credentials"] != (world.home / "uplink").read_text()


def uplink(world: World) -> object:
    return json.loads(world.hub.client.get("/api/network"))["uplink"]["state"]


def test_a_region_beyond_this_machine_speaks_tls_only(tmp_path: Path) -> None:
    region = start_region(
        tmp_path, "--port", "0", "--host", "0.0.0.0", "--name", "region.example", "--http-host", "127.0.0.1"
    )
    try:
        log = (tmp_path / "region.log").read_text()
        assert "tls://0.0.0.0:" in log
        config = json.loads((tmp_path / "region" / "nats" / "nats.conf").read_text())
        assert set(config["leafnodes"]["tls"]) == {"cert_file", "key_file"}
        assert os.stat(tmp_path / "region" / "nats" / "nats.conf").st_mode & 0o077 == 0
    finally:
        region.kill()
