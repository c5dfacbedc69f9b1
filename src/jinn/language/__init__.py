"""Words to meaning, and the seam through which a conversation reaches every capability."""

from jinn.language.evaluating import LineAnswer, understand_line
from jinn.language.model import (
    Ambiguous,
    AreaWords,
    Card,
    Deed,
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
from jinn.language.understanding import Understander

__all__ = [
    "Ambiguous",
    "AreaWords",
    "Card",
    "Conversation",
    "Deed",
    "Heard",
    "HomeNames",
    "HomeWords",
    "Intent",
    "Layer",
    "LineAnswer",
    "NotUnderstood",
    "Outcome",
    "Reply",
    "Skill",
    "SlotValue",
    "Span",
    "SpanMaker",
    "ThingWords",
    "Turn",
    "Understander",
    "Understanding",
    "Understood",
    "understand_line",
]
