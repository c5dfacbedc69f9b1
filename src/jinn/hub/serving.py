"""How a hub is started: for good, for a demonstration, or for one call of the command line."""

import logging
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import anyio
import msgspec
from anyio.from_thread import start_blocking_portal
from rich.console import Console
from rich.markup import escape

from jinn.hub import showing
from jinn.hub.client import LOCATION_FILE, HubClient, Location, running_hub
from jinn.hub.open_files import allow_many_files
from jinn.hub.packaged import recordings_folder
from jinn.hub.settings import Settings, read_or_make_token, read_settings
from jinn.hub.wiring import Hub, open_hub
from jinn.kernel import JinnError, Lang, SatelliteId, Secret, Unavailable
from jinn.language import turn_to_wire
from jinn.runtime import keep_file, settle_heap
from jinn.things import likely_replies
from jinn.voice import RECOGNITION, hear_file

log = logging.getLogger(__name__)

MODELS_WITHIN_S = 60.0
THINGS_WITHIN_S = 20.0
DEMO_HEARD_FILE = "demo-heard"
DEMO_RECORDINGS = ((Lang.EN, "en_living_light_on_clean.flac"), (Lang.ZH, "zh_kitchen_light_on_clean.flac"))
"""One recorded sentence in each language, which a new demo home hears first."""


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """Options of the command line; None leaves what the settings say."""

    port: int | None = None
    mqtt_port: int | None = None
    host: str | None = None
    demo: bool | None = None
    hears: bool | None = None

    def over(self, settings: Settings) -> Settings:
        replace = msgspec.structs.replace
        http, door, home, voice = settings.http, settings.door, settings.home, settings.voice
        if self.port is not None:
            http = replace(http, port=self.port)
        if self.host is not None:
            http, door = replace(http, host=self.host), replace(door, host=self.host)
        if self.mqtt_port is not None:
            door = replace(door, port=self.mqtt_port)
        if self.demo is not None:
            home = replace(home, demo=self.demo)
        if self.hears is not None:
            voice = replace(voice, is_on=self.hears)
        return replace(settings, http=http, door=door, home=home, voice=voice)


async def serve(data: Path, chosen: Chosen, console: Console) -> None:
    """Run a hub until it is told to stop, by Ctrl-C or a signal.

    Raises:
        JinnError: why it could not start.
    """
    started_s = time.perf_counter()
    allow_many_files()
    _log_to(data)
    settings = chosen.over(read_settings(data))
    token = read_or_make_token(data)
    with _plain_errors():
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_stop_on_signal, tasks.cancel_scope)
            step = _progress(console, started_s)
            async with open_hub(settings, data, token, step) as hub:
                with _location(data, hub):
                    settle_heap()
                    await _greet(hub, settings, console, time.perf_counter() - started_s)
                    if settings.home.demo and hub.ears is not None and not (data / DEMO_HEARD_FILE).exists():
                        await _hear_demo_once(hub, data, console)
                    if hub.ears is not None:
                        hub.ears.speaker.prepare(likely_replies(hub.room.registry))
                    await anyio.sleep_forever()


async def serve_demo(data: Path, console: Console) -> None:
    """Hear one recorded sentence in each language, show both traces, and stop.

    Raises:
        Unavailable: code `demo-failed` when a sentence did not end as done.
    """
    started_s = time.perf_counter()
    _log_to(data)
    settings = Chosen(port=0, mqtt_port=0, demo=True).over(read_settings(data))
    with _plain_errors():
        async with open_hub(settings, data, read_or_make_token(data), _progress(console, started_s)) as hub:
            await hear_demo(hub, console)


async def _hear_demo_once(hub: Hub, data: Path, console: Console) -> None:
    """As `hear_demo`, but a hub that serves goes on serving when nothing came of it; the next start tries again."""
    try:
        await hear_demo(hub, console)
    except JinnError as wrong:
        log.warning("the recorded sentences were not heard: %s", wrong.sentence)
        console.print(f"[yellow]jinn: {wrong.stable_code()}:[/] {escape(wrong.sentence)}", soft_wrap=True)
    else:
        (data / DEMO_HEARD_FILE).touch()


async def hear_demo(hub: Hub, console: Console) -> None:
    """Let the demo home hear its recordings, once its things and its model are ready."""
    assert hub.ears is not None
    assert hub.devices is not None
    await hub.devices.wait_up(within_s=THINGS_WITHIN_S)
    await hub.ears.shelf.wait_ready(RECOGNITION, within_s=MODELS_WITHIN_S)
    for lang, name in DEMO_RECORDINGS:
        path = recordings_folder() / name
        turn = await hear_file(hub.ears.hearing, path, lang=lang, satellite=SatelliteId("demo"))
        console.print(f"\n[dim]heard a recording: {name}[/]")
        showing.show_turn(console, turn_to_wire(turn))
        if turn.reply.outcome.value != "done":
            raise Unavailable(f"The demo home did not do what {name} asks for.", code="demo-failed")


