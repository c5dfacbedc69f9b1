"""A line of text as a satellite: the way in for those who do not speak."""

from jinn.kernel import Invalid, Lang, SatelliteId
from jinn.language import Conversation, Heard, Turn

TEXT_MAX = 1_000
"""Characters of a typed sentence, as many as a conversation takes; the longest of real commands has 200."""


async def hear_text(conversation: Conversation, text: str, lang: Lang, *, satellite: SatelliteId) -> Turn:
    """One typed sentence to its finished turn.

    Raises:
        Invalid: code `text-empty` or `text-too-long`.
    """
    words = " ".join(text.split())
    if not words:
        raise Invalid("There are no words in this sentence.", code="text-empty")
    if len(words) > TEXT_MAX:
        raise Invalid(f"A sentence has at most {TEXT_MAX} characters; this one has {len(words)}.", code="text-too-long")
    return await conversation.converse(Heard(text=words, lang=lang), satellite=satellite)
