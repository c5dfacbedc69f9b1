"""Phonemes in, sound out: the Kokoro-82M model, run with onnxruntime."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from jinn.kernel import Invalid, Unavailable

RATE = 24_000
"""Samples a second of everything Kokoro says."""

TOKENS_MAX = 510
"""The model's own limit: 512 positions, of which two are padding."""

STYLE_SIZE = 256

Samples = NDArray[np.float32]


class Kokoro:
    """The model in memory, about 130 MB. One call runs on the caller's thread and may run beside another one."""

    def __init__(
        self, session: onnxruntime.InferenceSession, vocabulary: Mapping[str, int], voices: Mapping[str, Samples]
    ) -> None:
        self._session = session
        self._vocabulary = vocabulary
        self._voices = voices

    @classmethod
    def load(cls, model: Path, config: Path, voices: Path, names: tuple[str, ...], *, threads: int) -> "Kokoro":
        """Read everything from disk; takes about a second.

        Args:
            model: the ONNX file.
            config: JSON with the model's `vocab`, phoneme → number.
            voices: folder of `NAME.bin`, one style of 256 little-endian float32 for each count of phonemes.
        """
        styles = {name: _style(voices / f"{name}.bin") for name in names}
        vocabulary = json.loads(config.read_bytes())["vocab"]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # The arena keeps the largest sentence's memory for ever; without it the process stays 100 MB smaller.
        options.enable_cpu_mem_arena = False
        # A spinning thread would take a core from recognition and from the devices' hub while it waits.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        return cls(session, vocabulary, styles)

    def say(self, phonemes: str, voice: str, *, speed: float, run: onnxruntime.RunOptions | None = None) -> Samples:
        """Mono float32 at `RATE`, about -1 to 1, with the silence that the model puts around it.

        Phonemes that the model does not know are left out, and those past `TOKENS_MAX`.

        Raises:
            Invalid: code `nothing-to-say` when no phoneme is left; `no-voice` when the voice is not loaded.
        """
        tokens = [self._vocabulary[sound] for sound in phonemes if sound in self._vocabulary][:TOKENS_MAX]
        if not tokens:
            raise Invalid("There is nothing in this text that can be said.", code="nothing-to-say")
        if voice not in self._voices:
            raise Invalid(f"The voice {voice!r} is not here.", code="no-voice")
        styles = self._voices[voice]
        inputs = {
            "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
            "style": styles[min(len(tokens), len(styles)) - 1],
            "speed": np.array([speed], dtype=np.float32),
        }
        (sound,) = self._session.run(["audio"], inputs, run)
        return np.asarray(sound, dtype=np.float32).ravel()


def _style(file: Path) -> Samples:
    try:
        numbers = np.fromfile(file, dtype="<f4")
    except OSError as cause:
        raise Unavailable(f"The voice file {file} cannot be read.", code="no-voice") from cause
    if numbers.size == 0 or numbers.size % STYLE_SIZE or not np.isfinite(numbers).all():
        raise Unavailable(f"{file} is not a voice of Kokoro.", code="bad-voice")
    return numbers.reshape(-1, 1, STYLE_SIZE)
