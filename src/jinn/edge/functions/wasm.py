"""Functions in WebAssembly: a fresh instance for each event, with fuel, a memory cap and only what was granted."""

import threading
import time
from collections.abc import Callable

import wasmtime
from anyio import to_thread
from wasmtime import (
    Caller,
    Config,
    Engine,
    FuncType,
    Linker,
    Memory,
    Module,
    Store,
    Trap,
    TrapCode,
    ValType,
    WasmtimeError,
)

from jinn.edge.functions.guest import NOT_READABLE, Requests
from jinn.edge.functions.model import EVENT_BYTES_MAX, Ended, HomeEvent, Manifest
from jinn.edge.functions.ports import Readings
from jinn.kernel import Invalid

TICK_S = 0.01
"""The second limit, for what burns time and no fuel; measured to end a loop within one tick."""
TABLE_ELEMENTS_MAX = 10_000
REQUEST_BYTES_MAX = 16_384

_IMPORTS: dict[str, tuple[str, str | None]] = {
    "log": ("ii:", None),
    "now_ms": (":I", None),
    "set": ("ii:i", "set:"),
    "call": ("ii:i", "call:"),
    "read": ("iiii:i", "read:"),
    "say": ("ii:i", "say"),
    "keep": ("ii:i", "keep"),
    "kept": ("ii:i", "keep"),
}
"""Every import of the module `jinn`: its type (i: 32 bits, I: 64 bits), and the grant without which it is not there."""

_EXPORTS = {"alloc": "i:i", "handle": "ii:i"}


def _type(letters: str) -> FuncType:
    """A new one each time: the library ties a type to the engine that it was first used with, and aborts at another."""
    params, _, results = letters.partition(":")
    return FuncType([_value_type(letter) for letter in params], [_value_type(letter) for letter in results])


def _value_type(letter: str) -> ValType:
    return ValType.i32() if letter == "i" else ValType.i64()


class _Bench:
    """Lets one function work at a time, and moves the engine's clock on meanwhile; nobody wakes up for it otherwise."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._busy = threading.Event()
        threading.Thread(target=self._run, name="wasm clock", daemon=True).start()

    def __enter__(self) -> None:
        self._lock.acquire()
        self._busy.set()

    def __exit__(self, *raised: object) -> None:
        self._busy.clear()
        self._lock.release()

    def _run(self) -> None:
        while True:
            self._busy.wait()
            time.sleep(TICK_S)
            self._engine.increment_epoch()


class WasmWorkshop:
    """Compiles functions and runs them, one at a time, on a thread that is not the loop's."""

    def __init__(self, readings: Readings) -> None:
        config = Config()
        config.consume_fuel = True
        config.epoch_interruption = True
        config.wasm_threads = False
        self._engine = Engine(config)
        self._bench = _Bench(self._engine)
        self._readings = readings

    async def open(self, manifest: Manifest, code: bytes) -> "WasmSandbox":
        """Compile, and check everything that can be checked before an event comes.

        Raises:
            Invalid: `function-code` it is no module; `function-export`, `function-import` it lacks or wants something.
        """
        try:
            module = await to_thread.run_sync(Module, self._engine, code)
        except WasmtimeError as wrong:
            raise Invalid(f"That is not a WebAssembly module: {_first_line(wrong)}", code="function-code") from wrong
        _check_exports(module)
        _check_imports(module, manifest)
        return WasmSandbox(manifest, module, self._engine, self._bench, self._readings)


