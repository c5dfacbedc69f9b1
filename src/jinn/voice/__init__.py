"""Hearing and speaking: from the sound of a satellite to a turn, and from a reply to sound."""

from jinn.voice.browser import Admit, routes
from jinn.voice.files import FileSatellite, hear_file
from jinn.voice.hearing import Hearing
from jinn.voice.model import Manners, Recognised, Samples
from jinn.voice.models import ModelOptions
from jinn.voice.parts import HearingOptions, Parts
from jinn.voice.ports import Recogniser, Satellite, Speaker, VoiceActivity, WakeWords
from jinn.voice.recognising import WhisperRecogniser
from jinn.voice.shelf import ModelShelf, ModelState, Shelved
from jinn.voice.sound import read_sound
from jinn.voice.waking import SileroVoiceActivity, WakeOptions, open_wake_words
from jinn.voice.whisper import load_whisper

__all__ = [
    "Admit",
    "FileSatellite",
    "Hearing",
    "HearingOptions",
    "Manners",
    "ModelOptions",
    "ModelShelf",
    "ModelState",
    "Parts",
    "Recognised",
    "Recogniser",
    "Samples",
    "Satellite",
    "Shelved",
    "SileroVoiceActivity",
    "Speaker",
    "VoiceActivity",
    "WakeOptions",
    "WakeWords",
    "WhisperRecogniser",
    "hear_file",
    "load_whisper",
    "open_wake_words",
    "read_sound",
    "routes",
]
