"""The screen's own line to a whole hub: services of things, and how the lines are."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from browser.wire import checked
from hub_process import HubProcess, running, wait_for_things
from websockets.sync.client import ClientConnection, connect

from jinn.hub.settings import read_or_make_token

Json = dict[str, Any]


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    """A hub with its things, which is not asked to hear."""
    with running(tmp_path_factory.mktemp("quiet")) as started:
        wait_for_things(started, 13)
        yield started


@pytest.fixture
def screen(quiet: HubProcess) -> Iterator[ClientConnection]:
    token = read_or_make_token(quiet.data).reveal()
    with connect(f"{quiet.url.replace('http', 'ws', 1)}/ws/screen?token={token}", proxy=None) as line:
        yield line


def answer_to(line: ClientConnection, message: Json) -> Json:
    line.send(json.dumps(checked("ScreenUp", message)))
    while True:
        news: Json = json.loads(line.recv(timeout=30))
        if news["type"] == "answer":
            return checked("ScreenDown", news)


def test_the_snapshot_tells_what_a_thing_can_do_and_what_happens_to_it(screen: ClientConnection) -> None:
    snapshot = checked("ScreenDown", json.loads(screen.recv(timeout=30)))
    things = {thing["id"]: thing for thing in snapshot["things"]}
    services = {service["id"]: service for service in things["vacuum"]["services"]}
    assert services["dock"]["names"] == {"en": "return to the dock", "zh": "回充"}
    assert [field["id"] for field in services["clean_area"]["inputs"]] == ["area"]
    assert [event["names"]["zh"] for event in things["kitchen_fridge"]["events"]] == ["门未关好"]


def test_a_service_called_from_a_screen_is_answered_by_the_thing(screen: ClientConnection) -> None:
    answer = answer_to(screen, {"type": "call", "id": "1", "thing": "vacuum", "service": "start"})
    assert answer["called"]["outcome"] == "confirmed"
    wrong = answer_to(screen, {"type": "call", "id": "2", "thing": "vacuum", "service": "fly"})
    assert (wrong["ok"], wrong["problem"]["code"]) == (False, "service-not-found")


def test_the_hub_tells_how_its_lines_are(quiet: HubProcess) -> None:
    network = checked("Network", json.loads(quiet.client.get("/api/network")), contract="edge")
    assert network["engine"]["state"] == "up"
    assert network["door"]["connections"] == 13
    assert network["things"] == {"total": 13, "online": 13}
    assert (network["lost"], network["uplink"]["state"]) == ([], "none")
