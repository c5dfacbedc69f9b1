"""`jinn devices enrol …`: letting a product's devices fetch their secrets by themselves."""

from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import msgspec
import typer

from jinn.hub.client import HubClient
from jinn.hub.terminal import Data, Json, data_folder, out, print_json, with_hub
from jinn.kernel import Invalid, NotFound


def enrol(
    model: Annotated[Path, typer.Option(help="The thing model, a TSL file.")],
    is_open: Annotated[bool, typer.Option("--open", help="Also devices that nobody has added here before.")] = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Register a product, and make a secret with which its devices enrol; it is shown this once."""
    document = _read(model)

    def ask(hub: HubClient) -> None:
        made = msgspec.json.decode(hub.post("/api/products", {"model": document}), type=dict[str, str | int])
        key = str(made["productKey"])
        answer = hub.put(f"/api/products/{quote(key, safe='')}/access", {"open": is_open})
        access = msgspec.json.decode(answer, type=dict[str, str | bool])
        if json:
            print_json(access)
        else:
            out.print(f"[dim]productKey[/] {access['productKey']}\n[dim]productSecret[/] {access['productSecret']}")

    with_hub(data_folder(data), ask)


def _read(model: Path) -> object:
    try:
        return msgspec.json.decode(model.read_bytes())
    except OSError as wrong:
        raise NotFound(f"{model} cannot be read: {wrong.strerror}.", code="model-unreadable") from wrong
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        raise Invalid(f"This thing model is no JSON: {wrong}.", code="model-unreadable") from wrong
