"""`jinn region …`: run the far side of homes' uplinks, let homes in and out, see their things, and wish."""

import ssl
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import anyio
import msgspec
import typer
from rich.markup import escape
from rich.table import Table

from jinn.edge.uplink.http import AddedHome, HomeWire, MirroredWire, PastWire, WishWire
from jinn.hub import regional
from jinn.hub.client import HubClient, running_hub
from jinn.hub.settings import read_or_make_token
from jinn.hub.terminal import Data, Json, data_folder, out, print_json
from jinn.kernel import Invalid, Secret, SystemClock, Unavailable
from jinn.runtime import Certified

app = typer.Typer(no_args_is_help=True, help="A region: mirrors many homes, and may wish.")

Home = Annotated[str, typer.Argument(help="The home's name, as `jinn region homes` shows it.")]
Thing = Annotated[str, typer.Argument(help="The thing's id, as `jinn region things` shows it.")]

_LOOK_EVERY_S = 0.2


@app.command()
def up(
    *,
    data: Data = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on for homes; others than loopback speak TLS only.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="For homes; 0: any free one.")] = 7422,
    name: Annotated[
        list[str] | None,
        typer.Option(help="Name or address by which homes reach it, for its certificate; again for more."),
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option(help="PEM file of your own; default: one by the region's own authority.")
    ] = None,
    key: Annotated[Path | None, typer.Option(help="PEM file of its key.")] = None,
    http_host: Annotated[str, typer.Option(help="Of the API; others than loopback speak TLS only.")] = "127.0.0.1",
    http_port: Annotated[int, typer.Option(help="Of the API; 0: any free one.")] = 8330,
    database: Annotated[
        str | None, typer.Option(help="A PostgreSQL address; default: SQLite in the data folder.")
    ] = None,
) -> None:
    """Start the region, and stay until Ctrl-C."""
    folder = _folder(data)
    if (certificate is None) != (key is None):
        raise Invalid("A certificate and its key come together.", code="region-tls")
    own = Certified(certificate=certificate, key=key) if certificate is not None and key is not None else None
    options = regional.RegionOptions(
        host=host, port=port, names=tuple(name or ()), own=own, http_host=http_host, http_port=http_port,
        database=Secret(database) if database else None,
    )  # fmt: skip
    token = _token(folder)
    anyio.run(regional.serve_region, folder, options, token, out.print, backend_options={"use_uvloop": True})


@app.command()
def add(
    home: Annotated[str, typer.Argument(help="The home's name: a-z, 0-9 and -.")], data: Data = None, json: Json = False
) -> None:
    """Let a home in; prints its credentials file, once: keep it on the home's box, readable by its owner only."""
    folder = _folder(data)
    region = _running(folder)
    if region is None:
        made = AddedHome(home=home, credentials=regional.add_home(folder, home, SystemClock()))
    else:
        made = msgspec.json.decode(region.post("/api/region/homes", {"home": home}), type=AddedHome)
        region.close()
    if json:
        print_json(made)
    else:
        typer.echo(made.credentials, nl=False)


@app.command()
def remove(home: Home, data: Data = None) -> None:
    """Let a home in no more, from this moment on, and forget what it told."""
    _ask(data, lambda region: region.delete(f"/api/region/homes/{quote(home, safe='')}"))
    out.print(f"{escape(home)} is let in no more, and what it told is forgotten.")


@app.command()
def homes(data: Data = None, json: Json = False) -> None:
    """Every home: whether it is reached, and what waits for it."""

    def ask(region: HubClient) -> None:
        found = msgspec.json.decode(region.get("/api/region/homes"), type=list[HomeWire])
        if json:
            for home in found:
                print_json(home)
            return
        table = Table(box=None, header_style="dim")
        for column in ("home", "state", "heard", "things", "wishes that wait", "missed"):
            table.add_column(column)
        for one in found:
            missed = "" if one.gap is None else f"{one.gap.missed} changes until {_at(one.gap.until_ms)}"
            heard = "" if one.seen_ms is None else _at(one.seen_ms)
            table.add_row(one.home, one.state, heard, str(one.things), str(one.waiting), missed)
        out.print(table)

    _ask(data, ask)


