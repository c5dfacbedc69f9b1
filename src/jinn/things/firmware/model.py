"""Images, rollouts and the updates of single things: the rules, without I/O."""

import hashlib
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NewType

from jinn.kernel import Invalid, Names, ThingId

ImageId = NewType("ImageId", str)
RolloutId = NewType("RolloutId", str)

ANSWER_WITHIN_MS = 90_000
"""A thing that says nothing for so long after a push is told again: devices say at least that they have begun."""

PUSHES_MAX = 4
STUCK_AFTER_MS = 900_000
"""A thing that is here and says no more for a quarter of an hour has lost its way."""

MESSAGE_CHARS_MAX = 300
_CODE = re.compile(r"([a-z][a-z0-9-]{1,39}):\s*(.*)", re.DOTALL)
_VERIFYING_FROM, _INSTALLING_FROM = 90, 95
_CODES_BY_STEP: Mapping[int, str] = {
    -1: "update-failed",
    -2: "download-failed",
    -3: "verify-failed",
    -4: "burn-failed",
}
"""What Alink's own four failures are called here, for things that give no code of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A package that is kept.

    Attributes:
        counter: by which things tell newer from older.
        blob: its signed manifest.
    """

    id: ImageId
    product_key: str
    module: str
    version: str
    counter: int
    size: int
    sha256: str
    blob: bytes
    notes: Names
    added_ms: int


class RolloutState(StrEnum):
    """What becomes of a rollout; a stopped or done one never starts again."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    DONE = "done"


class UpdateState(StrEnum):
    """What has become of one thing's update."""

    WAITING = "waiting"
    SENT = "sent"
    DOWNLOADING = "downloading"
    VERIFYING = "verifying"
    INSTALLING = "installing"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    ROLLED_BACK = "rolled_back"
    STOPPED = "stopped"


IN_FLIGHT = frozenset({UpdateState.SENT, UpdateState.DOWNLOADING, UpdateState.VERIFYING, UpdateState.INSTALLING})
BEFORE_INSTALLING = frozenset({UpdateState.WAITING, UpdateState.SENT, UpdateState.DOWNLOADING, UpdateState.VERIFYING})
FAILURES = frozenset({UpdateState.FAILED, UpdateState.ROLLED_BACK})
_ORDER = (UpdateState.SENT, UpdateState.DOWNLOADING, UpdateState.VERIFYING, UpdateState.INSTALLING)


