"""Rules and scenes over HTTP, in the form that the contract states; bad input gets one sentence and harms nobody."""

import json
import random
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import httpx
import pytest
from integration.edge.rules_home import LAMP, OTHER, RulesHome, a_home_with_rules, on, put
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from jinn.edge import routes
from jinn.kernel import Forbidden, HomeId, SystemClock
from jinn.people import Grant
from jinn.runtime import Caller, HttpOptions, HttpServer, Metrics, NatsBus

pytestmark = pytest.mark.anyio
CONTRACTS = Path(__file__).parents[3] / "contracts"
FORMS: Registry[object] = Registry().with_resources(
    [
        (name, Resource.from_contents(json.loads((CONTRACTS / f"{name}.schema.json").read_text())))
        for name in ("edge", "jinn")
    ]
)
RULE: dict[str, object] = {
    "names": {"en": "evening", "zh": "晚上"},
    "triggers": [on(OTHER, 1)],
    "conditions": [{"type": "not", "of": on(LAMP, 1)}],
    "actions": [put(LAMP, on=1)],
}


def fits(definition: str, content: object) -> None:
    Draft202012Validator({"$ref": f"edge#/$defs/{definition}"}, registry=FORMS).validate(content)


async def admit(caller: Caller) -> object:
    if caller.token is None:
        raise Forbidden("This needs a token.", code="not-authorized")
    return Grant(home=HomeId("home"), subject=caller.token.reveal())


@pytest.fixture
async def home(tmp_path: Path, bus: NatsBus) -> AsyncIterator[RulesHome]:
    async with a_home_with_rules(tmp_path / "data", bus) as home:
        yield home


@pytest.fixture
async def client(home: RulesHome) -> AsyncIterator[httpx.AsyncClient]:
    server = HttpServer(
        [routes(home.rules, SystemClock())], admit=admit, options=HttpOptions(port=0), metrics=Metrics(), checks={}
    )
    async with anyio.create_task_group() as tasks:
        await tasks.start(lambda *, task_status: server.run(task_status=task_status))
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{server.port}", headers={"Authorization": "Bearer owner"}
        ) as client:
            yield client
        tasks.cancel_scope.cancel()


async def test_a_rule_lives_over_http_in_the_form_of_the_contract(home: RulesHome, client: httpx.AsyncClient) -> None:
    fits("RuleDraft", RULE)
    check = await client.post("/api/rules/check", json=RULE)
    assert check.status_code == 200
    fits("Check", check.json())
    added = await client.post("/api/rules", json=RULE)
    assert added.status_code == 201
    fits("Rule", added.json())
    rule = added.json()["id"]
    assert added.json()["said"]["zh"] == "门廊灯打开的时候，如果门厅灯关着，就打开门厅灯。"
    await home.home.door.post(home.home.lamp.device, {"on": 0}, message_id="off")
    await home.report(on=1)
    await home.ended(home.rules.book.rules()[0])
    (run,) = (await client.get(f"/api/rules/{rule}/runs")).json()
    fits("Run", run)
    assert run["outcome"] == "done"
    why = (await client.get(f"/api/things/{LAMP}/why", params={"property": "on"})).json()
    fits("Why", why)
    assert (why["by"], why["rule"]) == ("rule", rule)
    changed = await client.put(
        f"/api/rules/{rule}", json={**RULE, "names": {"en": "late", "zh": "晚"}, "mode": "restart"}
    )
    assert (changed.json()["version"], changed.json()["names"]["en"]) == (2, "late")
    resting = await client.put(f"/api/rules/{rule}/enabled", json={"enabled": False})
    assert resting.json()["enabled"] is False
    dry = await client.post(f"/api/rules/{rule}/dry-run")
    fits("Run", dry.json()["runs"][0])
    assert (await client.post("/api/rules/dry-run", json=RULE)).json()["runs"][0]["dry"] is True
    assert (await client.delete(f"/api/rules/{rule}")).status_code == 204
    assert (await client.get("/api/rules")).json() == []


