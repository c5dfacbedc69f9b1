"""Which sounds does a Chinese sentence have? Mandarin in the phoneme alphabet that Kokoro was trained on.

Words are cut by jieba (MIT), read by pypinyin (MIT), and turned into phonemes by misaki's table (Apache-2.0).
English words inside the sentence are given their English sounds.
"""

import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from jinn.voice.spoken_zh import spoken

_PIECE_RE = re.compile(r"(?P<zh>[\u3400-\u9fff]+)|(?P<en>[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ' -]*)|(?P<rest>.)", re.DOTALL)
_PUNCTUATION = {
    "，": ",", "、": ",", "。": ".", "．": ".", "！": "!", "？": "?", "：": ":", "；": ";", "…": "…", "—": "—",
    "（": "(", "）": ")", "《": "“", "》": "”", "「": "“", "」": "”", "【": "“", "】": "”",
}  # fmt: skip
_KEPT = frozenset(';:,.!?—…"()“”')


class Words(Protocol):
    """Cuts a run of characters into words."""

    def cut(self, sentence: str) -> Iterator[str]: ...


class MandarinPhonemes:
    """Text in, phonemes out.

    Attributes:
        words: cuts characters into words; a pause of the voice never falls inside one.
        sounds: the phonemes of one word.
        english: the phonemes of English words.
    """

    def __init__(self, words: Words, sounds: Callable[[str], str], english: Callable[[str], str]) -> None:
        self._words = words
        self._sounds = sounds
        self._english = english

    @classmethod
    def load(cls, cache: Path, english: Callable[[str], str]) -> "MandarinPhonemes":
        """`cache` is a private folder: jieba keeps its built index there instead of in the machine's shared one."""
        with warnings.catch_warnings():
            # jieba's source has old-style escapes, which Python reports when it compiles the file the first time.
            warnings.simplefilter("ignore")
            import jieba  # noqa: PLC0415
            from misaki.zh import ZHG2P  # noqa: PLC0415
        cache.mkdir(parents=True, exist_ok=True)
        jieba.setLogLevel("ERROR")
        words = jieba.Tokenizer()
        words.tmp_dir = str(cache)
        words.cache_file = "jieba.cache"
        words.initialize()
        return cls(words, ZHG2P.word2ipa, english)

    def __call__(self, text: str) -> str:
        """Phonemes, tones, spaces and punctuation; empty when nothing in the text can be said."""
        said: list[str] = []
        for piece in _PIECE_RE.finditer(spoken(text)):
            if piece["zh"]:
                said.append(" " + " ".join(map(self._sounds, self._words.cut(piece["zh"]))))
            elif piece["en"]:
                said.append(" " + self._english(piece["en"].strip()))
            else:
                mark = _PUNCTUATION.get(piece["rest"], piece["rest"])
                said.append(mark if mark in _KEPT else "")
        # U+032F marks a non-syllabic vowel; the voices have no sound for it.
        return "".join(said).replace("\u032f", "").strip()
