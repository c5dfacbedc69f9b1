"""What a function is: its manifest, what it listens to, what it may do, and which version an event goes to."""

import re
import zlib
from dataclasses import dataclass, replace
from typing import Literal

import msgspec

from jinn.kernel import Invalid, Names

CODE_BYTES_MAX = 4 * 1024 * 1024
EVENT_BYTES_MAX = 65_536
FUEL_DEFAULT = 5_000_000
"""About 6 ms of a core: ten million units ended an endless loop after 12.8 ms."""
FUEL_MAX = 100_000_000
MEMORY_KIB_DEFAULT = 2_048
MEMORY_KIB_MAX = 65_536
PYTHON_MEMORY_KIB_MIN = 65_536
"""Of address space: CPython itself takes about 30 MiB of it."""
FILTERS_MAX = 20
GRANTS_MAX = 50

STAGES = (10, 50, 100)
"""Percent of the things whose events a new version gets, stage by stage."""
STAGE_EVENTS = 20
"""Good events after which a stage has been passed."""
FAILURES_MIN, FAILURE_SHARE = 3, 0.1
"""A version is unwell when so many, and more than this share, of its events failed."""

_WORD = r"[A-Za-z0-9_:-]{1,130}"
_FILTER = re.compile(rf"(things|events)/(\+|{_WORD})/(\+|{_WORD})")
_GRANT = re.compile(rf"(set|call|read):(\+|{_WORD})/(\+|{_WORD})|say|keep")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,47}")

