"""One thing model, everything out: products in other ecosystems' forms, and back, with every loss named."""

from jinn.things.forms.cards import Card, card_of
from jinn.things.forms.checking import Checking
from jinn.things.forms.converting import FORMS, export, form_called, read_any
from jinn.things.forms.http import form_routes
from jinn.things.forms.model import Exported, Imported, Loss
from jinn.things.forms.sentences import Sentence, marked, sentences_of
from jinn.things.forms.sheet import Sheet, SheetResult, sheet_of
from jinn.things.forms.wot_http import wot_routes

__all__ = [
    "FORMS",
    "Card",
    "Checking",
    "Exported",
    "Imported",
    "Loss",
    "Sentence",
    "Sheet",
    "SheetResult",
    "card_of",
    "export",
    "form_called",
    "form_routes",
    "marked",
    "read_any",
    "sentences_of",
    "sheet_of",
    "wot_routes",
]
