"""`jinn os …`: programs of appliances."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from jinn.hub.generating import project_files, runtime_folder, write_project
from jinn.hub.terminal import Json, out, print_json
from jinn.kernel import NotFound

app = typer.Typer(no_args_is_help=True, help="Programs of appliances, on jinn OS.")


@app.callback()
def system() -> None:
    """Programs of appliances, on jinn OS."""


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Of the project: small letters, digits, - and _.")],
    *,
    model: Annotated[Path, typer.Option(help="The thing model: a TSL file, or a product.json.")],
    folder: Annotated[Path | None, typer.Option(help="Where it goes; default: a new folder of that name.")] = None,
    json: Json = False,
) -> None:
    """Write a device project that runs: product, driver, settings, and tests that hold from the first minute."""
    try:
        document = model.read_bytes()
    except OSError as wrong:
        raise NotFound(f"{model} cannot be read: {wrong.strerror}.", code="model-unreadable") from wrong
    files = project_files(name, document)
    into = folder or Path(name)
    write_project(into, files)
    if json:
        print_json({"folder": str(into), "files": sorted(files), "runtime": str(runtime_folder())})
        return
    for path in sorted(files):
        out.print(f"[dim]wrote[/] {escape(str(into / path))}")
    out.print(f"\nTry it:  [bold]JINN_OS={runtime_folder()} python3 -m unittest discover {escape(str(into))}/tests[/]")
