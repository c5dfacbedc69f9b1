"""How several replies become one."""

from collections.abc import Sequence

from jinn.kernel import Lang
from jinn.language.model import Outcome, Reply

WORST_FIRST = (Outcome.UNAVAILABLE, Outcome.REFUSED, Outcome.ASKED, Outcome.NOT_UNDERSTOOD, Outcome.DONE)


def join_replies(replies: Sequence[Reply], lang: Lang) -> Reply:
    """Said one after the other, and as bad as the worst of them."""
    if len(replies) == 1:
        return replies[0]
    return Reply(
        said=(" " if lang is Lang.EN else "").join(reply.said for reply in replies),
        outcome=min((reply.outcome for reply in replies), key=WORST_FIRST.index),
        did=tuple(deed for reply in replies for deed in reply.did),
        card=next((reply.card for reply in replies if reply.card), None),
        follow_up=any(reply.follow_up for reply in replies),
        proposes=next((reply.proposes for reply in replies if reply.proposes), None),
    )
