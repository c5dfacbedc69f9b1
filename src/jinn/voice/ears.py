"""Hearing and speaking put together: what the hub starts, and what satellites are attended with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import anyio.to_thread

from jinn.kernel import Clock, Lang
from jinn.language import Conversation
from jinn.runtime import Service
from jinn.voice.afar import RECOGNITION, SPEECH, Elsewhere, FarVoice, PlacedRecogniser, PlacedVoice, VoiceModels
from jinn.voice.hearing import Hearing
from jinn.voice.models import ModelOptions, find_model
from jinn.voice.parts import HearingOptions, Parts, never_complete
from jinn.voice.ports import WakeWords
from jinn.voice.recognising import WhisperRecogniser
from jinn.voice.shelf import ModelShelf, StatesChanged
from jinn.voice.speaking import KokoroSpeaker
from jinn.voice.spoken_cache import SpokenCache
from jinn.voice.synthesis import KokoroVoice, SpeechOptions, identity, load_voice
from jinn.voice.waking import OpenWakeWords, SileroVoiceActivity, WakeOptions
from jinn.voice.whisper import WHISPER_BASE, Whisper


@dataclass(frozen=True, slots=True, kw_only=True)
class EarsOptions:
    """Which models hear and speak.

    Attributes:
        spoken: folder for sentences that were prepared.
    """

    models: ModelOptions
    spoken: Path
    wake_word: str = "hey_jarvis"
    voices: Path | None = None
    voice: Mapping[Lang, str] = field(default_factory=dict)
    hearing: HearingOptions = field(default_factory=HearingOptions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ears:
    """Attributes:
    services: to be run by the hub.
    """

    hearing: Hearing
    speaker: KokoroSpeaker[KokoroVoice | FarVoice]
    shelf: ModelShelf

    @property
    def services(self) -> tuple[Service, ...]:
        return (self.shelf, self.speaker)


def open_models(options: EarsOptions, *, on_models: StatesChanged | None = None, is_eager: bool = True) -> VoiceModels:
    """The models of this box; with `is_eager` they are loaded once the shelf runs, recognition first."""
    shelf = ModelShelf(on_change=on_models, is_eager=is_eager)
    whisper = shelf.add(RECOGNITION, lambda: Whisper(find_model(WHISPER_BASE, options.models)))
    speech = _speech(options)
    voice = shelf.add(SPEECH, lambda: load_voice(speech))
    return VoiceModels(shelf=shelf, recogniser=WhisperRecogniser(whisper), voice=voice)


def open_ears(
    options: EarsOptions,
    *,
    models: VoiceModels,
    elsewhere: Elsewhere,
    conversation: Conversation,
    clock: Clock,
    is_complete: Callable[[str, Lang], bool] = never_complete,
) -> Ears:
    """Put the room together, on models that are here or elsewhere."""
    voice = PlacedVoice(models.voice, elsewhere)
    speaker = KokoroSpeaker(voice, SpokenCache(options.spoken), identity=identity(_speech(options)))
    parts = Parts(
        recogniser=PlacedRecogniser(models.recogniser, elsewhere),
        conversation=conversation,
        speaker=speaker,
        clock=clock,
        voice_activity=SileroVoiceActivity,
        wake_words=partial(_wake_words, WakeOptions(word=options.wake_word)),
        is_complete=is_complete,
    )
    return Ears(hearing=Hearing(parts, options.hearing), speaker=speaker, shelf=models.shelf)


def _speech(options: EarsOptions) -> SpeechOptions:
    return SpeechOptions(models=options.models, cache=options.spoken, voices=options.voices, voice=options.voice)


async def _wake_words(options: WakeOptions) -> WakeWords:
    return await anyio.to_thread.run_sync(OpenWakeWords, options)
