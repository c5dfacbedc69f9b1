"""`jinn model …` and `jinn thing …`: thing models in other forms, and devices held against theirs."""

import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import msgspec
import typer
from rich.markup import escape
from rich.table import Table

from jinn.hub.client import HubClient
from jinn.hub.terminal import Data, Json, data_folder, err, out, print_json, with_hub
from jinn.kernel import NotFound
from jinn.things.forms import FORMS, Loss, Sheet, SheetResult, export, read_any, sheet_of
from jinn.things.forms.http import wire_losses

models = typer.Typer(no_args_is_help=True, help="Thing models, in the forms of other ecosystems.")
checks = typer.Typer(no_args_is_help=True, help="One thing of the home.")

Source = Annotated[Path, typer.Argument(help="A product.json, a TSL file, or a document in one of the other forms.")]


@models.command()
def convert(
    file: Source,
    *,
    to: Annotated[str, typer.Option(help=f"One of {', '.join(FORMS)}.")],
    source: Annotated[str | None, typer.Option("--from", help="Its form, where it cannot be told.")] = None,
    json: Json = False,
) -> None:
    """Write a model in another form; what is lost is said on standard error."""
    imported = read_any(_read(file), source)
    exported = export(imported.product, to)
    if json:
        losses = {"left": wire_losses(imported.losses), "lost": wire_losses(exported.losses)}
        print_json({"from": imported.form, "to": to, "document": exported.document, **losses})
        return
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(exported.document), indent=2) + b"\n")
    sys.stdout.buffer.flush()
    _tell_losses("left out when it was read", imported.losses)
    _tell_losses(f"lost in {to}", exported.losses)


@models.command()
def sheet(file: Source, json: Json = False) -> None:
    """List the checks that a device of this model must pass."""
    found = sheet_of(read_any(_read(file)).product)
    if json:
        print_json(found)
        return
    _show(found)


@checks.command()
def check(
    thing: Annotated[str, typer.Argument(help="Its id or its name in either language.")],
    data: Data = None,
    json: Json = False,
) -> None:
    """Hold a device against the test sheet of its model; everything is set back afterwards."""
    failed: list[str] = []

    def ask(hub: HubClient) -> None:
        answer = hub.post(f"/api/things/{quote(thing, safe='')}/checks", {})
        result = msgspec.json.decode(answer, type=SheetResult)
        failed.extend(done.id for done in result.checks if not done.is_passed)
        if json:
            print_json(result)
        else:
            _show_result(result)

    with_hub(data_folder(data), ask)
    if failed:
        raise typer.Exit(1)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as wrong:
        raise NotFound(f"{file} cannot be read: {wrong.strerror}.", code="model-unreadable") from wrong


def _tell_losses(title: str, losses: tuple[Loss, ...]) -> None:
    if losses:
        err.print(f"[yellow]{len(losses)} {title}:[/]")
        for loss in losses:
            err.print(f"  {escape(loss.path)}: {escape(loss.what)} [dim]({escape(loss.why)})[/]", soft_wrap=True)


def _show(found: Sheet) -> None:
    table = Table("check", "what is done", "what must come of it", title=f"{found.product}: {len(found.checks)} checks")
    for one in found.checks:
        table.add_row(one.id, escape(one.does), escape(one.expects))
    out.print(table)


def _show_result(result: SheetResult) -> None:
    for done in result.checks:
        mark = "[green]✓[/]" if done.is_passed else "[red]✗[/]"
        why = f" [dim]{escape(done.saw)}[/]" if done.saw else ""
        out.print(f"{mark} {escape(done.id)}: {escape(done.expects)}{why}", soft_wrap=True)
    passed = sum(done.is_passed for done in result.checks)
    out.print(f"{passed} of {len(result.checks)} passed")