class SaidKind(StrEnum):
    """What a thing says about updates."""

    VERSION = "version"
    PROGRESS = "progress"
    ASKED = "asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message of a thing about its firmware, as it was kept when it was acknowledged.

    Attributes:
        version: that runs (of VERSION), or that is spoken of (of PROGRESS; empty: of whatever it was sent).
        step: of PROGRESS: 0 to 100, or -1 to -4.
        reply: of ASKED: the topic on which it wants the answer; empty: as a push.
        message_id: of ASKED: JSON, goes back as it came.
    """

    id: str
    thing: ThingId
    kind: SaidKind
    module: str
    version: str = ""
    step: int = 0
    desc: str = ""
    reply: str = ""
    message_id: str = "0"
    at_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """One thing's way to one version. Every change returns a new update.

    Attributes:
        rank: its place in the rollout's order, from 0; those below the invited count are let in.
        joins_at: of a thing that came later, the percent from which it is let in; 0: its rank counts.
        percent: 0 to 100, of the whole way.
        pushes, session: how often and over which connection it was told last.
        revision: grows with every change, for compare-and-set.
    """

    rollout: RolloutId
    thing: ThingId
    rank: int
    joins_at: int = 0
    state: UpdateState = UpdateState.WAITING
    percent: int = 0
    changed_ms: int = 0
    code: str = ""
    message: str = ""
    pushes: int = 0
    session: str = ""
    revision: int = 0

    def sent(self, *, session: str, now_ms: int) -> "Update":
        """It was told; a thing that had begun before begins again where it stopped."""
        after = self._to(UpdateState.SENT, now_ms, percent=self.percent)
        # What it asked for in the same breath is no further attempt.
        is_attempt = session != self.session or now_ms - self.changed_ms > ANSWER_WITHIN_MS
        return replace(after, pushes=self.pushes + is_attempt, session=session)

    def unsent(self, now_ms: int) -> "Update":
        """Nobody held its connection: it was not told after all."""
        after = self._to(UpdateState.WAITING, now_ms, percent=self.percent)
        return replace(after, pushes=max(0, self.pushes - 1), session="")

    def said(self, said: Said, *, target: str, now_ms: int) -> "Update":
        """What this message makes of it; the same update when it changes nothing."""
        if said.kind is SaidKind.VERSION:
            return self._said_version(said.version, target, now_ms)
        if said.kind is SaidKind.PROGRESS and said.version in ("", target):
            return self._said_progress(said, now_ms)
        return self

    def confirm(self, now_ms: int) -> "Update":
        """The thing itself says that it runs this version: true whatever we thought."""
        if self.state is UpdateState.CONFIRMED:
            return self
        return replace(self._to(UpdateState.CONFIRMED, now_ms, percent=100), code="", message="")

    def fail(self, code: str, message: str, now_ms: int) -> "Update":
        after = self._to(UpdateState.FAILED, now_ms, percent=self.percent)
        return replace(after, code=code, message=message[:MESSAGE_CHARS_MAX])

    def stop(self, now_ms: int) -> "Update":
        """The rollout was stopped. What installs already goes on to its end: it cannot be called back."""
        if self.state not in BEFORE_INSTALLING:
            return self
        return self._to(UpdateState.STOPPED, now_ms, percent=self.percent)

    def looked_at(self, *, is_online: bool, session: str, now_ms: int) -> "Update":
        """What silence makes of it; `session` is the connection that the thing has now."""
        if self.state not in IN_FLIGHT or not is_online:
            return self
        silent_ms = now_ms - self.changed_ms
        if self.state is UpdateState.SENT and session != self.session and self.pushes >= PUSHES_MAX:
            return self.fail("no-answer", f"It was told {self.pushes} times and came back without a word.", now_ms)
        if self.state is UpdateState.SENT and silent_ms > ANSWER_WITHIN_MS and self.pushes >= PUSHES_MAX:
            return self.fail("no-answer", "It was told and did nothing.", now_ms)
        if silent_ms > STUCK_AFTER_MS:
            return self.fail("no-answer", "It began and then said no more.", now_ms)
        return self

    def is_due_again(self, *, session: str, now_ms: int) -> bool:
        """Whether a thing that is online must be told again: it was restarted, or never answered."""
        if self.state not in IN_FLIGHT or self.state is UpdateState.INSTALLING:
            return False
        if session != self.session:
            return True
        return self.state is UpdateState.SENT and now_ms - self.changed_ms > ANSWER_WITHIN_MS

    def _said_version(self, version: str, target: str, now_ms: int) -> "Update":
        if version == target:
            return self.confirm(now_ms)
        if self.state is UpdateState.INSTALLING:
            after = self._to(UpdateState.ROLLED_BACK, now_ms, percent=self.percent)
            return replace(after, code="rolled-back", message=f"It came back with {version}."[:MESSAGE_CHARS_MAX])
        return self

    def _said_progress(self, said: Said, now_ms: int) -> "Update":
        if self.state in (UpdateState.CONFIRMED, UpdateState.STOPPED) or (
            self.state in FAILURES and self.code != "rolled-back"
        ):
            return self
        if said.step < 0:
            return self._said_failure(said, now_ms)
        if self.state in FAILURES:
            return self
        state = _state_of(said)
        percent = max(0, min(said.step, 99))
        if state is self.state and percent == self.percent:
            return self
        # Old news: a download that was said before the installing that we know of.
        if _ORDER.index(state) < (_ORDER.index(self.state) if self.state in _ORDER else 0):
            return self
        # It answers: what it is told after another restart counts anew.
        return replace(self._to(state, now_ms, percent=percent), pushes=1)

    def _said_failure(self, said: Said, now_ms: int) -> "Update":
        found = _CODE.fullmatch(said.desc)
        code = found[1] if found else _CODES_BY_STEP.get(said.step, "update-failed")
        message = (found[2] if found else said.desc)[:MESSAGE_CHARS_MAX]
        state = UpdateState.ROLLED_BACK if code == "rolled-back" else UpdateState.FAILED
        if (self.state, self.code, self.message) == (state, code, message):
            return self
        if state is UpdateState.ROLLED_BACK and self.state is UpdateState.WAITING:
            # Old news of an earlier try at the same version, told at every start.
            return self
        return replace(self._to(state, now_ms, percent=self.percent), code=code, message=message)

    def _to(self, state: UpdateState, now_ms: int, *, percent: int) -> "Update":
        return replace(self, state=state, percent=percent, changed_ms=now_ms, revision=self.revision + 1)


def _state_of(said: Said) -> UpdateState:
    if said.desc in (UpdateState.DOWNLOADING, UpdateState.VERIFYING, UpdateState.INSTALLING):
        return UpdateState(said.desc)
    if said.step >= _INSTALLING_FROM:
        return UpdateState.INSTALLING
    return UpdateState.VERIFYING if said.step >= _VERIFYING_FROM else UpdateState.DOWNLOADING


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Which things a rollout is for, beside having the image's product: `area:hall`, `tag:floor=2`, `things:a,b`."""

    kind: str
    value: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"


