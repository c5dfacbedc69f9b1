"""From words to intents, from intents to a turn; and the seam through which every capability is reached."""

from pathlib import Path

from jinn.language.codes import hide_codes
from jinn.language.conversing import Conversing, SatelliteAreas
from jinn.language.courtesy import Courtesy
from jinn.language.evaluating import LineAnswer, understand_line
from jinn.language.http import routes
from jinn.language.joining import join_replies
from jinn.language.model import (
    Ambiguous,
    AreaWords,
    Card,
    Chart,
    Deed,
    DeedOutcome,
    Heard,
    HomeWords,
    Intent,
    Layer,
    NotUnderstood,
    Outcome,
    Reply,
    SlotValue,
    Span,
    ThingWords,
    Turn,
    Understanding,
    Understood,
)
from jinn.language.ports import Conversation, HomeNames, Skill, SpanMaker
from jinn.language.store import Turns
from jinn.language.times import Stretch
from jinn.language.times import resolved as past_stretch
from jinn.language.understanding import Understander
from jinn.language.wire import DeedWire, SayRequest, TurnWire, deed_to_wire, turn_to_wire
from jinn.runtime import Schema

SCHEMA = Schema(room="language", folder=Path(__file__).parent / "sql")

__all__ = [
    "SCHEMA",
    "Ambiguous",
    "AreaWords",
    "Card",
    "Chart",
    "Conversation",
    "Conversing",
    "Courtesy",
    "Deed",
    "DeedOutcome",
    "DeedWire",
    "Heard",
    "HomeNames",
    "HomeWords",
    "Intent",
    "Layer",
    "LineAnswer",
    "NotUnderstood",
    "Outcome",
    "Reply",
    "SatelliteAreas",
    "SayRequest",
    "Skill",
    "SlotValue",
    "Span",
    "SpanMaker",
    "Stretch",
    "ThingWords",
    "Turn",
    "TurnWire",
    "Turns",
    "Understander",
    "Understanding",
    "Understood",
    "deed_to_wire",
    "hide_codes",
    "join_replies",
    "past_stretch",
    "routes",
    "turn_to_wire",
    "understand_line",
]