@app.command()
def things(home: Home, data: Data = None, json: Json = False) -> None:
    """A home's things, as they were told last."""

    def ask(region: HubClient) -> None:
        found = msgspec.json.decode(region.get(f"{_path(home)}/things"), type=list[MirroredWire])
        for one in found:
            if json:
                print_json(one)
                continue
            state = "online" if one.online else "offline"
            out.print(f"[bold]{escape(one.thing)}[/]  {escape(one.names.en)} {escape(one.names.zh)}  [dim]{state}[/]")
            for name, said in one.properties.items():
                out.print(f"  {escape(name)} = {escape(str(said.value))}  [dim]{_at(said.at_ms)}[/]")

    _ask(data, ask)


@app.command()
def wish(
    *,
    home: Home,
    thing: Thing,
    prop: Annotated[str, typer.Argument(metavar="PROPERTY")],
    value: Annotated[str, typer.Argument(help='As JSON: 1, 21.5, "text"; anything else is taken as text.')],
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Also when the home has changed it since the region last saw it.")
    ] = False,
    wait_s: Annotated[float, typer.Option("--wait", help="Seconds to wait for what comes of it.")] = 5.0,
    data: Data = None,
    json: Json = False,
) -> None:
    """Want a value of a thing: kept while its home is away, done once the thing's own report has come up."""

    def ask(region: HubClient) -> None:
        body = {"properties": {prop: _value(value)}, "anyway": anyway}
        path = f"{_path(home)}/things/{quote(thing, safe='')}/wishes"
        made = msgspec.json.decode(region.post(path, body), type=WishWire)
        deadline_s = time.monotonic() + wait_s
        while made.state in ("kept", "taken") and time.monotonic() < deadline_s:
            time.sleep(_LOOK_EVERY_S)
            made = msgspec.json.decode(region.get(f"{_path(home)}/wishes/{made.id}"), type=WishWire)
        _show_wish(made, json=json)
        if made.state == "not-done":
            sys.exit(1)

    _ask(data, ask)


@app.command()
def wishes(home: Home, data: Data = None, json: Json = False) -> None:
    """What was wished of a home and what came of it, the newest first."""

    def ask(region: HubClient) -> None:
        for one in msgspec.json.decode(region.get(f"{_path(home)}/wishes"), type=list[WishWire]):
            _show_wish(one, json=json)

    _ask(data, ask)


@app.command()
def history(
    *,
    home: Home,
    thing: Thing,
    prop: Annotated[str, typer.Argument(metavar="PROPERTY")],
    hours: Annotated[float, typer.Option(help="Of the last so many hours.")] = 24.0,
    data: Data = None,
    json: Json = False,
) -> None:
    """What a property was: the last value of each minute in which the thing said something."""

    def ask(region: HubClient) -> None:
        since_ms = int((time.time() - hours * 3600) * 1000)
        query = f"property={quote(prop, safe='')}&since_ms={since_ms}"
        answer = region.get(f"{_path(home)}/things/{quote(thing, safe='')}/history?{query}")
        past = msgspec.json.decode(answer, type=PastWire)
        if json:
            print_json(past)
            return
        for said in past.samples:
            out.print(f"{_at(said.at_ms)}  {escape(str(said.value))}")
        for gap in past.gaps:
            out.print(f"[yellow]{_at(gap.since_ms)} to {_at(gap.until_ms)}: {gap.missed} changes were never told[/]")

    _ask(data, ask)


def _folder(data: Path | None) -> Path:
    folder = data_folder(data) / "region"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _token(folder: Path) -> Secret:
    return read_or_make_token(folder)


def _running(folder: Path) -> HubClient | None:
    authority = folder / "ca.pem"
    trust = ssl.create_default_context(cafile=authority) if authority.exists() else None
    return running_hub(folder, _token(folder), trust=trust)


def _ask(data: Path | None, ask: Callable[[HubClient], object]) -> None:
    """Raises `Unavailable`: code `region-away`."""
    region = _running(_folder(data))
    if region is None:
        raise Unavailable("No region runs on this data folder: jinn region up.", code="region-away")
    try:
        ask(region)
    finally:
        region.close()


def _show_wish(one: WishWire, *, json: bool) -> None:
    if json:
        print_json(one)
        return
    wanted = ", ".join(f"{name} = {value}" for name, value in one.properties.items())
    out.print(f"[dim]{one.id}[/] {escape(one.thing)} {escape(wanted)}: {escape(one.said.en)}  {escape(one.said.zh)}")


def _value(text: str) -> object:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text


def _path(home: str) -> str:
    return f"/api/region/homes/{quote(home, safe='')}"


def _at(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000).astimezone():%m-%d %H:%M:%S}"
