"""Telling the household something: on every screen, and aloud on every speaker."""

import logging

import msgspec

from jinn.edge import NOTICE_SUBJECT, Noticed
from jinn.edge.wire import NamesWire
from jinn.kernel import Names, Unavailable
from jinn.runtime import Bus

_log = logging.getLogger(__name__)


async def tell_household(text: Names, *, bus: Bus) -> None:
    """At most once: with the bus away nobody hears it, and whoever told it goes on."""
    try:
        await bus.publish(NOTICE_SUBJECT, msgspec.json.encode(Noticed(text=NamesWire(en=text.en, zh=text.zh))))
    except Unavailable as away:
        _log.warning("the household was not told %r: %s", text.en, away.sentence)
