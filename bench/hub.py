"""What a whole hub costs: seconds until it is ready, memory with every model, and a core's share at rest."""

import time

import psutil
from measuring import line
from parts.whole_hub import DEMO_THINGS, engine_of, load, processor_s, ready_hub

SETTLE_S = 5.0
PREPARED_WITHIN_S = 180.0
"""A new home's likely replies are made once, when nobody speaks; it rests after that."""

IDLE_S = 20.0
MIB = 1 << 20


def resident_mb(processes: list[psutil.Process]) -> float:
    return sum(process.memory_info().rss for process in processes) / MIB


def wait_for_rest(process: psutil.Process) -> float:
    """Seconds until the process uses less than a tenth of a core for `SETTLE_S`."""
    began_s = time.perf_counter()
    while time.perf_counter() - began_s < PREPARED_WITHIN_S:
        was_s = processor_s(process)
        time.sleep(SETTLE_S)
        if processor_s(process) - was_s < SETTLE_S / 10:
            break
    return time.perf_counter() - began_s


def main() -> None:
    began_s = time.perf_counter()
    with ready_hub() as hub:
        line("hub: start → every thing online and every model ready", time.perf_counter() - began_s, "s", at_most=10,
             things=DEMO_THINGS, models=sorted(hub.client.models()), load=load())  # fmt: skip
        # Whatever loads at the first sentence of each language is loaded when memory is read.
        for text, lang in (("turn on the hall light", "en"), ("关掉门厅灯", "zh")):
            hub.client.say(text, lang)
        own, engine = psutil.Process(hub.process.pid), engine_of(hub)
        devices = [child for child in own.children(recursive=True) if child.pid != engine.pid]
        prepared_s = wait_for_rest(own)
        line("hub: memory, every model loaded", resident_mb([own, engine]), "MiB", at_most=1_200,
             hub=round(resident_mb([own])), nats_server=round(resident_mb([engine])),
             device_programs=round(resident_mb(devices)))  # fmt: skip
        before = [processor_s(process) for process in (own, engine)]
        device_before_s = sum(map(processor_s, devices))
        time.sleep(IDLE_S)
        shares = [(processor_s(process) - was_s) / IDLE_S * 100
                  for process, was_s in zip((own, engine), before, strict=True)]  # fmt: skip
        line("hub: a core's share at rest", sum(shares), "% of a core", at_most=3, seconds=IDLE_S,
             prepared_s=round(prepared_s), hub=round(shares[0], 2), nats_server=round(shares[1], 2), load=load(),
             device_programs=round((sum(map(processor_s, devices)) - device_before_s) / IDLE_S * 100, 2))  # fmt: skip


if __name__ == "__main__":
    main()
