"""`jinn edge …`: functions that run near the things."""

import base64
import hashlib
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import msgspec
import typer
from rich.markup import escape
from rich.table import Table

from jinn.edge.functions import FUEL_DEFAULT, Manifest, Runtime, WireFailure, WireFunction, default_memory_kib, sign
from jinn.hub.client import HubClient
from jinn.hub.settings import function_keys
from jinn.hub.terminal import Data, Json, data_folder, out, print_json, with_hub
from jinn.kernel import NotFound

app = typer.Typer(no_args_is_help=True, help="Functions of your own that run near the things.")

Name = Annotated[str, typer.Argument(help="The function's name.")]


@app.command()
def deploy(
    file: Annotated[Path, typer.Argument(help="A WebAssembly module (.wasm) or a Python program (.py).")],
    *,
    on: Annotated[list[str], typer.Option(help="What it listens to: things/+/temperature, events/door/opened.")],
    grant: Annotated[
        list[str] | None, typer.Option(help="What it may do: set:lamp/on, call:vacuum/dock, read:+/+, say, keep.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Its name; default: the file's.")] = None,
    version: Annotated[int | None, typer.Option(help="Default: one above the newest that the hub knows.")] = None,
    fuel: Annotated[int, typer.Option(help="WebAssembly instructions for one event.")] = FUEL_DEFAULT,
    memory_kib: Annotated[int | None, typer.Option(help="Memory for one event.")] = None,
    time_ms: Annotated[int, typer.Option(help="Time for one event.")] = 100,
    key: Annotated[
        Path | None, typer.Option(help="The key to sign with; default: the owner's in the data folder.")
    ] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Sign a function and let it run: for some of the things first, for all when it does well."""
    code = _read(file)
    folder = data_folder(data)
    runtime: Runtime = "python" if file.suffix == ".py" else "wasm"

    def ask(hub: HubClient) -> None:
        called = name or file.stem.lower().replace("_", "-")
        manifest = Manifest(
            name=called, version=version or _next_version(hub, called), runtime=runtime,
            sha256=hashlib.sha256(code).hexdigest(), on=tuple(on), grants=tuple(grant or ()), fuel=fuel,
            memory_kib=memory_kib or default_memory_kib(runtime), time_ms=time_ms,
        )  # fmt: skip
        document = msgspec.json.encode(manifest)
        signature = sign(document, _read(key or function_keys(folder) / "owner.key"))
        parts = {"manifest": document, "signature": signature, "code": code}
        release = {part: base64.b64encode(raw).decode() for part, raw in parts.items()}
        _show([msgspec.json.decode(hub.post("/api/functions", release), type=WireFunction)], json)

    with_hub(folder, ask)


@app.command("list")
def list_functions(data: Data = None, json: Json = False) -> None:
    """Every function: what runs of it, and how it fares."""
    with_hub(data_folder(data), lambda hub: _show(_functions(hub), json))


@app.command()
def failures(name: Name, data: Data = None, json: Json = False) -> None:
    """What a function failed at, the newest first."""

    def ask(hub: HubClient) -> None:
        for failure in msgspec.json.decode(hub.get(f"{_path(name)}/failures"), type=list[WireFailure]):
            if json:
                print_json(failure)
            else:
                out.print(f"v{failure.version} [dim]{failure.thing}[/] {failure.problem}: {escape(failure.sentence)}")

    with_hub(data_folder(data), ask)


@app.command()
def back(
    name: Name,
    version: Annotated[int | None, typer.Option(help="Default: the one before the newest.")] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Run an older version again, for all things."""
    _change(name, "back", {"version": version}, data, json)


@app.command()
def enable(name: Name, data: Data = None, json: Json = False) -> None:
    """Let a function run."""
    _change(name, "enable", {}, data, json)


@app.command()
def disable(name: Name, data: Data = None, json: Json = False) -> None:
    """Let a function rest."""
    _change(name, "disable", {}, data, json)


@app.command()
def remove(name: Name, data: Data = None) -> None:
    """Forget a function with all its versions."""

    def ask(hub: HubClient) -> None:
        hub.delete(_path(name))
        out.print(f"[dim]{escape(name)} is forgotten.[/]")

    with_hub(data_folder(data), ask)


def _change(name: str, act: str, body: object, data: Path | None, json: bool) -> None:
    def ask(hub: HubClient) -> None:
        _show([msgspec.json.decode(hub.post(f"{_path(name)}/{act}", body), type=WireFunction)], json)

    with_hub(data_folder(data), ask)


def _functions(hub: HubClient) -> list[WireFunction]:
    return msgspec.json.decode(hub.get("/api/functions"), type=list[WireFunction])


def _next_version(hub: HubClient, name: str) -> int:
    return max((max(one.versions) for one in _functions(hub) if one.name == name), default=0) + 1


def _path(name: str) -> str:
    return f"/api/functions/{quote(name, safe='')}"


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as wrong:
        raise NotFound(f"{file} cannot be read: {wrong.strerror}.", code="function-unreadable") from wrong


def _show(functions: list[WireFunction], json: bool) -> None:
    if json:
        for one in functions:
            print_json(one)
        return
    if not functions:
        out.print("[dim]No function yet: jinn edge deploy FILE --on things/+/temperature[/]")
        return
    table = Table(box=None, header_style="dim")
    for column in ("function", "runs", "on trial", "good", "bad", "listens to", "state"):
        table.add_column(column)
    for one in functions:
        trial = f"v{one.trial} for {one.percent} %" if one.trial else "–"
        state = escape(one.problem) or "well" if one.enabled else f"[red]stopped[/] {escape(one.problem)}"
        active = f"v{one.active}" if one.active else "–"
        table.add_row(one.name, active, trial, str(one.good), str(one.bad), ", ".join(one.on), state)
    out.print(table)
