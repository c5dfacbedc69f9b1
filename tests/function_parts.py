"""Functions to deploy in tests: small modules in WebAssembly text, small programs in Python, signed by a test's key."""

import hashlib
from pathlib import Path

import msgspec
import wasmtime

from jinn.edge.functions import HomeEvent, sign

WARM = HomeEvent(kind="things", thing="fridge", name="temperature", value=9.5, at_ms=1_000)

IMPORTS = {
    "log": "(param i32 i32)",
    "now_ms": "(result i64)",
    "set": "(param i32 i32) (result i32)",
    "call": "(param i32 i32) (result i32)",
    "say": "(param i32 i32) (result i32)",
    "keep": "(param i32 i32) (result i32)",
    "kept": "(param i32 i32) (result i32)",
    "read": "(param i32 i32 i32 i32) (result i32)",
}


def module(handle: str, *imports: str, data: str = "", memory: str = "1 4", more: str = "") -> bytes:
    """A module whose `handle` has this body; `data` lies at address 0, events are put at 4096."""
    wanted = "\n".join(f'(import "jinn" "{name}" (func ${name} {IMPORTS[name]}))' for name in imports)
    escaped = data.replace("\\", "\\\\").replace('"', '\\"')
    text = f"""(module
      {wanted} {more}
      (memory (export "memory") {memory})
      (data (i32.const 0) "{escaped}")
      (func (export "alloc") (param i32) (result i32) i32.const 4096)
      (func (export "handle") (param $at i32) (param $count i32) (result i32) {handle}))"""
    return bytes(wasmtime.wat2wasm(text))


def release(
    code: bytes,
    *,
    keys: Path | None = None,
    name: str = "cool",
    version: int = 1,
    runtime: str = "wasm",
    on: tuple[str, ...] = ("things/+/temperature",),
    grants: tuple[str, ...] = (),
    **limits: int,
) -> tuple[bytes, bytes]:
    """A manifest for that code and its signature by the owner's key in `keys`; none without.

    Unless `time_ms` says otherwise it may take its time: a loaded machine is no fault of a function.
    """
    facts = {
        "name": name,
        "version": version,
        "runtime": runtime,
        "on": on,
        "grants": grants,
        "time_ms": 5_000,
        **limits,
    }
    document = msgspec.json.encode({**facts, "sha256": hashlib.sha256(code).hexdigest()})
    return document, sign(document, (keys / "owner.key").read_bytes()) if keys is not None else b""
