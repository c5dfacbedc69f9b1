"""What screens are told of rules: that they changed, that one ran, and what one says."""

import logging
from collections.abc import Callable

import anyio.abc
import msgspec

from jinn.edge import NOTICE_SUBJECT, RULES_SUBJECT, RUN_SUBJECT, Noticed, RuleRan
from jinn.hub import screen_wire
from jinn.hub.screens import Screens
from jinn.kernel import Names
from jinn.runtime import Bus

log = logging.getLogger(__name__)


class EdgeFeed:
    """A service."""

    name = "edge-feed"

    def __init__(self, *, screens: Screens, bus: Bus, announce: Callable[[Names], None] | None = None) -> None:
        """`announce`: says something on every speaker of the home."""
        self._screens = screens
        self._bus = bus
        self._announce = announce

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        async with self._bus.subscribe("ev.edge.*") as messages:
            task_status.started()
            async for message in messages:
                try:
                    if message.subject == NOTICE_SUBJECT:
                        self._speak(message.payload)
                    if self._screens.is_watched:
                        self._tell_of(message.subject, message.payload)
                except msgspec.MsgspecError as wrong:
                    log.warning("an event on %s was not understood: %s", message.subject, wrong)

    def _speak(self, payload: bytes) -> None:
        if self._announce is not None:
            told = msgspec.json.decode(payload, type=Noticed)
            self._announce(Names(en=told.text.en, zh=told.text.zh))

    def _tell_of(self, subject: str, payload: bytes) -> None:
        match subject:
            case _ if subject == RULES_SUBJECT:
                self._screens.tell(lambda seq: screen_wire.RulesChanged(seq=seq))
            case _ if subject == RUN_SUBJECT:
                run = msgspec.json.decode(payload, type=RuleRan).run
                self._screens.tell(lambda seq: screen_wire.RuleRan(seq=seq, run=run))
            case _ if subject == NOTICE_SUBJECT:
                told = msgspec.json.decode(payload, type=Noticed)
                text = screen_wire.NamesWire(en=told.text.en, zh=told.text.zh)
                self._screens.tell(lambda seq: screen_wire.Notice(seq=seq, text=text, severity=told.severity))
