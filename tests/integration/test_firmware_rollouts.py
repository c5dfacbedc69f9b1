"""Signed images go to things in stages; what a thing says of it is kept, and too many failures end it."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import anyio
import msgspec
import pytest
from integration.firmware_parts import KEY, OTHER_KEY, Updates, a_package, digest, updates
from integration.things_room import a_database

from jinn.kernel import Conflict, Invalid, NotFound, Refused, Secret
from jinn.runtime import NatsBus, OutboxRelay
from jinn.things.firmware import SCHEMA, WireUpdate, public_of, read_signed
from jinn.things.firmware.model import ImageId, RolloutId, RolloutState
from jinn.things.frames import DownMessage

pytestmark = pytest.mark.anyio


@pytest.fixture
async def home(tmp_path: Path, bus: NatsBus, database_url: Secret | None) -> AsyncIterator[Updates]:
    async with (
        a_database(tmp_path / "data", url=database_url, others=(SCHEMA,)) as database,
        updates(database, bus, tmp_path) as opened,
    ):
        yield opened


@pytest.fixture
async def quick(tmp_path: Path, bus: NatsBus) -> AsyncIterator[Updates]:
    """On SQLite only, for what no engine makes a difference to."""
    async with (
        a_database(tmp_path / "data", others=(SCHEMA,)) as database,
        updates(database, bus, tmp_path) as opened,
    ):
        yield opened


async def test_only_what_the_products_maker_signed_is_kept(quick: Updates, tmp_path: Path) -> None:
    good = a_package(tmp_path)
    images = quick.room.images
    foreign = a_package(tmp_path, key=OTHER_KEY)
    for blob, content, code in (
        (foreign.blob, foreign.content, "manifest-unsigned"),
        (good.blob.replace(b"2.0.0", b"2.0.1"), good.content, "manifest-unsigned"),
        (b"{}", good.content, "manifest-unsigned"),
        (a_package(tmp_path, product="nobody").blob, good.content, "no-update-key"),
    ):
        with pytest.raises(Refused) as refused:
            await images.add(blob, content)
        assert refused.value.stable_code() == code
    with pytest.raises(Invalid) as invalid:
        await images.add(good.blob, good.content[:-1] + b"?")
    assert invalid.value.stable_code() == "package-hash"
    assert await images.all() == []
    kept = await images.add(good.blob, good.content)
    assert await images.add(good.blob, good.content) == kept
    assert await images.content(kept, 2, 3) == b"pro"
    other = a_package(tmp_path, "2.0.0", 3, content=b"another")
    with pytest.raises(Conflict):
        await images.add(other.blob, other.content)


async def test_a_pinned_key_stays_whoever_registers_the_product_again(quick: Updates) -> None:
    registry = quick.home.room.registry
    product = registry.product("testLamp01")
    kept = await registry.register_product(replace(product, update_key=None))
    assert kept.update_key == product.update_key
    with pytest.raises(Refused) as refused:
        await registry.register_product(replace(product, update_key=public_of(OTHER_KEY)))
    assert refused.value.stable_code() == "update-key-differs"


async def test_a_rollout_tells_a_few_and_more_when_it_is_widened(home: Updates, tmp_path: Path) -> None:
    lamps = await home.lamps(10)
    image = await home.image(tmp_path)
    rollout = await home.room.rollouts.start(
        image.id, percent=20, group="things:" + ",".join(lamp.id for lamp in lamps)
    )
    await home.until(lambda: len(home.told) == 2)
    await anyio.sleep(0.2)
    assert len(home.told) == 2
    (push,) = next(iter(home.told.values()))
    data = push["data"]
    assert isinstance(data, dict)
    assert (push["code"], isinstance(push["id"], int)) == ("1000", True)
    assert (data["version"], data["size"], data["signMethod"], data["isDiff"]) == ("2.0.0", 9, "SHA256", 0)
    assert data["sign"] == digest(b"a program")
    manifest = await home.http.get(data["extData"]["manifestUrl"], headers={"Authorization": ""})
    assert read_signed(manifest.content, public_of(KEY)).manifest.version == "2.0.0"
    assert len(manifest.content) == data["extData"]["manifestBytes"]
    assert (await home.http.get(data["url"], headers={"Authorization": ""})).content == b"a program"
    await home.room.rollouts.widen(rollout.id, 100)
    await home.until(lambda: len(home.told) == 10)
    for lamp in lamps:
        await home.progress(lamp, "50")
        await home.progress(lamp, "100")
        await home.inform(lamp, "2.0.0")
    await home.until_state(rollout.id, lamps, "confirmed")
    await home.until_ended(rollout.id, RolloutState.DONE)
    assert all(len(pushes) == 1 for pushes in home.told.values())


async def test_too_many_failures_stop_a_rollout(home: Updates, tmp_path: Path) -> None:
    lamps = await home.lamps(10)
    image = await home.image(tmp_path)
    rollout = await home.room.rollouts.start(
        image.id, percent=50, failure_limit_percent=20, at_once=2, group="things:" + ",".join(lamp.id for lamp in lamps)
    )
    failed = []
    while len(failed) < 2:
        await home.until(lambda: len(home.told) > len(failed))
        lamp = next(lamp for lamp in lamps if lamp.id in home.told and lamp not in failed)
        await home.progress(lamp, "-3", "package-hash: main.py is not what its maker signed", version="2.0.0")
        failed.append(lamp)
    await home.until_ended(rollout.id, RolloutState.STOPPED)
    ended = await home.room.rollouts.rollout(rollout.id)
    # Two of the five that were let in: 40 %.
    if ended.reason is None:
        raise AssertionError("it does not say why")
    assert "of 5 updates failed" in ended.reason.en
    assert "台更新失败" in ended.reason.zh
    states = await home.states(rollout.id)
    assert sorted(states.values()).count("failed") == 2
    assert set(states.values()) == {"failed", "stopped"}
    told = len(home.told)
    await anyio.sleep(0.2)
    assert len(home.told) == told
    data = home.told[failed[0].id][0]["data"]
    assert isinstance(data, dict)
    answer = await home.http.get(data["url"])
    assert (answer.status_code, answer.json()["code"]) == (409, "rollout-ended")


async def test_what_things_say_survives_the_hub_that_heard_it(
    tmp_path: Path, bus: NatsBus, database_url: Secret | None
) -> None:
    async with a_database(tmp_path / "data", url=database_url, others=(SCHEMA,)) as database:
        async with updates(database, bus, tmp_path) as first:
            lamps = await first.lamps(3)
            image = await first.image(tmp_path)
            group = "things:" + ",".join(lamp.id for lamp in lamps)
            rollout = await first.room.rollouts.start(image.id, failure_limit_percent=100, group=group)
            await first.until(lambda: len(first.told) == 3)
        # Nobody leads for a while: what is said is acknowledged and kept all the same.
        async with updates(database, bus, tmp_path, is_led=False) as second:
            second.desk.things = frozenset(lamp.id for lamp in lamps)
            assert (await second.progress(lamps[0], "-1", "no room")).is_kept
            assert (await second.inform(lamps[1], "2.0.0")).is_kept
        async with updates(database, bus, tmp_path) as third:
            await third.until_state(rollout.id, lamps[:1], "failed")
            await third.until_state(rollout.id, lamps[1:2], "confirmed")
            # The third was told by a hub that is gone; over its next connection it is told again.
            await third.connect(lamps[2], session="s2")
            await third.until(lambda: lamps[2].id in third.told)
            await third.inform(lamps[2], "2.0.0")
            await third.until_ended(rollout.id, RolloutState.DONE)


async def test_a_paused_rollout_tells_nobody_and_a_resumed_one_goes_on(quick: Updates, tmp_path: Path) -> None:
    image = await quick.image(tmp_path)
    rollout = await quick.room.rollouts.start(image.id)
    await quick.room.rollouts.pause(rollout.id)
    await quick.connect(quick.home.lamp)
    await anyio.sleep(0.3)
    assert not quick.told
    await quick.room.rollouts.resume(rollout.id)
    await quick.until(lambda: bool(quick.told))
    await quick.room.rollouts.stop(rollout.id)
    with pytest.raises(Refused):
        await quick.room.rollouts.resume(rollout.id)


async def test_a_thing_that_asks_is_told_with_its_own_id(quick: Updates, tmp_path: Path) -> None:
    lamp = quick.home.lamp
    heard: list[dict[str, object]] = []

    async def hear(down: DownMessage) -> None:
        if down.topic.endswith("get_reply"):
            heard.append(json.loads(down.payload))

    none = await quick.home.door.ask(lamp.device, "thing/ota/firmware/get", {}, message_id=7)
    assert (none.code, none.data, none.id) == (200, {}, 7)
    image = await quick.image(tmp_path)
    await quick.room.rollouts.start(image.id)
    await quick.until(lambda: lamp.id in quick.desk.things)
    await quick.home.door.connect(lamp.device, hear)
    await quick.home.door.ask(lamp.device, "thing/ota/firmware/get", {}, message_id=8)
    await quick.until(lambda: bool(heard))
    data = heard[0]["data"]
    assert isinstance(data, dict)
    assert (heard[0]["id"], heard[0]["code"], data["version"]) == (8, 200, "2.0.0")


async def test_a_thing_that_comes_back_with_the_old_program_has_rolled_back(quick: Updates, tmp_path: Path) -> None:
    lamp, _ = await quick.lamps(2)
    await quick.inform(lamp, "1.0.0")
    image = await quick.image(tmp_path)
    rollout = await quick.room.rollouts.start(image.id, failure_limit_percent=100)
    await quick.until_state(rollout.id, [lamp], "sent")
    await quick.inform(lamp, "1.0.0")
    await quick.progress(lamp, "95", "installing", version="2.0.0")
    await quick.until_state(rollout.id, [lamp], "installing")
    await quick.inform(lamp, "1.0.0")
    await quick.until_state(rollout.id, [lamp], "rolled_back")
    await quick.progress(lamp, "-1", "rolled-back: it was started and did not become healthy", version="2.0.0")
    why = {"code": "rolled-back", "message": "it was started and did not become healthy"}
    with anyio.fail_after(30):
        while (await quick.http.get(f"/api/things/{lamp.id}/firmware")).json()["update"]["problem"] != why:  # noqa: ASYNC110
            await anyio.sleep(0.02)


async def test_old_news_of_another_version_changes_nothing(quick: Updates, tmp_path: Path) -> None:
    lamp = quick.home.lamp
    await quick.connect(lamp)
    image = await quick.image(tmp_path)
    rollout = await quick.room.rollouts.start(image.id)
    await quick.until_state(rollout.id, [lamp], "sent")
    await quick.progress(lamp, "-1", "rolled-back: it died", version="1.5.0")
    await quick.progress(lamp, "30", "downloading", module="other")
    await quick.progress(lamp, "40", "downloading", version="2.0.0")
    await quick.until_state(rollout.id, [lamp], "downloading")
    refused = await quick.progress(lamp, "101")
    assert refused.is_kept


async def test_a_group_is_an_area_a_tag_or_a_list(quick: Updates, tmp_path: Path) -> None:
    lamps = await quick.lamps(3)
    tags = [{"attrKey": "floor", "attrValue": "2"}]
    await quick.home.door.ask(lamps[1].device, "thing/deviceinfo/update", tags)
    image = await quick.image(tmp_path)
    start = quick.room.rollouts.start
    for group, things in (("tag:floor=2", {"lamp_1"}), ("area:Hall", {"hall_lamp"}), ("things:lamp_0", {"lamp_0"})):
        rollout = await start(image.id, group=group)
        assert set(await quick.states(rollout.id)) == things
        await quick.room.rollouts.stop(rollout.id)
    for group, kind, code in (
        ("tag:floor=3", Refused, "nothing-to-update"),
        ("area:attic", NotFound, "area-not-found"),
        ("things:nobody", NotFound, "thing-not-found"),
        ("floor 2", Invalid, "group-malformed"),
        ("tag:floor", Invalid, "group-malformed"),
    ):
        with pytest.raises(kind) as no:
            await start(image.id, group=group)
        assert no.value.stable_code() == code


async def test_two_rollouts_of_one_product_are_not_open_together(home: Updates, tmp_path: Path) -> None:
    first = await home.image(tmp_path)
    second = await home.image(tmp_path, "3.0.0", 3)
    rollout = await home.room.rollouts.start(first.id)
    with pytest.raises(Conflict) as running:
        await home.room.rollouts.start(second.id)
    assert running.value.stable_code() == "rollout-running"
    await home.room.rollouts.stop(rollout.id)
    assert (await home.room.rollouts.start(second.id)).is_open
    for image, percent in ((ImageId("none"), 10), (first.id, 0), (first.id, 101)):
        with pytest.raises((NotFound, Invalid)):
            await home.room.rollouts.start(image, percent=percent)
    with pytest.raises(NotFound):
        await home.room.rollouts.pause(RolloutId("none"))


async def test_screens_are_told_of_every_change(quick: Updates, bus: NatsBus, tmp_path: Path) -> None:
    lamp = quick.home.lamp
    await quick.connect(lamp)
    image = await quick.image(tmp_path)
    relay = OutboxRelay(database=quick.home.database, bus=bus)
    states: list[str] = []
    async with anyio.create_task_group() as tasks, bus.subscribe("ev.things.firmware") as messages:
        await tasks.start(lambda *, task_status: relay.run(task_status=task_status))
        await quick.room.rollouts.start(image.id)
        await quick.until(lambda: lamp.id in quick.told)
        await quick.progress(lamp, "50")
        await quick.inform(lamp, "2.0.0")
        with anyio.fail_after(30):
            async for message in messages:
                states.append(msgspec.json.decode(message.payload, type=WireUpdate).state)
                if states[-1] == "confirmed":
                    break
        tasks.cancel_scope.cancel()
    assert states == ["waiting", "sent", "downloading", "confirmed"]
