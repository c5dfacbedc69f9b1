"""What a WebAssembly function can do, and what it cannot."""

import pytest
from function_parts import WARM, module, release

from jinn.edge.functions import Ended, Manifest, WasmWorkshop, read_manifest
from jinn.kernel import Invalid, Names

pytestmark = pytest.mark.anyio

WISH = '{"thing":"fridge","properties":{"cold_target":3}}'
GRANTS = ("set:fridge/cold_target", "read:+/temperature", "say", "keep", "call:lamp/blink")


def readings(thing: str, name: str) -> object:
    return 9.5 if (thing, name) == ("fridge", "temperature") else None


async def run(code: bytes, *, kept: bytes = b"", grants: tuple[str, ...] = GRANTS, **limits: int) -> Ended:
    document, _ = release(code, grants=grants, **limits)
    sandbox = await WasmWorkshop(readings).open(read_manifest(document), code)
    return await sandbox.work(WARM, kept)


async def test_a_granted_wish_comes_out() -> None:
    ended = await run(module(f"(call $set (i32.const 0) (i32.const {len(WISH)}))", "set", data=WISH))
    assert ended.problem == ""
    assert [(wish.thing, wish.values) for wish in ended.wishes] == [("fridge", {"cold_target": 3})]


async def test_a_wish_that_was_not_granted_is_answered_no_and_not_done() -> None:
    wish = '{"thing":"door","properties":{"lock":0}}'
    ended = await run(module(f"(call $set (i32.const 0) (i32.const {len(wish)}))", "set", data=wish))
    assert ended.wishes == ()
    assert (ended.problem, ended.sentence) == ("function-said-no", "It answered -1.")


async def test_it_gets_the_event_as_json() -> None:
    ended = await run(module("(call $log (local.get $at) (local.get $count)) (i32.const 0)", "log"))
    assert ended.logs == ('{"kind":"things","thing":"fridge","name":"temperature","value":9.5,"at_ms":1000}',)


async def test_it_reads_what_things_said_into_its_own_memory() -> None:
    asked = '{"thing":"fridge","property":"temperature"}'
    body = f"""(call $log (i32.const 512)
                 (call $read (i32.const 0) (i32.const {len(asked)}) (i32.const 512) (i32.const 64)))
               (i32.const 0)"""
    assert (await run(module(body, "read", "log", data=asked))).logs == ("9.5",)


async def test_it_speaks_and_keeps_something_for_the_next_event() -> None:
    said = '{"en":"The fridge is warm.","zh":"冰箱太热了。"}'
    body = f"""(drop (call $keep (i32.const 0) (i32.const 4)))
               (call $say (i32.const 0) (i32.const {len(said.encode())}))"""
    ended = await run(module(body, "say", "keep", data=said))
    assert ended.says == (Names(en="The fridge is warm.", zh="冰箱太热了。"),)
    assert ended.kept == b'{"en'


async def test_it_gets_back_what_it_kept() -> None:
    body = "(call $log (i32.const 0) (call $kept (i32.const 0) (i32.const 64))) (i32.const 0)"
    assert (await run(module(body, "kept", "log"), kept=b"[1,2]")).logs == ("[1,2]",)


async def test_each_event_is_a_life_of_its_own() -> None:
    body = """(i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
              (i32.sub (i32.load (i32.const 0)) (i32.const 1))"""
    document, _ = release(module(body))
    sandbox = await WasmWorkshop(readings).open(read_manifest(document), module(body))
    assert [(await sandbox.work(WARM, b"")).problem for _ in range(3)] == ["", "", ""]


async def test_a_function_that_never_ends_runs_out_of_fuel() -> None:
    ended = await run(module("(loop (br 0)) (i32.const 0)"))
    assert ended.problem == "function-fuel"
    assert ended.fuel >= 4_999_000


async def test_a_function_with_much_fuel_is_stopped_by_the_clock() -> None:
    ended = await run(module("(loop (br 0)) (i32.const 0)"), fuel=100_000_000, time_ms=20)
    assert ended.problem in ("function-late", "function-fuel")


async def test_it_cannot_grow_beyond_its_memory() -> None:
    grown = module("(memory.grow (i32.const 100)) (i32.const -1) (i32.eq) (i32.eqz)", memory="1")
    assert (await run(grown, memory_kib=128)).problem == ""


async def test_a_module_that_starts_with_too_much_memory_fails_alone() -> None:
    ended = await run(module("(i32.const 0)", memory="64"), memory_kib=128)
    assert ended.problem == "function-failed"


async def test_a_trap_does_nothing_that_was_wished_before() -> None:
    body = f"(drop (call $set (i32.const 0) (i32.const {len(WISH)}))) (unreachable)"
    ended = await run(module(body, "set", data=WISH))
    assert (ended.problem, ended.wishes) == ("function-trap", ())


async def test_a_pointer_outside_its_memory_is_answered_not_followed() -> None:
    ended = await run(module("(call $set (i32.const -8) (i32.const 16))", "set"))
    assert (ended.problem, ended.sentence) == ("function-said-no", "It answered -2.")


@pytest.mark.parametrize("name", ["set", "call", "say", "keep", "kept", "read"])
async def test_what_it_was_not_granted_it_cannot_even_import(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        await run(module("(i32.const 0)", name), grants=())
    assert refused.value.stable_code() == "function-import"


async def test_there_is_no_system_interface() -> None:
    wanted = '(import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))'
    with pytest.raises(Invalid) as refused:
        await run(module("(i32.const 0)", more=wanted))
    assert refused.value.stable_code() == "function-import"


@pytest.mark.parametrize("code", [b"", b"\0asm", b"MZ", b"\0asm\1\0\0\0"])
async def test_what_is_no_function_is_refused(code: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        await run(code)
    assert refused.value.stable_code() in ("function-code", "function-export")


def test_the_manifest_of_these_tests_is_a_real_one() -> None:
    assert isinstance(read_manifest(release(b"x")[0]), Manifest)
