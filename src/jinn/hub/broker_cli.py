"""`jinn broker …`: who may use the plain MQTT broker."""

from typing import Annotated
from urllib.parse import quote

import msgspec
import typer
from rich.markup import escape

from jinn.hub.client import HubClient
from jinn.hub.terminal import Data, Json, data_folder, out, print_json, with_hub
from jinn.people import BrokerClientBody, BrokerToken

app = typer.Typer(no_args_is_help=True, help="Programs that may use the plain MQTT broker.")

Name = Annotated[str, typer.Argument(help="The client's name, with which it connects.")]
Topics = list[str] | None


@app.command()
def add(
    name: Name,
    *,
    topics: Annotated[Topics, typer.Option(help="It may publish and subscribe to these: 'homeassistant/#'.")] = None,
    publish: Annotated[Topics, typer.Option(help="It may only publish on these.")] = None,
    subscribe: Annotated[Topics, typer.Option(help="It may only subscribe to these.")] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Let a program in; prints its password, once."""

    def ask(hub: HubClient) -> None:
        body = {"name": name, "topics": topics or [], "publish": publish or [], "subscribe": subscribe or []}
        made = msgspec.json.decode(hub.post("/api/broker/clients", body), type=BrokerToken)
        if json:
            print_json(made)
        else:
            out.print(f"[dim]name[/] {escape(made.name)}\n[dim]password[/] {escape(made.token)}")

    with_hub(data_folder(data), ask)


@app.command("list")
def show(data: Data = None, json: Json = False) -> None:
    """Who may come in, and with which topics."""

    def ask(hub: HubClient) -> None:
        for one in msgspec.json.decode(hub.get("/api/broker/clients"), type=list[BrokerClientBody]):
            if json:
                print_json(one)
            else:
                says, hears = escape(", ".join(one.publish)), escape(", ".join(one.subscribe))
                out.print(f"{escape(one.name)}  [dim]publishes[/] {says}  [dim]subscribes[/] {hears}")

    with_hub(data_folder(data), ask)


@app.command()
def remove(name: Name, data: Data = None) -> None:
    """Let a program in no more, and end its connections."""
    with_hub(data_folder(data), lambda hub: _gone(hub, name))


def _gone(hub: HubClient, name: str) -> None:
    hub.delete(f"/api/broker/clients/{quote(name, safe='')}")
    out.print(f"{escape(name)} is let in no more.")
