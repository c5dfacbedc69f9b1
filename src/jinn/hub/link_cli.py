"""`jinn link …`: accounts at vendors' smart-home clouds, and platforms that may ask for this home."""

from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import msgspec
import typer
from rich.markup import escape
from rich.table import Table

from jinn.hub.client import HubClient
from jinn.hub.terminal import Data, Json, data_folder, out, print_json, with_hub
from jinn.kernel import Invalid, NotFound
from jinn.things.genie import Begun, DiscoveredAll, VendorBody, WireDiscovered, WireLink
from jinn.things.genie.cloud import WireClient

app = typer.Typer(no_args_is_help=True, help="Accounts at vendors' smart-home clouds.")
platforms = typer.Typer(no_args_is_help=True, help="Platforms that may ask for this home, such as a Genie speaker's.")
app.add_typer(platforms, name="platforms")

Link = Annotated[str, typer.Argument(help="The account's id, as `jinn link list` shows it.")]


@app.command()
def add(
    vendor: Annotated[str, typer.Argument(help="A TOML file, or the name of one in vendors/ of the data folder.")],
    data: Data = None,
    json: Json = False,
) -> None:
    """Begin to link an account; prints the address that its owner opens in a browser."""
    file = Path(vendor)
    body: object = {"vendor": vendor}
    if file.suffix == ".toml":
        body = msgspec.to_builtins(_vendor_file(file))

    def ask(hub: HubClient) -> None:
        _show_begun(msgspec.json.decode(hub.post("/api/joining/links", body), type=Begun), json)

    with_hub(data_folder(data), ask)


@app.command()
def again(link: Link, data: Data = None, json: Json = False) -> None:
    """Link an account anew, when its cloud lets us in no more."""

    def ask(hub: HubClient) -> None:
        _show_begun(msgspec.json.decode(hub.post(f"{_path(link)}/link", {}), type=Begun), json)

    with_hub(data_folder(data), ask)


@app.command("list")
def list_links(data: Data = None, json: Json = False) -> None:
    """Every account: whether it works, and how many things it brings."""

    def ask(hub: HubClient) -> None:
        links = msgspec.json.decode(hub.get("/api/joining/links"), type=list[WireLink])
        if json:
            for link in links:
                print_json(link)
            return
        if not links:
            out.print("[dim]No account yet: jinn link add FILE.toml[/]")
            return
        table = Table(box=None, header_style="dim")
        for column in ("id", "vendor", "state", "things", "problem"):
            table.add_column(column)
        for link in links:
            problem = "" if isinstance(link.problem, msgspec.UnsetType) else link.problem.message
            names = f"{link.names.en} {link.names.zh}" if link.names.zh != link.names.en else link.names.en
            table.add_row(link.id, escape(names), link.state, str(link.things), escape(problem))
        out.print(table)

    with_hub(data_folder(data), ask)


@app.command()
def remove(link: Link, data: Data = None) -> None:
    """Forget an account, and the things that it brought."""

    def ask(hub: HubClient) -> None:
        hub.delete(_path(link))
        out.print("[dim]The account and its things are forgotten.[/]")

    with_hub(data_folder(data), ask)


@app.command()
def discover(
    link: Annotated[str | None, typer.Argument(help="The account's id; default: all of them.")] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Ask accounts for their devices."""

    def ask(hub: HubClient) -> None:
        if link is None:
            told = msgspec.json.decode(hub.post("/api/joining/discover", {}), type=DiscoveredAll)
        else:
            one = msgspec.json.decode(hub.post(f"{_path(link)}/discover", {}), type=WireDiscovered)
            told = DiscoveredAll(found=[one], failed=[])
        if json:
            print_json(told)
            return
        for one in told.found:
            skipped = f", {one.skipped} that cannot be read" if one.skipped else ""
            out.print(f"{one.link}: {one.things} things, {one.added} new, {one.removed} gone{skipped}")
        for problem in told.failed:
            out.print(f"[red]{problem.code}[/] {escape(problem.message)}")

    with_hub(data_folder(data), ask)


@platforms.command("add")
def add_platform(
    name: Annotated[str, typer.Argument(help="What people call it.")],
    redirect: Annotated[list[str], typer.Option(help="Where its users are sent back to; again for more.")],
    data: Data = None,
    json: Json = False,
) -> None:
    """Register a platform; prints what its account linking is configured with."""

    def ask(hub: HubClient) -> None:
        body = {"name": name, "redirect_uris": redirect}
        client = msgspec.json.decode(hub.post("/api/genie/clients", body), type=WireClient)
        if json:
            print_json(client)
            return
        out.print(f"[dim]client id[/]     {client.client_id}\n[dim]client secret[/] {client.client_secret}")
        out.print("[dim]authorize[/]     /oauth/authorize\n[dim]token[/]         /oauth/token")
        out.print("[dim]gateway[/]       /genie/gateway   [dim](each behind http.public_url)[/]")

    with_hub(data_folder(data), ask)


@platforms.command("list")
def list_platforms(data: Data = None) -> None:
    """Every platform that may ask for this home."""

    def ask(hub: HubClient) -> None:
        for client in msgspec.json.decode(hub.get("/api/genie/clients"), type=list[WireClient]):
            out.print(f"{client.client_id} {escape(client.name)} [dim]{escape(', '.join(client.redirect_uris))}[/]")

    with_hub(data_folder(data), ask)


@platforms.command("remove")
def remove_platform(client: Annotated[str, typer.Argument(help="Its client id.")], data: Data = None) -> None:
    """Let a platform in no more."""
    with_hub(data_folder(data), lambda hub: _removed(hub, f"/api/genie/clients/{quote(client, safe='')}"))


def _removed(hub: HubClient, path: str) -> None:
    hub.delete(path)
    out.print("[dim]It is let in no more.[/]")


def _show_begun(begun: Begun, json: bool) -> None:
    if json:
        print_json(begun)
    else:
        out.print("Open this in a browser within ten minutes:")
        out.print(escape(begun.authorize_url), soft_wrap=True)


def _vendor_file(file: Path) -> VendorBody:
    try:
        return msgspec.toml.decode(file.read_bytes(), type=VendorBody)
    except OSError as wrong:
        raise NotFound(f"{file} cannot be read: {wrong.strerror}.", code="vendor-not-found") from wrong
    except (msgspec.MsgspecError, UnicodeDecodeError) as wrong:
        raise Invalid(f"{file.name}: {wrong}", code="bad-vendor") from wrong


def _path(link: str) -> str:
    return f"/api/joining/links/{quote(link, safe='')}"
