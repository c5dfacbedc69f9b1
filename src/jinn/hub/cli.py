"""The command line: `jinn …`."""

import logging
import os
import sys
from pathlib import Path
from typing import Annotated

import anyio
import msgspec
import typer
from rich.markup import escape
from typer.exceptions import TyperException

from jinn.hub import (
    broker_cli,
    doctor,
    edge_cli,
    enrol_cli,
    firmware_cli,
    forms_cli,
    link_cli,
    os_cli,
    region_cli,
    rule_cli,
    serving,
    showing,
    understanding,
    worker_cli,
)
from jinn.hub.client import HubClient
from jinn.hub.terminal import Data, Json, data_folder, out, print_json, tell, with_hub
from jinn.kernel import JinnError, NotFound, Secret
from jinn.language import TurnWire

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
                  help="An open platform for smart speakers and the things around them.")  # fmt: skip
devices = typer.Typer(no_args_is_help=True, help="Things of the home, as devices.")
app.add_typer(devices, name="devices")
app.add_typer(broker_cli.app, name="broker")
app.add_typer(forms_cli.models, name="model")
app.add_typer(forms_cli.checks, name="thing")
app.add_typer(edge_cli.app, name="edge")
app.add_typer(os_cli.app, name="os")
app.add_typer(firmware_cli.app, name="firmware")
app.add_typer(link_cli.app, name="link")
app.add_typer(rule_cli.app, name="rule")
app.add_typer(region_cli.app, name="region")
app.add_typer(worker_cli.app, name="worker")


def main() -> None:
    """Run one command; every failure is one sentence with a stable code."""
    code = _run()
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    # Not `sys.exit`: a model that is still being loaded cannot be stopped, and its library aborts the process when
    # the interpreter is taken down around it. Everything of ours is closed by now.
    os._exit(code)


def _run() -> int:
    """The exit code of the command."""
    try:
        # What it returns is the exit code of a command that ended early: 130 after Ctrl-C, for one.
        ended = app(standalone_mode=False)
    except TyperException as wrong:
        _tell_usage(wrong)
        return 2
    except typer.Abort:
        return 130
    except JinnError as wrong:
        tell(wrong.stable_code(), wrong.sentence)
        return 1
    except BrokenPipeError:
        # Whoever read our output has gone; nothing is left to say, and nowhere to flush it to.
        os._exit(1)
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else 1
    return ended if isinstance(ended, int) else 0


def _tell_usage(wrong: TyperException) -> None:
    message = wrong.format_message()
    if not message:
        # No command at all was asked for, and the help has been shown instead.
        return
    # Hints of possible words stand on lines of their own.
    sentence = " ".join(message.split())
    tell("usage", sentence if sentence.endswith((".", "?", "!")) else f"{sentence}.")


