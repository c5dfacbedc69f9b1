"""The example of docs/howto/make-a-thing.md works as it stands."""

import json
import re
from pathlib import Path

import anyio
import pytest
from integration.devices.conftest import ROOT
from integration.devices.scripted_broker import ScriptedBroker, until
from jsonschema import Draft202012Validator

from jinn.things.products import read_product

pytestmark = pytest.mark.anyio

PAGE = (ROOT / "docs/howto/make-a-thing.md").read_text("utf-8")
FILES = dict(re.findall(r"```\w+ (\S+)\n(.*?)```", PAGE, re.DOTALL))


def test_its_product_obeys_the_contract_and_is_understood_by_the_hub() -> None:
    schema = json.loads((ROOT / "contracts/product.schema.json").read_text("utf-8"))
    Draft202012Validator(schema).validate(json.loads(FILES["product.json"]))
    product = read_product(FILES["product.json"].encode())
    assert product.meaning.words() >= {"power", "brightness", "illuminance"}


async def test_its_thing_connects_obeys_refuses_and_feels_the_night(
    broker: ScriptedBroker, command: tuple[str, ...], tmp_path: Path
) -> None:
    assert set(FILES) == {"product.json", "night_light.py", "config.json"}
    settings = json.loads(FILES["config.json"]) | {"port": broker.port}
    files = FILES | {"config.json": json.dumps(settings)}
    for name, text in files.items():
        await anyio.Path(tmp_path / name).write_text(text, "utf-8")
    # As on the page: from the folder of the settings.
    process = await anyio.open_process([*command, str(ROOT / "device/main.py"), "config.json"], cwd=tmp_path)
    try:
        session = await broker.session(1)
        await until(lambda: session.bodies("property/post"))
        assert session.bodies("property/post")[0]["params"] == {"on": 0, "brightness": 20, "illuminance": 200}
        topic = "/sys/myNightLight01/night_light/thing/service/property/set"
        await session.ask(topic, {"brightness": 50}, request_id="1")
        await session.ask(topic, {"brightness": 80}, request_id="2")
        await until(lambda: len(session.bodies("set_reply")) == 2)
        assert [answer["code"] for answer in session.bodies("set_reply")] == [200, 100001]
        assert "wake people" in session.bodies("set_reply")[1]["message"]
        assert process.stdin is not None
        await process.stdin.send(b"illuminance 3\n")
        await until(lambda: session.bodies("property/post")[-1]["params"] == {"on": 1, "illuminance": 3})
        await process.stdin.send(b"stop\n")
        with anyio.fail_after(30):
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
        await process.aclose()