Runtime = Literal["wasm", "python"]


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What its maker says of a function; the signature is over these very bytes.

    Attributes:
        version: grows with each release; what is not above the newest one is refused.
        sha256: of the code, hexadecimal.
        on: what it listens to: `things/<thing>/<property>` or `events/<thing>/<event>`, `+` stands for any.
        grants: what it may do: `set:<thing>/<property>`, `call:<thing>/<service>`, `read:<thing>/<property>`,
            `say`, and `keep` (4 KiB of its own from event to event).
        fuel: WebAssembly instructions an event may take, about; ignored for Python.
        time_ms: how long an event may take.
    """

    name: str
    version: int
    runtime: Runtime
    sha256: str
    on: tuple[str, ...]
    grants: tuple[str, ...] = ()
    fuel: int = FUEL_DEFAULT
    memory_kib: int = MEMORY_KIB_DEFAULT
    time_ms: int = 100


_decoder = msgspec.json.Decoder(Manifest)


def default_memory_kib(runtime: Runtime) -> int:
    return MEMORY_KIB_DEFAULT if runtime == "wasm" else 2 * PYTHON_MEMORY_KIB_MIN


def read_manifest(document: bytes) -> Manifest:
    """Raises `Invalid` with code `function-manifest` that names what is wrong."""
    try:
        manifest = _decoder.decode(document)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as wrong:
        raise _bad(f"it cannot be read: {wrong}") from wrong
    for wrong_part in _faults(manifest):
        raise _bad(wrong_part)
    return manifest


def _faults(manifest: Manifest) -> "list[str]":
    low_kib = PYTHON_MEMORY_KIB_MIN if manifest.runtime == "python" else 64
    high_kib = 8 * MEMORY_KIB_MAX if manifest.runtime == "python" else MEMORY_KIB_MAX
    claims = (
        (_NAME.fullmatch(manifest.name), "a name is a small letter, then small letters, digits and hyphens"),
        (0 < manifest.version < 2**31, "version is a whole number from 1"),
        (re.fullmatch(r"[0-9a-f]{64}", manifest.sha256), "sha256 is 64 hexadecimal digits"),
        (0 < len(manifest.on) <= FILTERS_MAX, f"`on` names 1 to {FILTERS_MAX} topics"),
        (all(_FILTER.fullmatch(topic) for topic in manifest.on), "`on` is things/THING/PROPERTY or events/THING/EVENT"),
        (len(manifest.grants) <= GRANTS_MAX, f"at most {GRANTS_MAX} grants"),
        (
            all(_GRANT.fullmatch(grant) for grant in manifest.grants),
            "a grant is set:T/P, call:T/S, read:T/P, say or keep",
        ),
        (0 < manifest.fuel <= FUEL_MAX, f"fuel is 1 to {FUEL_MAX}"),
        (low_kib <= manifest.memory_kib <= high_kib, f"memory_kib is {low_kib} to {high_kib}"),
        (10 <= manifest.time_ms <= 5_000, "time_ms is 10 to 5000"),
    )
    return [sentence for holds, sentence in claims if not holds]


def _bad(sentence: str) -> Invalid:
    return Invalid(f"The function's manifest: {sentence}.", code="function-manifest")


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeEvent:
    """What a function is told.

    Attributes:
        kind: `things`: a thing reported a property; `events`: something happened to it.
        name: of the property or event.
        value: the property's value, or the event's outputs.
    """

    kind: Literal["things", "events"]
    thing: str
    name: str
    value: object
    at_ms: int

    def encoded(self) -> bytes:
        """As the function reads it."""
        return msgspec.json.encode(
            {"kind": self.kind, "thing": self.thing, "name": self.name, "value": self.value, "at_ms": self.at_ms}
        )


def listens(manifest: Manifest, kind: str, thing: str, name: str) -> bool:
    """Whether a function wants such events."""
    return any(_fits(topic, (kind, thing, name)) for topic in manifest.on)


def is_granted(manifest: Manifest, act: str, thing: str = "", name: str = "") -> bool:
    """Whether a function may do that; nothing but what its manifest lists is allowed."""
    if not thing:
        return act in manifest.grants
    for grant in manifest.grants:
        verb, _, target = grant.partition(":")
        if verb == act and target and _fits(f"{verb}/{target}", (act, thing, name)):
            return True
    return False


def _fits(pattern: str, parts: tuple[str, str, str]) -> bool:
    return all(wanted in ("+", part) for wanted, part in zip(pattern.split("/"), parts, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Something that a function wants done; done only when it has ended well.

    Attributes:
        values: properties to set, or inputs of the service.
        service: empty when properties are to be set.
    """

    thing: str
    values: dict[str, object]
    service: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """One event that a function has worked on.

    Attributes:
        problem: why it failed; empty when it ended well. A failed one wishes nothing.
        kept: what it wants to keep for the next event; None: as before.
    """

    wishes: tuple[Wish, ...] = ()
    says: tuple[Names, ...] = ()
    logs: tuple[str, ...] = ()
    kept: bytes | None = None
    fuel: int = 0
    ms: float = 0.0
    problem: str = ""
    sentence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """Which versions of a function run, and how the newest one fares.

    Attributes:
        active: gets what the trial does not; None before the first version has passed its trial.
        trial: on trial; None when there is nothing new.
        stage: index into `STAGES`.
        problem: why the last trial or the active version was stopped; empty when all is well.
    """

    name: str
    active: int | None = None
    trial: int | None = None
    stage: int = 0
    good: int = 0
    bad: int = 0
    is_enabled: bool = True
    problem: str = ""

    @property
    def percent(self) -> int:
        """Of the things whose events the trial gets; all when nothing runs besides."""
        return 100 if self.active is None else STAGES[self.stage]

    def version_for(self, thing: str) -> int | None:
        """Which version gets an event of that thing: always the same one within a stage. None: none runs."""
        if not self.is_enabled:
            return None
        if self.trial is not None and zlib.crc32(thing.encode()) % 100 < self.percent:
            return self.trial
        return self.active

    def tried(self, version: int) -> "Staged":
        """A new version begins its trial."""
        return replace(self, trial=version, stage=0, good=0, bad=0, is_enabled=True, problem="")

    def ended(self, version: int, problem: str) -> "Staged":
        """One event of that version is done: a stage may be passed, or the version is unwell and goes back."""
        if version not in (self.trial, self.active):
            return self
        is_trial = version == self.trial
        counted = self if not is_trial and self.trial is not None else self._counted(problem)
        if counted.is_unwell:
            return counted._gone_back(version, problem)
        if is_trial and counted.good >= STAGE_EVENTS:
            return counted._passed()
        return counted

    @property
    def is_unwell(self) -> bool:
        return self.bad >= FAILURES_MIN and self.bad > FAILURE_SHARE * (self.good + self.bad)

    def _counted(self, problem: str) -> "Staged":
        good, bad = self.good + (not problem), self.bad + bool(problem)
        if self.trial is None and good + bad > 1000:
            # Of a version that runs for years only its recent past counts.
            good, bad = good // 2, bad // 2
        return replace(self, good=good, bad=bad)

    def _passed(self) -> "Staged":
        if self.active is None or self.stage == len(STAGES) - 1:
            return replace(self, active=self.trial, trial=None, stage=0, good=0, bad=0)
        return replace(self, stage=self.stage + 1, good=0, bad=0)

    def _gone_back(self, version: int, problem: str) -> "Staged":
        if version == self.trial and self.active is not None:
            return replace(self, trial=None, stage=0, good=0, bad=0, problem=f"version {version}: {problem}")
        return replace(self, trial=None, active=version, is_enabled=False, good=0, bad=0, problem=problem)