@app.command()
def up(
    data: Data = None,
    port: Annotated[int | None, typer.Option(help="Of the page and the API; default 8320.")] = None,
    mqtt_port: Annotated[
        int | None, typer.Option(help="Of the door for devices; default 1883, else a free one.")
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on; others than loopback demand pairing.")] = None,
    no_demo: Annotated[bool, typer.Option("--no-demo", help="Start with an empty home.")] = False,
) -> None:
    """Start the hub, and stay until Ctrl-C."""
    chosen = serving.Chosen(port=port, mqtt_port=mqtt_port, host=host, demo=False if no_demo else None)
    anyio.run(serving.serve, data_folder(data), chosen, out, backend="asyncio", backend_options={"use_uvloop": True})


@app.command()
def demo(data: Data = None) -> None:
    """Hear one recorded sentence in each language, show both traces, and exit."""
    anyio.run(serving.serve_demo, data_folder(data), out, backend="asyncio", backend_options={"use_uvloop": True})


@app.command()
def say(
    text: str,
    lang: Annotated[str, typer.Option(help="en or zh.")] = "en",
    data: Data = None,
    json: Json = False,
) -> None:
    """Say something to the home, in writing."""
    _check_lang(lang, ("en", "zh"))
    with_hub(data_folder(data), lambda hub: _show(hub.say(text, lang), json))


@app.command()
def hear(
    files: list[Path],
    lang: Annotated[str, typer.Option(help="auto, en or zh.")] = "auto",
    data: Data = None,
    json: Json = False,
) -> None:
    """Let the home hear sound files, one after the other."""
    _check_lang(lang, ("auto", "en", "zh"))
    failed: list[JinnError] = []

    def ask(hub: HubClient) -> None:
        for file in files:
            try:
                _show(hub.hear(file, lang), json)
            except JinnError as wrong:
                tell(wrong.stable_code(), f"{file.name}: {wrong.sentence}")
                failed.append(wrong)

    with_hub(data_folder(data), ask, needs_voice=True)
    if failed:
        sys.exit(1)


@app.command()
def understand(
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Lines of JSON in, lines of JSON out.")] = False,
    data: Data = None,
) -> None:
    """Understand sentences from standard input, and do nothing."""
    if not jsonl:
        raise typer.BadParameter("understand reads JSON lines: add --jsonl.")
    understanding.understand_lines(sys.stdin.buffer, print_json, data_folder(data))


@app.command()
def things(data: Data = None, json: Json = False) -> None:
    """List the things of the home, with their state as they reported it."""

    def ask(hub: HubClient) -> None:
        found = hub.get("/api/things")
        if json:
            for thing in msgspec.json.decode(found, type=list[msgspec.Raw]):
                print_json(thing)
        else:
            showing.show_things(out, msgspec.json.decode(found, type=list[showing.ThingShown]))

    with_hub(data_folder(data), ask)


devices.command("enrol")(enrol_cli.enrol)


@devices.command("add")
def add_device(
    *,
    model: Annotated[Path, typer.Option(help="The thing model, a TSL file.")],
    name: Annotated[str, typer.Option(help="What people call it.")],
    room: Annotated[str | None, typer.Option(help="Id or name of the room it is in.")] = None,
    device_name: Annotated[str | None, typer.Option(help="The device name that its maker has burnt into it.")] = None,
    secret_file: Annotated[Path | None, typer.Option(help="A file with the secret burnt into it.")] = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Register a device (and its product, when it is new); prints what it needs to connect."""
    document = _read(model, "model-unreadable")
    secret = Secret(_read(secret_file, "secret-unreadable").decode("ascii", "replace").strip()) if secret_file else None

    def ask(hub: HubClient) -> None:
        made = hub.add_device(document, name, room, device_name=device_name, device_secret=secret)
        credentials = msgspec.json.decode(made, type=dict[str, str])
        if json:
            print_json(credentials)
        else:
            for key, value in credentials.items():
                out.print(f"[dim]{key}[/] {escape(value)}")

    with_hub(data_folder(data), ask)


def _read(file: Path, code: str) -> bytes:
    try:
        return file.read_bytes()
    except OSError as wrong:
        raise NotFound(f"{file} cannot be read: {wrong.strerror}.", code=code) from wrong


@app.command()
def trace(
    turn: Annotated[str, typer.Argument(help="A turn's id, or last.")] = "last", data: Data = None, json: Json = False
) -> None:
    """Show what happened in a turn: heard, understood, asked, reported, said, with milliseconds."""
    with_hub(data_folder(data), lambda hub: _show(hub.turn(turn), json))


@app.command("doctor")
def examine(data: Data = None, json: Json = False) -> None:
    """Say what is here, what is missing, and how to mend it."""
    findings = doctor.examine(data_folder(data))
    for finding in findings:
        if json:
            print_json(finding)
        else:
            doctor.show(out, finding)
    if any(not finding.is_fine for finding in findings):
        sys.exit(1)


def _show(turn: TurnWire, json: bool) -> None:
    if json:
        print_json(turn)
    else:
        showing.show_turn(out, turn)


def _check_lang(lang: str, known: tuple[str, ...]) -> None:
    if lang not in known:
        raise typer.BadParameter(f"--lang is one of {', '.join(known)}, not {lang!r}.")
