"""What is here, what is missing, and how to mend it."""

import importlib.metadata
import platform
import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
from rich.console import Console

from jinn import __version__
from jinn.hub.client import running_hub
from jinn.hub.demo_devices import cpython, interpreter
from jinn.hub.packaged import screen_folder, voices_folder
from jinn.hub.settings import models_folder, read_or_make_token, read_settings
from jinn.kernel import JinnError
from jinn.runtime import find_engine
from jinn.voice import RECIPES, ModelOptions, find_model

FREE_BYTES_MIN = 500 * 2**20
"""A home's database grows by about 1 MB a day; with less than this a year's growth has no room."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at; `mend` says what to do when it is not fine."""

    name: str
    is_fine: bool
    found: str
    mend: str = ""


def examine(data: Path) -> list[Finding]:
    """Every finding, in the order in which a start needs them."""
    return [*_versions(), *_parts(), *_folder(data), *_ports(data)]


def show(console: Console, finding: Finding) -> None:
    sign = "[green]✓[/]" if finding.is_fine else "[red]✗[/]"
    console.print(f"{sign} {finding.name}  [dim]{finding.found}[/]", soft_wrap=True)
    if finding.mend and not finding.is_fine:
        console.print(f"    {finding.mend}", soft_wrap=True)


def _versions() -> Iterator[Finding]:
    yield Finding(name="jinn", is_fine=True, found=__version__)
    has_python = sys.version_info >= (3, 11)
    yield Finding(
        name="Python", is_fine=has_python, found=platform.python_version(), mend="Install Python 3.11 or newer."
    )
    for package in ("nats-py", "ctranslate2", "onnxruntime", "hassil", "home-assistant-intents"):
        try:
            yield Finding(name=package, is_fine=True, found=importlib.metadata.version(package))
        except importlib.metadata.PackageNotFoundError:
            yield Finding(name=package, is_fine=False, found="missing", mend="Run `make setup`.")


def _parts() -> Iterator[Finding]:
    try:
        yield Finding(name="nats-server", is_fine=True, found=str(find_engine()))
    except JinnError as missing:
        yield Finding(name="nats-server", is_fine=False, found=missing.sentence, mend="Run `make setup`.")
    options = ModelOptions(cache=models_folder())
    for recipe in RECIPES:
        try:
            yield Finding(name=f"model {recipe.name}", is_fine=True, found=str(find_model(recipe, options)))
        except JinnError as missing:
            yield Finding(name=f"model {recipe.name}", is_fine=False, found=missing.sentence, mend="Run `make setup`.")
    for name, folder in (("voices", voices_folder()), ("screen", screen_folder())):
        yield Finding(name=name, is_fine=folder is not None, found=str(folder or "missing"), mend="Run `make setup`.")
    has_micropython = interpreter() != cpython()
    yield Finding(
        name="MicroPython",
        is_fine=True,
        found="installed" if has_micropython else "not for this machine; CPython runs the things",
    )


def _folder(data: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(data).free
    yield Finding(name="data folder", is_fine=free >= FREE_BYTES_MIN, found=f"{data}, {free // 2**20} MB free",
                  mend="Make room, or choose another folder with --data.")  # fmt: skip
    try:
        read_settings(data)
        yield Finding(name="settings", is_fine=True, found="as read")
    except JinnError as wrong:
        yield Finding(name="settings", is_fine=False, found=wrong.sentence, mend="Correct the key that is named.")


def _ports(data: Path) -> Iterator[Finding]:
    client = running_hub(data, read_or_make_token(data))
    if client is not None:
        yield Finding(name="hub", is_fine=True, found="running on this data folder")
        client.close()
        return
    yield Finding(name="hub", is_fine=True, found="not running; commands start one for the call")
    try:
        settings = read_settings(data)
    except JinnError:
        return
    for name, host, port in (("page", settings.http.host, settings.http.port),
                             ("door", settings.door.host, settings.door.port)):  # fmt: skip
        is_free = _is_free(host, port)
        yield Finding(name=f"port {port} ({name})", is_fine=is_free, found="free" if is_free else "in use",
                      mend=f"Stop what uses it, or set another in {data / 'settings.toml'}.")  # fmt: skip


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
