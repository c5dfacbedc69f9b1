"""How does an English word sound that no dictionary knows? Letter names for acronyms, spelling rules for names."""

LETTERS = {
    "a": "ˈA", "b": "bˈi", "c": "sˈi", "d": "dˈi", "e": "ˈi", "f": "ˈɛf", "g": "ʤˈi", "h": "ˈAʧ", "i": "ˈI",
    "j": "ʤˈA", "k": "kˈA", "l": "ˈɛl", "m": "ˈɛm", "n": "ˈɛn", "o": "ˈO", "p": "pˈi", "q": "kjˈu", "r": "ˈɑɹ",
    "s": "ˈɛs", "t": "tˈi", "u": "jˈu", "v": "vˈi", "w": "dˈʌbᵊlju", "x": "ˈɛks", "y": "wˈI", "z": "zˈi",
}  # fmt: skip

_RULES = {
    "augh": "ɔ", "eigh": "A", "ough": "O", "tion": "ʃən", "sion": "ʒən",
    "igh": "I", "tch": "ʧ", "dge": "ʤ", "sch": "ʃ", "eau": "O", "air": "ɛɹ", "ear": "ɪɹ", "eer": "ɪɹ", "oor": "ɔɹ",
    "our": "ɔɹ", "que": "k",
    "ai": "A", "ay": "A", "au": "ɔ", "aw": "ɔ", "ar": "ɑɹ", "ch": "ʧ", "ck": "k", "ea": "i", "ee": "i", "ei": "A",
    "er": "əɹ", "eu": "u", "ew": "u", "ey": "i", "gh": "ɡ", "ie": "i", "ir": "ɜɹ", "kn": "n", "ng": "ŋ", "oa": "O",
    "oi": "Y", "oo": "u", "or": "ɔɹ", "ou": "W", "ow": "O", "oy": "Y", "ph": "f", "qu": "kw", "sh": "ʃ", "ss": "s",
    "th": "θ", "ts": "ts", "tz": "ts", "ue": "u", "ui": "u", "ur": "ɜɹ", "wh": "w", "wr": "ɹ", "zh": "ʒ",
    "a": "æ", "b": "b", "c": "k", "d": "d", "e": "ɛ", "f": "f", "g": "ɡ", "h": "h", "i": "ɪ", "j": "ʤ", "k": "k",
    "l": "l", "m": "m", "n": "n", "o": "ɑ", "p": "p", "q": "k", "r": "ɹ", "s": "s", "t": "t", "u": "ʌ", "v": "v",
    "w": "w", "x": "ks", "y": "i", "z": "z",
}  # fmt: skip
"""Spelling → sound, the longest first. Rough on purpose: it only has to keep an unknown name recognisable."""

_LONG = {"a": "A", "e": "i", "i": "I", "o": "O", "u": "u", "y": "I"}
_AT_END = {"a": "ə", "e": "i", "i": "i", "o": "O", "u": "u", "y": "i"}
_AT_START = {"ng": "n", "xi": "ʃi", "xu": "ʃu", "xa": "zæ", "xe": "zɛ", "zh": "ʤ", "ps": "s", "gn": "n"}
_VOWELS = frozenset("AIOQWYaiuæɑɒɔəɛɜɪʊʌᵻ")
_SPELLING_MAX = max(map(len, _RULES))


def spelt(word: str) -> str:
    """Letter by letter; the last letter carries the main stress, as in "TV"."""
    names = [LETTERS[letter] for letter in word.lower() if letter in LETTERS]
    return "".join([*(name.replace("ˈ", "ˌ") for name in names[:-1]), *names[-1:]])


def sounded_out(word: str) -> str:
    """By spelling rules, with the stress on the first syllable of two and on the one before the last of more."""
    letters = "".join(letter for letter in word.lower() if letter in LETTERS)
    sounds: list[str] = []
    place = 0
    while place < len(letters):
        width, sound = _next_sound(letters, place)
        if sound and not (sounds and sounds[-1] == sound and sound not in _VOWELS):
            sounds.append(sound)
        place += width
    return _stressed(sounds)


def _next_sound(letters: str, place: int) -> tuple[int, str]:
    """How many letters the next sound takes, and the sound; empty for a silent letter."""
    letter, rest = letters[place], letters[place + 1 :]
    if place == 0 and letters[:2] in _AT_START:
        return 2, _AT_START[letters[:2]]
    if letter in _LONG and (not rest or (len(rest) == 2 and rest[1] == "e" and rest[0] not in "aeiouywxr")):
        return 1, _LONG[letter] if rest else _last_vowel(letters)
    if letter == "c" and rest[:1] in ("e", "i", "y"):
        return 1, "s"
    if letter == "y" and rest[:1] in tuple("aeiou"):
        return 1, "j"
    longest = min(_SPELLING_MAX, len(letters) - place)
    widths = (width for width in range(longest, 0, -1) if letters[place : place + width] in _RULES)
    width = next(widths)
    return width, _RULES[letters[place : place + width]]


def _last_vowel(letters: str) -> str:
    is_silent = letters[-1] == "e" and any(earlier in "aeiouy" for earlier in letters[:-1])
    return "" if is_silent else _AT_END[letters[-1]]


def _stressed(sounds: list[str]) -> str:
    vowels = [place for place, sound in enumerate(sounds) if sound[0] in _VOWELS]
    if not vowels:
        return "".join(sounds)
    stressed = vowels[0] if len(vowels) <= 2 else vowels[-2]
    return "".join(f"ˈ{sound}" if place == stressed else sound for place, sound in enumerate(sounds))
