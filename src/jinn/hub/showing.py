"""How turns and things look in a terminal."""

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from jinn.language import TurnWire

BAR_CHARS = 36
_COLOURS = {"done": "green", "asked": "cyan", "refused": "yellow", "not_understood": "yellow", "unavailable": "red"}


def show_turn(console: Console, turn: TurnWire) -> None:
    """Heard, understood, asked, reported, said; then the waterfall."""
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim", justify="right")
    facts.add_column()
    heard = f"“{turn.heard.text}”" if turn.heard else "nothing"
    facts.add_row("heard", f"{escape(heard)}  [dim]{turn.lang}, {escape(turn.satellite)}[/dim]")
    if turn.understood:
        for intent in (turn.understood, *turn.understood.more):
            slots = ", ".join(f"{key}={value}" for key, value in intent.slots.items())
            facts.add_row(
                "understood", f"{intent.canon} [dim]({escape(slots)}) by {intent.layer}, {intent.confidence:.2f}[/dim]"
            )
    for deed in turn.did:
        facts.add_row("asked", escape(f"{deed.thing}.{deed.property} = {deed.asked}"))
        facts.add_row("reported", f"{deed.outcome}: {escape(str(deed.reported))} [dim]{deed.ms:.0f} ms[/dim]")
    facts.add_row("said", f"[{_COLOURS[turn.outcome]}]{escape(turn.said)}[/]")
    console.print(facts)
    console.print(waterfall(turn))


def waterfall(turn: TurnWire) -> Table:
    """Each stage as a bar on the turn's own time line, in milliseconds."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", justify="right", min_width=10)
    table.add_column(min_width=BAR_CHARS)
    table.add_column(justify="right")
    # What was measured before the last voiced sample starts below zero.
    first_ms = min((span.start_ms for span in turn.spans), default=0.0)
    total_ms = max((span.start_ms + span.ms for span in turn.spans), default=0.0) - first_ms
    scale = BAR_CHARS / total_ms if total_ms else 0.0
    for span in sorted(turn.spans, key=lambda one: one.start_ms):
        start = min(int((span.start_ms - first_ms) * scale), BAR_CHARS - 1)
        length = max(1, round(span.ms * scale))
        bar = Text(" " * start + "━" * min(length, BAR_CHARS - start), style="cyan")
        table.add_row(span.name, bar, f"{span.ms:.1f} ms")
    return table


class NamesShown(msgspec.Struct, frozen=True):
    en: str
    zh: str


class StateShown(msgspec.Struct, frozen=True):
    value: msgspec.Raw


class ThingShown(msgspec.Struct, frozen=True):
    """What of a thing's wire form a line of the terminal has place for."""

    id: str
    names: NamesShown
    area: str | None
    online: bool
    properties: dict[str, StateShown]


def show_things(console: Console, things: list[ThingShown]) -> None:
    """A line for each thing; its state as it reported it."""
    if not things:
        console.print("There are no things yet. Add one: [b]jinn devices add --model TSL.json --name NAME[/b]")
        return
    table = Table(box=None, header_style="dim")
    for title in ("thing", "name", "room", "online", "state"):
        table.add_column(title)
    for thing in things:
        states = {key: bytes(state.value).decode() for key, state in thing.properties.items()}
        known = ", ".join(f"{key}={value}" for key, value in states.items() if value != "null")
        online = "[green]yes[/]" if thing.online else "[yellow]no[/]"
        name = escape(f"{thing.names.en} {thing.names.zh}")
        table.add_row(thing.id, name, escape(thing.area or "–"), online, escape(known))
    console.print(table)