def group_of(text: str | None) -> Group | None:
    """Raises `Invalid` with code `group-malformed`."""
    if text is None or not text.strip():
        return None
    kind, colon, value = text.strip().partition(":")
    if not colon or kind not in ("area", "tag", "things") or not value or len(text) > 4_000:
        raise Invalid("A group is area:ID, tag:KEY=VALUE or things:ID,ID.", code="group-malformed")
    if kind == "tag" and not value.partition("=")[1]:
        raise Invalid("A group of a tag is tag:KEY=VALUE.", code="group-malformed")
    return Group(kind=kind, value=value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """Bringing one image to many things in stages.

    Attributes:
        percent: how many of the things are let in by now.
        failure_limit_percent: when more of those let in have failed, it stops by itself.
        at_once: how many may be on their way at the same time.
        total: things that it was for when it began.
        reason: why it stopped by itself; None when it did not.
        revision: grows with every change, for compare-and-set.
    """

    id: RolloutId
    image: ImageId
    state: RolloutState
    percent: int
    group: Group | None
    failure_limit_percent: float
    at_once: int
    total: int
    created_ms: int
    reason: Names | None = None
    revision: int = 0

    @property
    def is_open(self) -> bool:
        return self.state in (RolloutState.RUNNING, RolloutState.PAUSED)

    @property
    def invited(self) -> int:
        """How many things are let in; at least one, since 1 % of ten things is meant to begin somewhere."""
        return min(self.total, max(1, math.ceil(self.total * self.percent / 100))) if self.total else 0

    def to(self, state: RolloutState, *, reason: Names | None = None) -> "Rollout":
        return replace(self, state=state, reason=reason or self.reason, revision=self.revision + 1)

    def widen(self, percent: int) -> "Rollout":
        return replace(self, percent=percent, revision=self.revision + 1)

    def lets_in(self, update: Update) -> bool:
        return 0 < update.joins_at <= self.percent or (not update.joins_at and update.rank < self.invited)

    def excess(self, counts: Mapping[UpdateState, int], let_in: int) -> Names | None:
        """Why it must stop: more of those let in failed than its owner allows; None when it need not."""
        failed = sum(counts.get(state, 0) for state in FAILURES)
        if not failed or failed * 100 <= self.failure_limit_percent * let_in:
            return None
        limit = f"{self.failure_limit_percent:g}"
        return Names(
            en=f"Stopped: {failed} of {let_in} updates failed, and at most {limit} % may.",
            zh=f"已停止：{let_in} 台中有 {failed} 台更新失败，超过了 {limit}% 的上限。",
        )

    def is_over(self, counts: Mapping[UpdateState, int]) -> bool:
        """Whether everybody is let in and nobody is under way any more."""
        busy = sum(counts.get(state, 0) for state in (UpdateState.WAITING, *IN_FLIGHT))
        return self.percent == 100 and not busy


def ranked(rollout: RolloutId, things: Iterable[ThingId]) -> list[ThingId]:
    """The things in an order by chance that is the same on every hub: the first few are no particular few."""
    return sorted(things, key=lambda thing: _chance(rollout, thing))


def joins_at(rollout: RolloutId, thing: ThingId) -> int:
    """From which percent on a thing that came after the beginning is let in: 1 to 100, the same on every hub."""
    return 1 + int.from_bytes(_chance(rollout, thing)) % 100


def _chance(rollout: RolloutId, thing: ThingId) -> bytes:
    return hashlib.blake2b(f"{rollout} {thing}".encode(), digest_size=8).digest()
