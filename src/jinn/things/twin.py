"""What a thing has reported and what is desired of it, with one version: the rules, without I/O."""

import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from jinn.kernel import ThingId
from jinn.things.thing_model import ThingModel
from jinn.things.values import Json, same

REPEATS_KEPT = 48
"""Messages by which a repeat is known. Device SDKs leave up to 40 unanswered and send those again."""

REPEAT_WITHIN_S = 10
"""How long the same id with the same content from a new connection is still a repeat, not a device that counts anew."""

_RECORD_BYTES = 16


class Reported(NamedTuple):
    """What a thing said of one property, and when. A tuple, since it is written with every post."""

    value: Json
    at_ms: int


class Wish(NamedTuple):
    """What is desired of one property.

    `version` is what the device must name to delete it. After `expires_ms` it is void; 0: never.
    """

    value: Json
    version: int
    at_ms: int
    expires_ms: int
    command: str

    def is_open(self, now_ms: int) -> bool:
        return not self.expires_ms or now_ms < self.expires_ms


class Shadow(NamedTuple):
    """The free-form document of devices without a thing model; its device counts its versions."""

    version: int = 0
    state: bytes = b"{}"


EMPTY_SHADOW = Shadow()


class MessageMark(NamedTuple):
    """By what a repeated message is known.

    Attributes:
        content: 8 bytes of topic and payload; the payload holds the device's own message id.
        sending: 4 bytes of connection and the door's number for it.
    """

    content: bytes
    sending: bytes


def mark_of(topic: str, payload: bytes, session: str, number: int) -> MessageMark:
    content = hashlib.blake2b(payload, digest_size=8, key=topic.encode()[-64:])
    return MessageMark(content.digest(), zlib.crc32(f"{session} {number}".encode()).to_bytes(4, "big"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """What is known of one thing. Every change returns a new twin with a greater version.

    Attributes:
        door, session: the connection that it has now, or had last.
        recent: records of 16 bytes, oldest first: content, sending, second.
        firmware: version by module; the device itself is the module `default`.
    """

    thing: ThingId
    version: int = 0
    reported: Mapping[str, Reported] = field(default_factory=dict)
    desired: Mapping[str, Wish] = field(default_factory=dict)
    is_online: bool = False
    seen_ms: int | None = None
    door: str | None = None
    session: str | None = None
    recent: bytes = b""
    firmware: Mapping[str, str] = field(default_factory=dict)
    shadow: Shadow = EMPTY_SHADOW

    def report(
        self, values: Mapping[str, Reported], *, model: ThingModel, now_ms: int, mark: MessageMark | None = None
    ) -> "Twin":
        """The thing has said so, in the message of that mark; wishes that this fulfils are no more."""
        kept = self.desired
        if kept:
            kept = {
                name: wish
                for name, wish in kept.items()
                if wish.is_open(now_ms)
                and not (name in values and same(model.properties[name].type, values[name].value, wish.value))
            }
        # Written out, since it happens with every post: `dataclasses.replace` takes four times as long.
        return Twin(
            thing=self.thing,
            version=self.version + 1,
            reported={**self.reported, **values},
            desired=kept,
            is_online=self.is_online,
            seen_ms=now_ms,
            door=self.door,
            session=self.session,
            recent=self.recent if mark is None else self._recent_with(mark, now_ms),
            firmware=self.firmware,
            shadow=self.shadow,
        )

    def would_change(self, values: Mapping[str, Reported]) -> bool:
        """Whether these values differ from what was reported already."""
        return any(
            name not in self.reported or self.reported[name].value != said.value for name, said in values.items()
        )

    def wish(self, values: Mapping[str, Json], *, command: str, now_ms: int, expires_ms: int) -> "Twin":
        """Somebody desires these values; an older wish for the same property is void."""
        version = self.version + 1
        wishes = {name: Wish(value, version, now_ms, expires_ms, command) for name, value in values.items()}
        return replace(self, version=version, desired={**self.open_wishes(now_ms), **wishes})

    def forget(self, names: Mapping[str, int | None]) -> "Twin":
        """Delete wishes; a version that is named must be the wish's own, else that wish stays."""
        kept = {
            name: wish
            for name, wish in self.desired.items()
            if name not in names or names[name] not in (None, wish.version)
        }
        return replace(self, version=self.version + 1, desired=kept)

    def forget_command(self, command: str) -> "Twin":
        """What that command desired is desired no more."""
        kept = {name: wish for name, wish in self.desired.items() if wish.command != command}
        return self if len(kept) == len(self.desired) else replace(self, version=self.version + 1, desired=kept)

    def open_wishes(self, now_ms: int) -> dict[str, Wish]:
        return {name: wish for name, wish in self.desired.items() if wish.is_open(now_ms)}

    def arrive(self, *, door: str, session: str, at_ms: int) -> "Twin":
        """The thing has this connection now."""
        return replace(self, version=self.version + 1, is_online=True, door=door, session=session, seen_ms=at_ms)

    def leave(self, *, session: str, at_ms: int) -> "Twin":
        """That connection is gone; said of an older one, it means nothing."""
        if session != self.session or not self.is_online:
            return self
        return replace(self, version=self.version + 1, is_online=False, seen_ms=max(at_ms, self.seen_ms or 0))

    def remember(self, mark: MessageMark, *, now_ms: int) -> "Twin":
        """Keep the mark, so that a repeat is known; the oldest makes room."""
        return replace(self, version=self.version + 1, recent=self._recent_with(mark, now_ms))

    def is_resent(self, mark: MessageMark) -> bool:
        """The door sends the very same message again, since our answer was lost."""
        return self._find(mark.content + mark.sending) is not None

    def is_repeat(self, mark: MessageMark, *, now_ms: int, is_unique: bool = False) -> bool:
        """The device sent the same id with the same content a moment ago; at any time when its ids are unique."""
        start = self._find(mark.content)
        if start is None:
            return False
        if is_unique:
            return True
        at_s = int.from_bytes(self.recent[start + 12 : start + _RECORD_BYTES], "big")
        return abs(now_ms // 1000 - at_s) <= REPEAT_WITHIN_S

    def _recent_with(self, mark: MessageMark, now_ms: int) -> bytes:
        record = mark.content + mark.sending + (now_ms // 1000 & 0xFFFFFFFF).to_bytes(4, "big")
        return (self.recent + record)[-REPEATS_KEPT * _RECORD_BYTES :]

    def _find(self, head: bytes) -> int | None:
        """Where the newest record with that head starts."""
        if head not in self.recent:
            return None  # Mostly so; and looking forwards is ten times as fast as backwards.
        start = self.recent.rfind(head)
        while start > 0 and start % _RECORD_BYTES:
            start = self.recent.rfind(head, 0, start + len(head) - 1)
        return None if start < 0 else start
