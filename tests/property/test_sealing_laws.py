"""What is sealed comes back as itself, with this key and for this purpose only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinn.kernel import Refused, Secret
from jinn.runtime import KeySeal

OURS, THEIRS = KeySeal(bytes(32)), KeySeal(bytes(31) + b"1")


@given(text=st.text(st.characters(), max_size=200))
def test_what_is_sealed_comes_back_and_cannot_be_read_before(text: str) -> None:
    sealed = OURS.seal(Secret(text), purpose="a/1")
    assert OURS.unseal(sealed, purpose="a/1").reveal() == text
    assert sealed.isascii()
    assert sealed != OURS.seal(Secret(text), purpose="a/1")
    assert len(text) < 5 or text not in sealed


@given(text=st.text(max_size=40), place=st.integers(min_value=0), sign=st.sampled_from("AZaz09-_=é "))
def test_a_changed_seal_does_not_open(text: str, place: int, sign: str) -> None:
    sealed = OURS.seal(Secret(text), purpose="a/1")
    place %= len(sealed)
    changed = sealed[:place] + sign + sealed[place + 1 :]
    assert _outcome(changed) in (text, "seal-broken")


@given(junk=st.text(max_size=80))
def test_no_text_of_a_stranger_opens(junk: str) -> None:
    with pytest.raises(Refused, match="does not open"):
        OURS.unseal(junk, purpose="a/1")


def test_another_key_or_another_purpose_does_not_open_it() -> None:
    sealed = OURS.seal(Secret("token"), purpose="links.access/1")
    for seal, purpose in ((THEIRS, "links.access/1"), (OURS, "links.access/2"), (OURS, "links.refresh/1")):
        with pytest.raises(Refused) as refused:
            seal.unseal(sealed, purpose=purpose)
        assert refused.value.stable_code() == "seal-broken"


def _outcome(sealed: str) -> str:
    try:
        return OURS.unseal(sealed, purpose="a/1").reveal()
    except Refused as error:
        return error.stable_code()
