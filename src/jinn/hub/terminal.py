"""What every command needs: the terminal, the data folder, and the hub that it asks."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.markup import escape

from jinn.hub import serving
from jinn.hub.client import HubClient, Problem
from jinn.hub.settings import default_data_folder
from jinn.kernel import NotFound

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

Data = Annotated[
    Path | None, typer.Option("--data", help="The data folder; default: $JINN_DATA or ~/.local/share/jinn.")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]


def tell(code: str, sentence: str) -> None:
    """Say what went wrong, in the form that was asked for."""
    if "--json" in sys.argv:
        problem = {"error": msgspec.to_builtins(Problem(code=code, message=sentence))}
        print_json(problem)
    else:
        err.print(f"[red]jinn: {code}:[/] {escape(sentence)}", soft_wrap=True)


def print_json(value: object) -> None:
    """Exactly one object on one line."""
    sys.stdout.buffer.write(msgspec.json.encode(value) + b"\n")
    sys.stdout.buffer.flush()


def data_folder(chosen: Path | None) -> Path:
    """The folder, made when it is not there. Raises `NotFound` with code `data-folder`."""
    folder = (chosen or default_data_folder()).expanduser()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as wrong:
        raise NotFound(f"The data folder {folder} cannot be made: {wrong.strerror}.", code="data-folder") from wrong
    return folder


def with_hub(data: Path, ask: Callable[[HubClient], None], *, needs_voice: bool = False) -> None:
    """Ask the hub that runs on this data folder, else one that runs just for this call."""
    reached = serving.reach(data, needs_voice=needs_voice)
    try:
        ask(reached.client)
    finally:
        reached.close()
