"""Functions, joined to the things that they read and command."""

from pathlib import Path

from jinn import things
from jinn.edge import functions
from jinn.hub.notices import tell_household
from jinn.hub.part import Part
from jinn.hub.settings import FunctionSettings, function_keys
from jinn.kernel import Clock, JinnError, Names, ThingId
from jinn.runtime import Bus, Database


def functions_part(
    chosen: FunctionSettings, *, database: Database, bus: Bus, room: things.ThingsRoom, data: Path, clock: Clock
) -> Part:
    """The owner's functions of this hub."""
    keys = functions.TrustedKeys(function_keys(data))
    keys.prepare()

    def reading(thing: str, name: str) -> object:
        try:
            room.registry.thing(ThingId(thing))
        except JinnError:
            return None
        said = room.twins.peek(ThingId(thing)).reported.get(name)
        return said.value if said is not None else None

    async def say(text: Names, *, by: str) -> None:
        await tell_household(text, bus=bus)

    python = functions.PythonWorkshop(reading, data / "function_root", may_be_open=chosen.python_may_be_open)
    kept = functions.Functions(
        store=functions.FunctionStore(database=database, clock=clock),
        keys=keys,
        workshops={"wasm": functions.WasmWorkshop(reading), "python": python},
        clock=clock,
    )
    notes = functions.EventNotes(functions=kept, database=database, clock=clock)
    room.ingest.add_witness(notes.witness)
    runner = functions.FunctionRunner(
        functions=kept, notes=notes, bus=bus, hands=room.commander, voice=say, clock=clock
    )  # fmt: skip
    return Part(services=(runner,), routes=(functions.routes(kept),))
