"""Typed words make a turn, and what is no sentence is refused."""

import pytest

from jinn.kernel import Invalid, Lang, SatelliteId
from jinn.voice.testing import EchoConversation
from jinn.voice.texts import TEXT_MAX, hear_text

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(("text", "code"), [("  \n", "text-empty"), ("a" * (TEXT_MAX + 1), "text-too-long")])
async def test_what_is_no_sentence_is_refused(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        await hear_text(EchoConversation(), text, Lang.EN, satellite=SatelliteId("keys"))

    assert refusal.value.stable_code() == code


async def test_typed_words_make_a_turn_too() -> None:
    turn = await hear_text(EchoConversation(), " turn  on the light ", Lang.EN, satellite=SatelliteId("keys"))

    assert turn.heard is not None
    assert (turn.heard.text, turn.heard.confidence, turn.satellite) == ("turn on the light", 1.0, "keys")
