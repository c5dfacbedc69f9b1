"""Laws of understanding: never raises, never takes long, and no likeness of sound turns a wish around."""

from functools import cache

from fuzzing import examples
from hypothesis import example, given
from hypothesis import strategies as st
from unit.language.demo_home import HOME

from jinn.kernel import Lang
from jinn.language import Ambiguous, Intent, NotUnderstood, Understander, Understanding, Understood
from jinn.language.confusions import confusions
from jinn.language.sound import distance as sound_distance
from jinn.language.spelling import distance as spelling_distance

LANGS = st.sampled_from(Lang)
WORDS_EN = st.sampled_from(
    [
        "turn",
        "on",
        "off",
        "open",
        "close",
        "the",
        "kitchen",
        "light",
        "curtain",
        "don't",
        "not",
        "never",
        "set",
        "to",
        "fifty",
        "twenty",
        "percent",
        "up",
        "down",
        "louder",
        "and",
        "except",
        "all",
        "fridge",
        "kichen",
        "lite",
        "what",
        "is",
        "volume",
    ]
)
SIGNS_ZH = st.sampled_from(list("打开关灯等动空调跳厨除房客听厅把的不别要一二三十五度调高低大小音量点亮暗吗"))
MISHEARD_ZH = {
    "灯": "等登动",
    "厨": "除出楚",
    "房": "防方",
    "客": "课刻",
    "厅": "听停",
    "窗": "床船",
    "帘": "连脸",
    "空": "恐",
    "调": "跳条",
}
COMMANDS_ZH = st.sampled_from(
    [
        "打开厨房的灯",
        "关掉厨房的灯",
        "打开客厅窗帘",
        "关上客厅窗帘",
        "把卧室空调调到26度",
        "厨房灯调亮一点",
        "厨房灯调暗一点",
    ]
)
COMMANDS_EN = st.sampled_from(
    ["turn on the kitchen light", "turn off the kitchen light", "open the living room curtain",
     "close the living room curtain", "set the bedroom light to 30 percent", "mute the television"]
)  # fmt: skip


@cache
def understander() -> Understander:
    made = Understander()
    made.prepare(HOME)
    return made


def wishes(understanding: Understanding) -> list[Intent]:
    if isinstance(understanding, Understood):
        return list(understanding.intents)
    return [understanding.intent] if isinstance(understanding, Ambiguous) else []


@given(text=st.text(max_size=400), lang=LANGS)
@examples(150)
def test_any_text_is_answered(text: str, lang: Lang) -> None:
    assert isinstance(understander().understand(text, lang, HOME), Understood | Ambiguous | NotUnderstood)


@given(words=st.lists(WORDS_EN, max_size=14))
@example(words=["kichen", "except", "kitchen"])
@examples(100)
def test_any_english_words_of_a_home_are_answered(words: list[str]) -> None:
    understander().understand(" ".join(words), Lang.EN, HOME)


@given(signs=st.lists(SIGNS_ZH, max_size=24))
@examples(100)
def test_any_chinese_signs_of_a_home_are_answered(signs: list[str]) -> None:
    understander().understand("".join(signs), Lang.ZH, HOME)


@given(answer=st.text(max_size=60), lang=LANGS)
@examples(100)
def test_any_answer_is_taken_or_left(answer: str, lang: Lang) -> None:
    question = understander().understand("turn on the light", Lang.EN, HOME)
    assert isinstance(question, Ambiguous)
    understander().complete(question, answer, lang, HOME)


@given(text=COMMANDS_ZH, data=st.data())
@examples(100)
def test_misheard_signs_never_change_what_is_wished(text: str, data: st.DataObject) -> None:
    meant = wishes(understander().understand(text, Lang.ZH, HOME))
    heard = "".join(data.draw(st.sampled_from([sign, *MISHEARD_ZH.get(sign, "")])) for sign in text)
    for intent in wishes(understander().understand(heard, Lang.ZH, HOME)):
        assert [(intent.canon, intent.targets)] == [(one.canon, one.targets) for one in meant]


@given(text=COMMANDS_EN, data=st.data())
@examples(100)
def test_a_misheard_letter_never_changes_what_is_wished(text: str, data: st.DataObject) -> None:
    fixed = confusions().fixed_en
    words = text.split(" ")
    at = data.draw(st.sampled_from([at for at, word in enumerate(words) if word not in fixed and word.isalpha()]))
    letter = data.draw(st.integers(min_value=0, max_value=len(words[at]) - 1))
    other = data.draw(st.sampled_from("aeioumnrstlk"))
    words[at] = words[at][:letter] + other + words[at][letter + 1 :]
    meant = {intent.canon for intent in wishes(understander().understand(text, Lang.EN, HOME))}
    for intent in wishes(understander().understand(" ".join(words), Lang.EN, HOME)):
        assert intent.canon in meant


@given(text=COMMANDS_EN, no=st.sampled_from(["don't", "do not", "never", "please do not"]))
@examples(60)
def test_a_negated_english_command_is_never_carried_out(text: str, no: str) -> None:
    assert not wishes(understander().understand(f"{no} {text}", Lang.EN, HOME))


@given(text=COMMANDS_ZH, no=st.sampled_from(["别", "不要", "不用", "请不要", "千万别"]))
@examples(60)
def test_a_negated_chinese_command_is_never_carried_out(text: str, no: str) -> None:
    assert not wishes(understander().understand(no + text, Lang.ZH, HOME))


@given(
    written=st.lists(SIGNS_ZH, min_size=1, max_size=4).map(tuple),
    meant=st.lists(SIGNS_ZH, min_size=1, max_size=4).map(tuple),
)
@examples(500)
def test_no_sound_brings_in_or_takes_away_a_number_or_a_negation(
    written: tuple[str, ...], meant: tuple[str, ...]
) -> None:
    if len(written) != len(meant) or sound_distance(written, meant) is None:
        return
    known = confusions()
    for one, other in zip(written, meant, strict=True):
        if one in known.sacred:
            assert one == other
        if other in known.deciding - known.heard_alike:
            assert one == other


@given(written=st.lists(WORDS_EN, min_size=1, max_size=4), meant=st.lists(WORDS_EN, min_size=1, max_size=4))
@examples(500)
def test_no_spelling_brings_in_or_takes_away_a_deciding_word(written: list[str], meant: list[str]) -> None:
    if spelling_distance(written, meant) is not None:
        fixed = confusions().fixed_en
        assert [word for word in written if word in fixed] == [word for word in meant if word in fixed]
