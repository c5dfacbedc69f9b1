"""Whatever is called a manifest, a package or an answer: it is taken whole or refused with a reason."""

import asyncio
import hashlib
import json
from typing import Any

import pytest
from fuzzing import examples
from hypothesis import example, given
from hypothesis import strategies as st
from jinn_os import fetching as fetch
from jinn_os.update import manifest as on_device
from jinn_os.update import offers
from jinn_os.update.installing import Installer
from jinn_os.update.record import Record, decode, encode
from jinn_os.update.sim_flash import SimFlash

from jinn.kernel import Invalid, JinnError, Refused, Secret, ThingId
from jinn.things.alink import AlinkError
from jinn.things.firmware import manifest as on_hub
from jinn.things.firmware.handlers import _step
from jinn.things.firmware.model import RolloutId, Said, SaidKind, Update, UpdateState
from jinn.things.firmware.packing import _private

KEY = _private(Secret(bytes(range(32)).hex()))
PUBLIC = KEY.public_key().public_bytes_raw()

json_values: Any = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
paths = st.sampled_from(
    ["main.py", "a/b.py", "A/B.py", "../x", "/x", "a//b", ".x", "x.", "manifest", "a b", "a/b/c/d/e/f", "", "ü", "a\0"]
) | st.text(max_size=12)
hashes = st.sampled_from([hashlib.sha256(b"").hexdigest(), "0" * 64, "0" * 63, "A" * 64])


@st.composite
def forms(draw: st.DrawFn) -> dict[str, object]:
    """Manifests that are nearly right."""
    files = draw(st.lists(st.tuples(paths, st.integers(-1, 5), hashes), max_size=4))
    form: dict[str, object] = {
        "product_key": "pk",
        "version": "1.0.0",
        "counter": draw(st.integers(-1, 3)),
        "size": draw(st.just(sum(size for _, size, _ in files)) | st.integers(-1, 9)),
        "sha256": draw(hashes),
        "files": [list(file) for file in files],
    }
    for name in draw(st.sets(st.sampled_from([*form, "module", "notes", "more"]), max_size=2)):
        form[name] = draw(json_values)
    return form


def on_a_thing(blob: bytes) -> Any:
    return on_device.Signed(SimFlash(files={"offer": blob}), "offer")


@given(forms())
def test_a_hub_takes_no_manifest_that_its_things_would_refuse(form: dict[str, object]) -> None:
    text = json.dumps(form).encode()
    try:
        on_hub.read_signed(on_hub.signed(text, bytes(64)), None)
    except Invalid:
        return
    on_a_thing(on_hub.signed(text, bytes(64))).read()


@given(st.binary(max_size=300) | st.binary(max_size=100).map(lambda text: on_hub.signed(text, bytes(64))))
def test_any_bytes_are_a_signed_manifest_or_refused(blob: bytes) -> None:
    with pytest.raises((Refused, Invalid)):
        on_hub.read_signed(blob, PUBLIC.hex())
    with pytest.raises(on_device.Unsound):
        on_a_thing(blob).check(PUBLIC)


@examples(30)
@given(st.binary(max_size=400), st.integers(0, 63), st.integers(1, 255))
def test_hub_and_thing_judge_signatures_alike(text: bytes, place: int, change: int) -> None:
    good = KEY.sign(text)
    spoilt = bytearray(good)
    spoilt[place] ^= change
    for signature, is_good in ((good, True), (bytes(spoilt), False)):
        blob = on_hub.signed(text, signature)
        with pytest.raises(JinnError) as on_the_hub:
            on_hub.read_signed(blob, PUBLIC.hex())
        with pytest.raises(on_device.Unsound) as on_the_thing:
            on_a_thing(blob).check(PUBLIC)
        # It is no manifest in any case; whether it is signed is found out first.
        assert (on_the_hub.value.stable_code() == "manifest-malformed") == is_good
        assert (on_the_thing.value.args[0] == "manifest-malformed") == is_good


@examples(30)
@given(st.lists(st.binary(max_size=9000), min_size=1, max_size=5), st.data())
def test_a_package_arrives_whole_however_it_is_cut_and_however_often_it_begins_anew(
    contents: list[bytes], data: st.DataObject
) -> None:
    files = {f"f{number}": content for number, content in enumerate(contents)}
    package = b"".join(contents)
    if not package:
        return
    entries = [[path, len(content), hashlib.sha256(content).hexdigest()] for path, content in files.items()]
    form = {
        "product_key": "p",
        "version": "1",
        "counter": 1,
        "size": len(package),
        "sha256": "0" * 64,
        "files": entries,
    }
    manifest = on_a_thing(on_hub.signed(json.dumps(form).encode(), bytes(64))).read()
    flash = SimFlash()
    installer = Installer(flash, "a", manifest)
    while not installer.is_complete:
        size = data.draw(st.integers(1, 6000))
        assert installer.feed(package[installer.offset : installer.offset + size])
        if data.draw(st.integers(0, 3)) == 0:
            installer = Installer(flash, "a", manifest)
    assert flash.files("a") == files