class Reached:
    """A hub that answers: the one that runs on this data folder, else one that runs until `close`."""

    def __init__(self, client: HubClient, stop: Callable[[], object] | None = None) -> None:
        self.client = client
        self._stop = stop

    def close(self) -> None:
        self.client.close()
        if self._stop is not None:
            self._stop()


def reach(data: Path, *, needs_voice: bool = False) -> Reached:
    """Reach a hub; one that is started for the call can be asked at once, its demo things are connected.

    Raises:
        JinnError: why none could be started.
    """
    token = read_or_make_token(data)
    client = running_hub(data, token)
    if client is not None:
        if needs_voice:
            _wait_for_voice(client)
        return Reached(client)
    stack = ExitStack()
    try:
        stack.enter_context(_plain_errors())
        portal = stack.enter_context(start_blocking_portal("asyncio", {"use_uvloop": True}))
        # Words need no ears: their models would only be loaded to be dropped again.
        hears = None if needs_voice else False
        settings = Chosen(port=0, mqtt_port=0, hears=hears).over(read_settings(data))
        hub = stack.enter_context(portal.wrap_async_context_manager(_for_a_call(settings, data, token)))
        client = HubClient(f"http://127.0.0.1:{hub.http.port}", token)
        if needs_voice:
            _wait_for_voice(client)
    except BaseException as error:
        # The stack translates what the services raised, exactly as a `with` block would.
        if not stack.__exit__(type(error), error, error.__traceback__):
            raise
    assert client is not None
    return Reached(client, stack.close)


@asynccontextmanager
async def _for_a_call(settings: Settings, data: Path, token: Secret) -> AsyncIterator[Hub]:
    async with open_hub(settings, data, token, lambda name: None) as hub:
        if hub.devices is not None:
            await hub.devices.wait_up(within_s=THINGS_WITHIN_S)
        yield hub


def _wait_for_voice(client: HubClient) -> None:
    """Wait until speech can be recognised.

    Raises:
        Unavailable: code `model-failed`, `model-absent`, `model-off` or `model-loading`.
    """
    deadline_s = time.monotonic() + MODELS_WITHIN_S
    while True:
        state = client.models().get(RECOGNITION, "off")
        if state == "ready":
            return
        if state != "loading" or time.monotonic() > deadline_s:
            raise Unavailable(f"Speech cannot be recognised: its model is {state}.", code=f"model-{state}")
        time.sleep(0.05)


def _progress(console: Console, started_s: float) -> Callable[[str], None]:
    def step(name: str) -> None:
        console.print(f"[dim]{time.perf_counter() - started_s:6.2f} s  {name}[/]")

    return step


async def _greet(hub: Hub, settings: Settings, console: Console, took_s: float) -> None:
    host = settings.http.host
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host
    console.print(f"\n[b green]jinn is ready[/] after {took_s:.1f} s")
    console.print(f"  page     [b]http://{shown}:{hub.http.port}/[/]")
    console.print(f"  devices  mqtt://{settings.door.host}:{hub.door.port}")
    console.print(f"  pairing  [b]{await hub.pairing.new_code()}[/]  [dim]for a screen elsewhere, ten minutes[/]")
    console.print("  say      jinn say “turn on the kitchen light”    打开厨房灯\n")


@contextmanager
def _location(data: Path, hub: Hub) -> Iterator[None]:
    """Says in the data folder how this hub is reached, for as long as it runs."""
    path = data / LOCATION_FILE
    location = Location(url=f"http://127.0.0.1:{hub.http.port}", pid=os.getpid())
    # In one move: another program may look at any moment, and half a file says nothing.
    keep_file(path, msgspec.json.encode(location))
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


async def _stop_on_signal(scope: anyio.CancelScope) -> None:
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async for _ in signals:
            scope.cancel()
            return


def _log_to(data: Path) -> None:
    """Warnings go to a file of the data folder; the terminal is for people."""
    logging.basicConfig(
        filename=data / "jinn.log",
        level=logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )


@contextmanager
def _plain_errors() -> Iterator[None]:
    """What a task group wrapped, as itself: the first failure that has a code, else all of them."""
    try:
        yield
    except BaseExceptionGroup as group:
        for leaf in _leaves(group):
            if isinstance(leaf, JinnError):
                raise leaf from None
        raise


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for one in group.exceptions:
        if isinstance(one, BaseExceptionGroup):
            yield from _leaves(one)
        else:
            yield one
