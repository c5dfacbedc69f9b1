"""A whole hub with its demo home, in processes of its own, as benches of the whole system need it."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from hub_process import HubProcess, running, wait_for_models, wait_for_things  # noqa: E402

from jinn.hub.demo_devices import interpreter  # noqa: E402
from jinn.hub.serving import DEMO_HEARD_FILE  # noqa: E402

DEMO_THINGS = 13
LIGHT = ROOT / "products" / "light" / "product.json"
NUMBERED = (
    ("one", "一"),
    ("two", "二"),
    ("three", "三"),
    ("four", "四"),
    ("five", "五"),
    ("six", "六"),
    ("seven", "七"),
)


@contextmanager
def ready_hub(*, more_lights: int = 0) -> Iterator[HubProcess]:
    """A hub whose demo things and so many more lights are online, and every model of which is ready.

    It doesn't hear its two recordings first, as a new home does: benches say themselves what is heard.
    """
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        data = Path(folder)
        (data / DEMO_HEARD_FILE).touch()
        hub = stack.enter_context(running(data))
        wait_for_things(hub, DEMO_THINGS)
        wait_for_models(hub, *hub.client.models())
        for number in range(more_lights):
            stack.enter_context(_light(hub, number))
        wait_for_things(hub, DEMO_THINGS + more_lights)
        yield hub


@contextmanager
def _light(hub: HubProcess, number: int) -> Iterator[None]:
    """One more light, as a device program beside those of the demo home."""
    en, zh = NUMBERED[number]
    product = json.loads(LIGHT.read_text("utf-8"))
    body = {"model": product["model"], "name": {"en": f"shelf light {en}", "zh": f"书架灯{zh}"}, "area": "living_room"}
    added = json.loads(hub.client.post("/api/devices", body))
    demo = json.loads((hub.data / "devices" / "living_room_light.json").read_text("utf-8"))
    own = {
        "product_key": added["productKey"],
        "device_name": added["deviceName"],
        "device_secret": added["deviceSecret"],
    }
    settings = hub.data / f"{added['deviceName']}.json"
    settings.write_text(json.dumps(demo | own), "utf-8")
    command = [*interpreter(), str(ROOT / "device" / "main.py"), str(settings)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            # The end of its standard input tells it to say good-bye and end.
            process.communicate()


def processor_s(process: psutil.Process) -> float:
    """Seconds of processor time it has used."""
    times = process.cpu_times()
    return float(times.user + times.system)


def load() -> float:
    """How many programs want a core at present; a figure of a busy machine is read with it."""
    return round(os.getloadavg()[0], 1)


def engine_of(hub: HubProcess) -> psutil.Process:
    """The hub's nats-server."""
    children = psutil.Process(hub.process.pid).children(recursive=True)
    return next(child for child in children if child.name() == "nats-server")