async def test_a_scene_lives_over_http(home: RulesHome, client: httpx.AsyncClient) -> None:
    scene = {"names": {"en": "Bright", "zh": "亮"}, "icon": "sun", "wishes": [{"thing": LAMP, "properties": {"on": 1}}]}
    added = (await client.post("/api/scenes", json=scene)).json()
    fits("Scene", added)
    await home.home.door.post(home.home.lamp.device, {"on": 0}, message_id="off")
    did = (await client.post(f"/api/scenes/{added['id']}/run")).json()["did"]
    assert [(deed["property"], deed["outcome"]) for deed in did] == [("on", "confirmed")]
    await client.post(f"/api/scenes/{added['id']}/undo")
    assert home.lamp("on") == 0
    assert (await client.post(f"/api/scenes/{added['id']}/undo")).json()["code"] == "nothing-to-undo"
    changed = await client.put(f"/api/scenes/{added['id']}", json={**scene, "names": {"en": "Dim", "zh": "暗"}})
    assert changed.json()["names"]["en"] == "Dim"
    assert (await client.delete(f"/api/scenes/{added['id']}")).status_code == 204


async def test_a_rule_whose_thing_is_gone_says_so(home: RulesHome, client: httpx.AsyncClient) -> None:
    await client.post("/api/rules", json=RULE)
    await home.home.room.remove(OTHER)
    (rule,) = (await client.get("/api/rules")).json()
    fits("Rule", rule)
    assert rule["problem"]["code"] == "rule-unknown"
    assert "porch_lamp" in rule["problem"]["message"]


BAD: list[tuple[str, str, bytes, str]] = [
    ("POST", "/api/rules", b"{", "invalid"),
    ("POST", "/api/rules", b"\xff\xfe", "invalid"),
    ("POST", "/api/rules", b'{"names":' + b"[" * 100_000, "invalid"),
    ("POST", "/api/rules", json.dumps({**RULE, "triggers": []}).encode(), "no-trigger"),
    ("POST", "/api/rules", json.dumps({**RULE, "actions": []}).encode(), "no-action"),
    ("POST", "/api/rules", json.dumps({**RULE, "colour": 1}).encode(), "invalid"),
    ("POST", "/api/rules", json.dumps({**RULE, "cooldown_s": -1}).encode(), "invalid"),
    ("POST", "/api/rules", json.dumps({**RULE, "actions": [put("none", on=1)]}).encode(), "rule-unsound"),
    ("PUT", "/api/rules/none", json.dumps(RULE).encode(), "rule-not-found"),
    ("DELETE", "/api/rules/none", b"", "rule-not-found"),
    ("POST", "/api/rules/dry-run?from=x", json.dumps(RULE).encode(), "bad-range"),
    ("POST", "/api/rules/dry-run?from=5&to=4", json.dumps(RULE).encode(), "bad-range"),
    ("POST", "/api/scenes", b'{"names":{"en":"a","zh":"b"},"wishes":[]}', "invalid"),
    ("GET", "/api/things/none/why", b"", "thing-not-found"),
    ("GET", f"/api/things/{LAMP}/why?property=none", b"", "unknown-property"),
    ("PUT", "/api/at-home/%20", b'{"at_home":true}', "bad-name"),
]


async def test_bad_input_gets_a_code(client: httpx.AsyncClient) -> None:
    for method, path, body, code in BAD:
        answer = await client.request(method, path, content=body)
        assert answer.status_code in (400, 404, 409), path
        assert answer.json()["code"] == code, (path, body[:80])
        assert answer.json()["message"].endswith(".")


async def test_drafts_of_strangers_harm_nobody(client: httpx.AsyncClient) -> None:
    chance = random.Random(5)
    text = json.dumps(RULE)
    for _ in range(60):
        cut = sorted(chance.randrange(len(text)) for _ in range(2))
        junk = chance.choice(["", "null", '"x"', "[]", "{}", "1e999", "-0", "\\u0000", text[cut[0] : cut[1]]])
        answer = await client.post("/api/rules/check", content=(text[: cut[0]] + junk + text[cut[1] :]).encode())
        assert answer.status_code in (200, 400, 409), answer.text
    assert (await client.get("/api/rules")).json() == []


async def test_nothing_is_told_without_a_token(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/rules", headers={"Authorization": ""})
    assert answer.status_code == 401
