"""`jinn firmware …`: signing packages, keeping them, and bringing them to things in stages."""

import os
import time
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import msgspec
import typer
from rich.markup import escape
from rich.table import Table

from jinn.hub.client import HubClient
from jinn.hub.settings import read_or_make_maker_key
from jinn.hub.terminal import Data, Json, data_folder, out, print_json, with_hub
from jinn.kernel import Invalid, NotFound, Refused, Secret
from jinn.things.firmware import new_key, pack, public_of
from jinn.things.firmware.manifest import Notes
from jinn.things.firmware.rolling import AT_ONCE, FAILURE_LIMIT_PERCENT
from jinn.things.firmware.wire import WireImage, WireRollout

app = typer.Typer(no_args_is_help=True, help="New programs for things.")

PACKAGE_ENDING, MANIFEST_ENDING = ".package", ".manifest"
LOOK_EVERY_S = 1.0

KeyFile = Annotated[
    Path | None,
    typer.Option("--key", help="The maker's key; default: maker.key in the data folder, for the demo home."),
]
RolloutId = Annotated[str, typer.Argument(help="The rollout's id, or last.")]


@app.command()
def keygen(file: Annotated[Path, typer.Argument(help="Where to write it; must not exist.")]) -> None:
    """Make a maker's key, and print the public one that a product is registered with (`update_key`)."""
    key = new_key()
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as wrong:
        raise Refused(f"{file} cannot be made: {wrong.strerror}.", code="key-not-made") from wrong
    with os.fdopen(handle, "w") as opened:
        opened.write(key.reveal())
    out.print(public_of(key))


@app.command()
def sign(
    source: Annotated[Path, typer.Argument(help="A folder with the whole program, or one file.")],
    product: Annotated[str, typer.Option(help="The product key of the things that it is for.")],
    version: Annotated[str, typer.Option(help="What people call it: 1.2.0.")],
    counter: Annotated[int, typer.Option(help="Grows with every version; things go forwards only.")],
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Without ending; default: PRODUCT-VERSION.")
    ] = None,
    module: Annotated[str, typer.Option(help="The module of the thing; default: the thing itself.")] = "default",
    notes: Annotated[str, typer.Option(help="What is new, in English.")] = "",
    notes_zh: Annotated[str, typer.Option(help="What is new, in Mandarin.")] = "",
    key: KeyFile = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Make a package, and sign its manifest as the product's maker."""
    package = pack(
        source, key=_key(key, data), product_key=product, version=version, counter=counter, module=module,
        notes=Notes(en=notes, zh=notes_zh or notes),
    )  # fmt: skip
    target = output or Path(f"{product}-{version}")
    paths = [target.with_name(target.name + ending) for ending in (PACKAGE_ENDING, MANIFEST_ENDING)]
    for path, content in zip(paths, (package.content, package.blob), strict=True):
        path.write_bytes(content)
    if json:
        print_json({"package": str(paths[0]), "manifest": str(paths[1]), "size": package.manifest.size})
    else:
        out.print(f"{paths[0]} [dim]{package.manifest.size} bytes, {len(package.manifest.files)} files[/]")


@app.command()
def add(
    package: Annotated[Path, typer.Argument(help="What `sign` wrote: PRODUCT-VERSION.package, beside its manifest.")],
    data: Data = None,
    json: Json = False,
) -> None:
    """Hand a signed package to the hub."""
    content = _read(package)
    manifest = _read(package.with_name(package.name.removesuffix(PACKAGE_ENDING) + MANIFEST_ENDING))

    def ask(hub: HubClient) -> None:
        image = msgspec.json.decode(hub.add_firmware(manifest, content), type=WireImage)
        if json:
            print_json(image)
        else:
            out.print(f"[b]{image.id}[/] {escape(image.product_key)} {escape(image.version)}")

    with_hub(data_folder(data), ask)


