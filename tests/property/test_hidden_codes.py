"""However a setup code is spoken or written, nothing that is kept or shown holds it."""

from hypothesis import given
from hypothesis import strategies as st

from jinn.language import hide_codes
from jinn.language.codes import HIDDEN

gaps = st.sampled_from(["", " ", "-", ", ", ". ", "、"])
spoken = {"0": "零", "1": "幺", "2": "二", "3": "三", "4": "四", "5": "五", "6": "六", "7": "七", "8": "八", "9": "九"}
english = dict(
    zip("0123456789", ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"], strict=True)
)


@given(digits=st.text("0123456789", min_size=11, max_size=21), gap=gaps, before=st.sampled_from(["add ", "添加", ""]))
def test_a_code_of_digits_is_hidden(digits: str, gap: str, before: str) -> None:
    assert hide_codes(before + gap.join(digits)).strip() == f"{before}{HIDDEN}".strip()


@given(digits=st.text("0123456789", min_size=11, max_size=21))
def test_a_code_of_words_is_hidden_in_both_languages(digits: str) -> None:
    assert hide_codes("添加" + "".join(spoken[digit] for digit in digits)) == f"添加{HIDDEN}"
    assert hide_codes("add " + " ".join(english[digit] for digit in digits)) == f"add {HIDDEN}"


@given(payload=st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-", min_size=1, max_size=40))
def test_a_qr_code_is_hidden(payload: str) -> None:
    assert hide_codes(f"pair MT:{payload} now") == f"pair {HIDDEN} now"


@given(text=st.text(max_size=1_000))
def test_any_text_is_taken(text: str) -> None:
    assert HIDDEN in hide_codes(text) or hide_codes(text) == text
