"""`jinn worker …`: lend this box's memory to a hub, and say which boxes may."""

import os
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import anyio
import msgspec
import typer
from rich.markup import escape

from jinn.edge.placement import BoxKind
from jinn.hub import worker
from jinn.hub.client import HubClient
from jinn.hub.terminal import Data, Json, data_folder, out, print_json, with_hub
from jinn.hub.workers import JoinFile, WorkerWire
from jinn.kernel import Invalid

app = typer.Typer(help="Lend this box's memory to a hub on another one; say which boxes may.")

Name = Annotated[str, typer.Argument(help="What the box is called: a-z, 0-9 and -.")]


@app.callback(invoke_without_command=True)
def lend(
    context: typer.Context,
    join: Annotated[Path | None, typer.Option(help="The file that `jinn worker add` made on the hub.")] = None,
    kind: Annotated[str, typer.Option(help="speaker or region.")] = "region",
    data: Data = None,
) -> None:
    """Run models that a hub on another box places here, until Ctrl-C."""
    if context.invoked_subcommand is not None:
        return
    if kind not in ("speaker", "region"):
        raise typer.BadParameter(f"--kind is speaker or region, not {kind!r}.")
    chosen: BoxKind = "speaker" if kind == "speaker" else "region"
    anyio.run(worker.work, data_folder(data), chosen, join, out, backend_options={"use_uvloop": True})


@app.command()
def add(
    name: Name,
    file: Annotated[Path | None, typer.Option(help="Where its join file is written; default: NAME.join here.")] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Let a box work for this hub; writes the file that it joins with, once."""
    path = file or Path(f"{name}.join")
    if path.exists() and not json:
        raise Invalid(f"{path} is there already.", code="file-exists")

    def ask(hub: HubClient) -> None:
        made = msgspec.json.decode(hub.post("/api/workers", {"name": name}), type=JoinFile)
        if json:
            print_json(made)
            return
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(msgspec.json.format(msgspec.json.encode(made), indent=2))
        out.print(f"On that box: jinn worker --join {escape(str(path))}  [dim](it holds a password)[/]")

    with_hub(data_folder(data), ask)


@app.command("list")
def show(data: Data = None, json: Json = False) -> None:
    """Which boxes may work for this hub, which are there, and what runs on them."""

    def ask(hub: HubClient) -> None:
        for one in msgspec.json.decode(hub.get("/api/workers"), type=list[WorkerWire]):
            if json:
                print_json(one)
            else:
                out.print(f"{escape(one.name)}  {one.state}  [dim]{escape(', '.join(one.runs))}[/]")

    with_hub(data_folder(data), ask)


@app.command()
def remove(name: Name, data: Data = None) -> None:
    """Let a box in no more, from this moment on."""

    def ask(hub: HubClient) -> None:
        hub.delete(f"/api/workers/{quote(name, safe='')}")
        out.print(f"{escape(name)} is let in no more.")

    with_hub(data_folder(data), ask)
