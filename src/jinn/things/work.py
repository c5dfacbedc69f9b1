"""One unit of ingest: what a batch of device messages changes, collected, then committed together."""

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from jinn.kernel import Clock, ThingId, millis
from jinn.runtime import Statement
from jinn.things import store
from jinn.things.alink import Envelope
from jinn.things.frames import UpMessage
from jinn.things.history import Sample
from jinn.things.history.recording import note, presence_sample, samples_of
from jinn.things.model import Product, Thing
from jinn.things.registry import Addition, Registry
from jinn.things.topics import Address
from jinn.things.twin import MessageMark, Reported, Twin
from jinn.things.values import Json
from jinn.things.wire import Happened, Presented, Replied, Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Upward:
    """One message of a device, understood as far as every use needs.

    Attributes:
        connection: the thing whose connection it came over: `thing` itself, or its gateway.
    """

    message: UpMessage
    address: Address
    envelope: Envelope
    thing: Thing
    product: Product
    connection: Thing
    mark: MessageMark


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a device is answered; `payload` instead of `data` where the answer is no Alink reply."""

    data: object = field(default_factory=dict)
    payload: bytes | None = None
    is_silent: bool = False


SILENT = Answer(is_silent=True)
Handler = Callable[["Work", Upward], Answer]


class Work:
    """Twins as they will be, rows to add, and what is told to others once it is all committed."""

    def __init__(
        self,
        *,
        registry: Registry,
        twins: Mapping[ThingId, Twin],
        clock: Clock,
        arrivals: MutableMapping[ThingId, tuple[str, int]] | None = None,
    ) -> None:
        """`arrivals`: since when this hub knows which connection of a thing; kept from one commit to the next."""
        self.registry = registry
        self.clock = clock
        self.now_ms = millis(clock.now())
        self.arrivals: MutableMapping[ThingId, tuple[str, int]] = {} if arrivals is None else arrivals
        self._before = dict(twins)
        self._twins = dict(twins)
        self._statements: list[Statement] = []
        self._trims: dict[tuple[str, ThingId, str], Statement] = {}
        self.taken: list[Thing] = []
        self.reports: list[Report] = []
        self.presences: list[Presented] = []
        self.replies: list[Replied] = []
        self._samples: list[Sample] = []
        self.afterwards: list[Callable[[], None]] = []
        """What to do once all of it is committed: to hold in memory what was written."""
        self.happened: list[Happened] = []
        self.shut: list[Thing] = []
        """Whose own connection ends, since they speak over a gateway's now."""
        self._replaced: list[Twin] = []

    def has(self, thing_id: ThingId) -> bool:
        return thing_id in self._twins

    def twin(self, thing_id: ThingId) -> Twin:
        return self._twins[thing_id]

    def arrived_ms(self, thing_id: ThingId, session: str) -> int | None:
        """Since when the thing has this connection; None: we did not see it come."""
        known = self.arrivals.get(thing_id)
        return known[1] if known is not None and known[0] == session else None

    def put(self, twin: Twin) -> None:
        self._replaced.append(self._twins[twin.thing])
        self._twins[twin.thing] = twin

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """What one message changes is undone when it turns out to be bad halfway."""
        replaced, statements, taken = len(self._replaced), len(self._statements), len(self.taken)
        samples = len(self._samples)
        reports, presences, replies = len(self.reports), len(self.presences), len(self.replies)
        afterwards = len(self.afterwards)
        happened, shut = len(self.happened), len(self.shut)
        try:
            yield
        except BaseException:
            for twin in reversed(self._replaced[replaced:]):
                self._twins[twin.thing] = twin
            del self._replaced[replaced:], self._statements[statements:], self.taken[taken:]
            del self._samples[samples:]
            del self.reports[reports:], self.presences[presences:], self.replies[replies:]
            del self.afterwards[afterwards:]
            del self.happened[happened:], self.shut[shut:]
            raise

    def add(self, *statements: Statement) -> None:
        self._statements.extend(statements)

    def after_commit(self, tell: Callable[[], None]) -> None:
        """Have something called once for this commit, however many messages ask for it; it must be quick."""
        if tell not in self.afterwards:
            self.afterwards.append(tell)

    def trim(self, table: str, thing_id: ThingId, part: str, statement: Statement) -> None:
        """Once per commit for each history that grew."""
        self._trims[table, thing_id, part] = statement

    def record(self, up: Upward, said: Mapping[str, Sequence[Reported]]) -> None:
        """Let the past have what was said of each property, oldest first; before the twin takes it."""
        thing, properties = up.thing.id, up.product.model.properties
        known = self._twins[thing].reported
        for name, values in said.items():
            self._samples += samples_of(thing, name, properties[name].type, values, known.get(name))

    def thing_of_device(self, device: str) -> Thing | None:
        """As it is once this is committed: a gateway need not wait for one reply before its next request."""
        taken = next((thing for thing in reversed(self.taken) if thing.device == device), None)
        return taken or self.registry.thing_of_device(device)

    def add_thing(self, addition: Addition) -> None:
        self.add(*addition.statements)
        self.taken.append(addition.thing)

    def change_thing(self, thing: Thing) -> None:
        self.add(*self.registry.rewritten(thing))
        self.taken.append(thing)

    def tell_report(self, twin: Twin, values: Mapping[str, Json]) -> None:
        self.reports.append(Report(thing=twin.thing, version=twin.version, at_ms=self.now_ms, properties=dict(values)))

    def tell_presence(self, twin: Twin) -> None:
        self.presences.append(Presented(thing=twin.thing, online=twin.is_online, at_ms=self.now_ms))

    def changed_twins(self) -> Iterable[Twin]:
        return [twin for thing_id, twin in self._twins.items() if twin is not self._before[thing_id]]

    def statements(self) -> list[Statement]:
        """Everything to commit."""
        saves = [
            statement
            for twin in self.changed_twins()
            for statement in store.save_twin(twin, was=self._before[twin.thing])
        ]
        noted = note([*self._samples, *self._arrivals()], self.now_ms)
        return [*saves, *self._statements, *noted, *self._trims.values()]

    def _arrivals(self) -> list[Sample]:
        changed = ((self._before[twin.thing], twin) for twin in self.changed_twins())
        return [sample for before, after in changed if (sample := presence_sample(before, after)) is not None]
