"""Hearing and speaking: satellites, wake word, endpointing, recognition, speech."""

from jinn.voice.afar import RECOGNITION, SPEECH, Elsewhere, VoiceModels
from jinn.voice.browser import routes
from jinn.voice.ears import Ears, EarsOptions, open_ears, open_models
from jinn.voice.files import hear_file
from jinn.voice.hearing import Hearing
from jinn.voice.http import turn_route
from jinn.voice.models import ModelOptions, Recipe, find_model
from jinn.voice.parts import HearingOptions
from jinn.voice.synthesis import KOKORO
from jinn.voice.whisper import WHISPER_BASE

RECIPES = (WHISPER_BASE, KOKORO)
"""Every model that is loaded from files."""

__all__ = [
    "RECIPES",
    "RECOGNITION",
    "SPEECH",
    "Ears",
    "EarsOptions",
    "Elsewhere",
    "Hearing",
    "HearingOptions",
    "ModelOptions",
    "Recipe",
    "VoiceModels",
    "find_model",
    "hear_file",
    "open_ears",
    "open_models",
    "routes",
    "turn_route",
]