@app.command()
def rollout(
    firmware: Annotated[str, typer.Argument(help="Its id, or PRODUCT@VERSION.")],
    *,
    percent: Annotated[int, typer.Option(help="Of the things, to begin with; again with more lets more in.")] = 100,
    group: Annotated[str | None, typer.Option(help="area:ID, tag:KEY=VALUE or things:ID,ID.")] = None,
    failure_limit: Annotated[
        float, typer.Option(help="In percent; beyond it the rollout stops.")
    ] = FAILURE_LIMIT_PERCENT,
    at_once: Annotated[int, typer.Option(help="Things on their way at the same time.")] = AT_ONCE,
    watch: Annotated[bool, typer.Option("--watch", help="Stay until it is done or stopped.")] = False,
    data: Data = None,
    json: Json = False,
) -> None:
    """Bring a firmware to things; of one that is under way, let more things in."""

    def ask(hub: HubClient) -> None:
        image = _image(hub, firmware)
        running = [one for one in _rollouts(hub) if one.firmware.id == image.id and one.state in ("running", "paused")]
        if running:
            answer = hub.put(f"/api/rollouts/{running[0].id}", {"percent": percent})
        else:
            wish = {"firmware": image.id, "percent": percent, "group": group,
                    "failure_limit_percent": failure_limit, "at_once": at_once}  # fmt: skip
            answer = hub.post("/api/rollouts", wish)
        shown = msgspec.json.decode(answer, type=WireRollout)
        while watch and shown.state in ("running", "paused"):
            time.sleep(LOOK_EVERY_S)
            shown = _rollout(hub, shown.id)
        _show([shown], json)

    with_hub(data_folder(data), ask)


@app.command()
def status(
    rollout: Annotated[str | None, typer.Argument(help="One rollout's id, or last; default: all.")] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """How far rollouts are."""

    def ask(hub: HubClient) -> None:
        _show([_rollout(hub, rollout)] if rollout else _rollouts(hub), json)

    with_hub(data_folder(data), ask)


@app.command()
def pause(rollout: RolloutId = "last", data: Data = None, json: Json = False) -> None:
    """Let no further thing begin."""
    _hold("pause", rollout, data, json)


@app.command()
def resume(rollout: RolloutId = "last", data: Data = None, json: Json = False) -> None:
    """Go on with a rollout that was paused."""
    _hold("resume", rollout, data, json)


@app.command()
def stop(rollout: RolloutId = "last", data: Data = None, json: Json = False) -> None:
    """End a rollout for good."""
    _hold("stop", rollout, data, json)


def _hold(deed: str, rollout: str, data: Path | None, json: bool) -> None:
    def ask(hub: HubClient) -> None:
        found = _rollout(hub, rollout)
        _show([msgspec.json.decode(hub.post(f"/api/rollouts/{found.id}/{deed}", {}), type=WireRollout)], json)

    with_hub(data_folder(data), ask)


def _rollouts(hub: HubClient) -> list[WireRollout]:
    return msgspec.json.decode(hub.get("/api/rollouts"), type=list[WireRollout])


def _rollout(hub: HubClient, rollout: str) -> WireRollout:
    if rollout == "last":
        found = _rollouts(hub)
        if not found:
            raise NotFound("There has been no rollout yet.", code="rollout-not-found")
        return found[0]
    return msgspec.json.decode(hub.get(f"/api/rollouts/{quote(rollout, safe='')}"), type=WireRollout)


def _image(hub: HubClient, text: str) -> WireImage:
    product, _, version = text.rpartition("@")
    for image in msgspec.json.decode(hub.get("/api/firmware"), type=list[WireImage]):
        if text == image.id or (product == image.product_key and version == image.version):
            return image
    raise NotFound(f"There is no firmware {text!r}.", code="firmware-not-found")


def _show(rollouts: list[WireRollout], json: bool) -> None:
    if json:
        for one in rollouts:
            print_json(one)
        return
    for one in rollouts:
        counts = one.counts
        out.print(
            f"[b]{one.id}[/] {escape(one.firmware.product_key)} {escape(one.firmware.version)}: {one.state}, "
            f"{one.percent} % of {counts.total}; {counts.confirmed} confirmed, {counts.updating} on their way, "
            f"{counts.waiting} waiting, {counts.failed} failed"
        )
        if not isinstance(one.reason, msgspec.UnsetType):
            out.print(f"  [yellow]{escape(one.reason.en)}[/]")
        table = Table("thing", "state", "%", "problem", box=None)
        for update in one.updates:
            problem = (
                ""
                if isinstance(update.problem, msgspec.UnsetType)
                else f"{update.problem.code}: {update.problem.message}"
            )
            table.add_row(escape(update.thing), update.state, str(update.percent), escape(problem))
        out.print(table)


def _key(path: Path | None, data: Path | None) -> Secret:
    if path is None:
        return read_or_make_maker_key(data_folder(data))
    try:
        return Secret(_read(path).decode().strip())
    except UnicodeDecodeError as wrong:
        raise Invalid(f"{path} is no key.", code="key-malformed") from wrong


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as wrong:
        raise NotFound(f"{path} cannot be read: {wrong.strerror}.", code="file-unreadable") from wrong