class WasmSandbox:
    """One compiled version."""

    def __init__(self, manifest: Manifest, module: Module, engine: Engine, bench: _Bench, readings: Readings) -> None:
        self.manifest = manifest
        self._module = module
        self._engine = engine
        self._bench = bench
        self._readings = readings
        self._requests = Requests(manifest, readings, b"")
        self._linker = Linker(engine)
        for name, host in self._hosts().items():
            self._linker.define_func("jinn", name, _type(_IMPORTS[name][0]), host, access_caller=True)

    async def work(self, event: HomeEvent, kept: bytes) -> Ended:
        return await to_thread.run_sync(self.work_here, event, kept)

    async def close(self) -> None:
        """Nothing of an instance outlives its event."""

    def work_here(self, event: HomeEvent, kept: bytes) -> Ended:
        """The same on this thread, for up to `time_ms`."""
        with self._bench:
            return self._live_once(event, kept)

    def _live_once(self, event: HomeEvent, kept: bytes) -> Ended:
        began_s = time.perf_counter()
        requests = self._requests = Requests(self.manifest, self._readings, kept)
        store = Store(self._engine)
        store.set_fuel(self.manifest.fuel)
        store.set_limits(
            memory_size=self.manifest.memory_kib * 1024, table_elements=TABLE_ELEMENTS_MAX, instances=1, tables=1,
            memories=1,
        )  # fmt: skip
        store.set_epoch_deadline(max(1, round(self.manifest.time_ms / 1000 / TICK_S)))
        problem = sentence = ""
        try:
            code = self._call(store, event.encoded())
        except Trap as trap:
            problem, sentence = _trapped(trap)
        except (WasmtimeError, IndexError, ValueError) as wrong:
            problem, sentence = "function-failed", _first_line(wrong)
        else:
            if code != 0:
                problem, sentence = "function-said-no", f"It answered {code}."
        ms = (time.perf_counter() - began_s) * 1000
        fuel = self.manifest.fuel - store.get_fuel()
        store.close()
        if problem:
            return requests.failed(problem, sentence, ms=ms, fuel=fuel)
        return requests.ended(ms=ms, fuel=fuel)

    def _call(self, store: Store, event: bytes) -> object:
        if len(event) > EVENT_BYTES_MAX:
            raise ValueError("the event is too large")
        exports = self._linker.instantiate(store, self._module).exports(store)
        allocate, handle, memory = exports["alloc"], exports["handle"], exports["memory"]
        assert isinstance(allocate, wasmtime.Func)
        assert isinstance(handle, wasmtime.Func)
        assert isinstance(memory, Memory)
        at = allocate(store, len(event))
        assert isinstance(at, int)
        if at < 0 or at + len(event) > memory.data_len(store):
            raise ValueError("alloc gave memory that is not there")
        memory.write(store, event, at)
        return handle(store, at, len(event))

    def _hosts(self) -> dict[str, Callable[..., object]]:
        """What the granted imports do; each asks for the memory that the caller itself has."""
        granted = {name for name, (_, grant) in _IMPORTS.items() if _has(self.manifest, grant)}

        def asking(act: Callable[[Requests, bytes], int]) -> Callable[[Caller, int, int], int]:
            def host(caller: Caller, at: int, count: int) -> int:
                asked = _taken(caller, at, count)
                return NOT_READABLE if asked is None else act(self._requests, asked)

            return host

        def log(caller: Caller, at: int, count: int) -> None:
            self._requests.log(_taken(caller, at, count) or b"?")

        def read(caller: Caller, at: int, count: int, into: int, room: int) -> int:
            asked = _taken(caller, at, count)
            found = NOT_READABLE if asked is None else self._requests.read(asked)
            return found if isinstance(found, int) else _given(caller, found, into, room)

        def kept(caller: Caller, into: int, room: int) -> int:
            return _given(caller, self._requests.kept_before, into, room)

        hosts: dict[str, Callable[..., object]] = {
            "log": log,
            "now_ms": lambda caller: time.time_ns() // 1_000_000,
            "set": asking(Requests.set),
            "call": asking(Requests.call),
            "say": asking(Requests.say),
            "keep": asking(Requests.keep),
            "read": read,
            "kept": kept,
        }
        return {name: host for name, host in hosts.items() if name in granted}


def _has(manifest: Manifest, grant: str | None) -> bool:
    return grant is None or any(held.startswith(grant) for held in manifest.grants)


def _check_exports(module: Module) -> None:
    types = {export.name: export.type for export in module.exports}
    if not isinstance(types.get("memory"), wasmtime.MemoryType):
        raise Invalid("The module exports no memory.", code="function-export", export="memory")
    for name, letters in _EXPORTS.items():
        found = types.get(name)
        if not isinstance(found, FuncType) or not _is(found, letters):
            sentence = f"The module exports no function {name} with {len(letters) - 2} i32 in and one out."
            raise Invalid(sentence, code="function-export", export=name)


def _check_imports(module: Module, manifest: Manifest) -> None:
    for wanted in module.imports:
        known = _IMPORTS.get(wanted.name or "") if wanted.module == "jinn" else None
        label = f"{wanted.module}.{wanted.name}"
        if known is None:
            raise Invalid(f"There is no import {label}.", code="function-import", wanted=label)
        kind, grant = known
        if not isinstance(wanted.type, FuncType) or not _is(wanted.type, kind):
            raise Invalid(f"{label} has another type.", code="function-import", wanted=label)
        if not _has(manifest, grant):
            raise Invalid(f"It imports {label} without a grant for it.", code="function-import", wanted=label)


def _is(found: FuncType, letters: str) -> bool:
    wanted = _type(letters)
    return (found.params, found.results) == (wanted.params, wanted.results)


def _taken(caller: Caller, at: int, count: int) -> bytes | None:
    memory = caller["memory"]
    assert isinstance(memory, Memory)
    if at < 0 or not 0 <= count <= REQUEST_BYTES_MAX or at + count > memory.data_len(caller):
        return None
    return bytes(memory.read(caller, at, at + count))


def _given(caller: Caller, data: bytes, into: int, room: int) -> int:
    """How many bytes there are; they are written only when they fit."""
    memory = caller["memory"]
    assert isinstance(memory, Memory)
    if len(data) <= room and into >= 0 and into + len(data) <= memory.data_len(caller):
        memory.write(caller, data, into)
    return len(data)


def _trapped(trap: Trap) -> tuple[str, str]:
    if trap.trap_code is TrapCode.OUT_OF_FUEL:
        return "function-fuel", "It used up its fuel."
    if trap.trap_code is TrapCode.INTERRUPT:
        return "function-late", "It took too long."
    return "function-trap", _first_line(trap)


def _first_line(wrong: Exception) -> str:
    lines = [line.strip() for line in str(wrong).splitlines() if line.strip()]
    return lines[-1] if lines else type(wrong).__name__