@given(st.binary(max_size=200))
@example(b'{"data":{"url":1}}')
@example(b"[" * 5000)
def test_any_push_is_an_offer_or_none(payload: bytes) -> None:
    offer = offers.read_offer(payload)
    assert offer is None or isinstance(offer.url, str)


@given(json_values)
def test_any_json_is_an_offer_or_none(value: object) -> None:
    for message in (value, {"data": value}, {"data": {"url": "u", "extData": value}}):
        offer = offers.read_offer(json.dumps(message).encode())
        assert offer is None or isinstance(offer.manifest_bytes, int)


@given(st.text(max_size=80) | st.text(max_size=40).map(lambda rest: "http://" + rest))
@example("http://[")
def test_any_text_is_an_address_or_refused(url: str) -> None:
    try:
        _, host, port, path = fetch.split_url(url)
    except fetch.Refused:
        return
    assert host
    assert 0 < port < 65536
    assert path.startswith("/")
    assert not set("\r\n ") & set(host + path)


@examples(60)
@given(
    st.binary(max_size=200)
    | st.binary(max_size=60).map(lambda rest: b"HTTP/1.1 206 ok\r\n" + rest)
    | st.lists(st.sampled_from(
        [b"HTTP/1.1 206 x\r\n", b"HTTP/1.1 200 x\r\n", b"Content-Length: 5\r\n", b"Content-Length: 3\r\n", b"\r\n",
         b"Content-Range: bytes 2-4/5\r\n", b"Transfer-Encoding: chunked\r\n", b"hello", b"llo"],
    ), max_size=7).map(b"".join),
    st.sampled_from([0, 2]),
)  # fmt: skip
def test_any_answer_of_a_server_is_the_package_or_refused(answer: bytes, offset: int) -> None:
    got = bytearray()

    async def ask() -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            await fetch.fetch(f"http://127.0.0.1:{port}/x", offset, 5, got.extend)

    try:
        asyncio.run(ask())
    except (fetch.Refused, fetch.Broken):
        assert len(got) <= 5 - offset
    else:
        assert len(got) == 5 - offset


@given(st.binary(max_size=140) | st.binary(min_size=124, max_size=128))
def test_any_bytes_are_a_boot_record_or_none(data: bytes) -> None:
    record = decode(data)
    assert record is None or encode(record) == data
    assert decode(encode(Record(current=1)) + data[:1]) is None or not data


steps = st.builds(
    Said,
    id=st.just("1"),
    thing=st.just(ThingId("t")),
    kind=st.sampled_from(SaidKind),
    module=st.just("default"),
    version=st.sampled_from(["", "1", "2"]),
    step=st.integers(-4, 100),
    desc=st.sampled_from(["", "downloading", "installing", "verifying", "rolled-back: why", "code: why", "a: b"])
    | st.text(max_size=30),
)


@given(st.lists(steps | st.sampled_from(["sent", "stop", "look"]), max_size=15))
def test_an_update_never_leaves_its_states_and_never_denies_what_runs(deeds: list[Said | str]) -> None:
    update, now_ms = Update(rollout=RolloutId("r"), thing=ThingId("t"), rank=0), 0
    for deed in deeds:
        before, now_ms = update, now_ms + 1000
        match deed:
            case "sent" if before.state in (UpdateState.WAITING, UpdateState.SENT):
                update = before.sent(session="s", now_ms=now_ms)
            case "stop":
                update = before.stop(now_ms)
            case "look":
                update = before.looked_at(is_online=True, session="s", now_ms=now_ms + 1_000_000)
            case Said():
                update = before.said(deed, target="2", now_ms=now_ms)
                if deed.kind is SaidKind.VERSION and deed.version == "2":
                    assert update.state is UpdateState.CONFIRMED
        assert 0 <= update.percent <= 100
        assert (update is before) == (update.revision == before.revision)
        if before.state is UpdateState.CONFIRMED:
            assert update is before
        if before.state is UpdateState.STOPPED:
            assert update.state in (UpdateState.STOPPED, UpdateState.CONFIRMED)


@given(json_values)
def test_any_step_is_one_or_refused(step: Any) -> None:
    try:
        found = _step(step)
    except AlinkError:
        return
    assert -4 <= found <= 100
