"""Asking things for something, and telling truthfully what came of it."""

from collections.abc import Mapping

import anyio

from jinn.kernel import Clock, CommandId, Conflict, NotFound, ThingId, Unavailable, millis, new_id
from jinn.runtime import Database
from jinn.things import store
from jinn.things.alink import Code
from jinn.things.announcing import Announcer
from jinn.things.command_log import Asked, Terms, add_command, end_command
from jinn.things.delivering import Delivery, Doors, Way, service_message, set_message, wire_id
from jinn.things.frames import DownMessage
from jinn.things.model import CommandOutcome, CommandResult, Product, ServiceResult, Thing
from jinn.things.registry import Registry
from jinn.things.sweeping import note_gone
from jinn.things.twin import Twin
from jinn.things.twins import Twins
from jinn.things.values import Json, check_fields, check_set, same
from jinn.things.watching import Waiter, Watch

EXPIRES_S = 2.0
"""How long a person waits for a lamp; then the speaker says that it has not answered."""

_ATTEMPTS_MAX = 4


class Commander:
    """Sets properties and calls services. A thing's own report is the truth; its reply only says that it heard."""

    def __init__(
        self,
        *,
        registry: Registry,
        twins: Twins,
        database: Database,
        doors: Doors,
        watch: Watch,
        announcer: Announcer,
        clock: Clock,
    ) -> None:
        self._registry = registry
        self._twins = twins
        self._database = database
        self._doors = doors
        self._watch = watch
        self._announcer = announcer
        self._clock = clock

    async def set_properties(
        self, thing_id: ThingId, values: Mapping[str, Json], *, expires_s: float = EXPIRES_S, by: str
    ) -> tuple[CommandResult, ...]:
        """Ask a thing for these values and wait for its report, at most `expires_s`. One result for each value.

        Raises:
            NotFound: `thing-not-found`.
            Invalid: `unknown-property`, `read-only`, `wrong-type`, `out-of-range`; nothing was asked.
            Unavailable: the database or the bus is away; nothing was asked.
        """
        started_s = self._clock.monotonic_s()
        thing = self._registry.thing(thing_id)
        product = self._registry.product_of(thing)
        wanted = check_set(product.model, values)
        command = CommandId(new_id(self._clock))
        waiter = Waiter(wire_id=wire_id(command), asked=wanted, model=product.model)
        with self._watch.waiting(thing.id, waiter):
            terms = Terms(id=command, by=by, started_s=started_s, expires_s=expires_s)
            asked, open_values = await self._ask(terms, thing, product, wanted)
            if not open_values:
                return self._results(asked, waiter, wanted, open_values)
            waiter.ask_only(open_values)
            message = set_message(thing, self._doors.connection_of(thing), open_values, command, asked.expires_ms)
            await self._await_outcome(asked, waiter, message, expires_s)
        results = self._results(asked, waiter, wanted, open_values)
        await self._end(asked, waiter, results)
        return results

    async def call_service(
        self,
        thing_id: ThingId,
        service: str,
        inputs: Mapping[str, Json] | None = None,
        *,
        expires_s: float = 5.0,
        by: str,
        way: Way | None = None,
    ) -> ServiceResult:
        """Have a thing do something and wait for its answer, at most `expires_s`.

        Args:
            way: `async` on the service's own topic, `rrpc` or `ext` as a synchronous exchange; None: as the
                model says (`async`, or `rrpc` for a synchronous service).

        Raises:
            NotFound: `thing-not-found`, `service-not-found`.
            Invalid: `unknown-property`, `wrong-type`, `out-of-range`; nothing was asked.
            Unavailable: the database or the bus is away; nothing was asked.
        """
        started_s = self._clock.monotonic_s()
        thing = self._registry.thing(thing_id)
        product = self._registry.product_of(thing)
        known = product.model.services.get(service)
        if known is None:
            raise NotFound(f"{thing.names.en} has no service {service[:80]!r}.", code="service-not-found")
        given = check_fields(known.inputs, inputs or {}, f"service {service!r}")
        command = CommandId(new_id(self._clock))
        waiter = Waiter(wire_id=wire_id(command), asked={}, model=product.model)
        with self._watch.waiting(thing.id, waiter):
            twin = await self._twins.get(thing.id) or Twin(thing=thing.id)
            asked = self._asked(
                Terms(id=command, by=by, started_s=started_s, expires_s=expires_s), thing, product, twin
            )
            await self._database.write(add_command(asked, given, by, self._now_ms(), service=service))
            if twin.is_online:
                message = service_message(
                    thing, self._doors.connection_of(thing), service, given,
                    command=command, expires_ms=asked.expires_ms, way=way or ("rrpc" if known.is_sync else "async"),
                )  # fmt: skip
                await self._await_outcome(asked, waiter, message, expires_s)
            else:
                waiter.note_gone()
        outcome, code = _service_outcome(waiter)
        outputs = waiter.reply.data if waiter.reply is not None and isinstance(waiter.reply.data, dict) else {}
        await self._database.write(*end_command(asked, outcome, code, outputs, self._now_ms()))
        if waiter.is_gone and twin.is_online:
            await self._note_gone(asked)
        return ServiceResult(
            thing=thing.id, service=service, command=command, outcome=outcome, outputs=outputs,
            ms=self._ms_since(started_s), code=code,
        )  # fmt: skip

    async def _ask(
        self, terms: Terms, thing: Thing, product: Product, wanted: Mapping[str, Json]
    ) -> tuple[Asked, dict[str, Json]]:
        """Write the command and what it desires, before anything is sent. Gives the values that are still open."""
        for attempt in range(1, _ATTEMPTS_MAX + 1):
            async with self._twins.alone([thing.id]):
                twin = await self._twins.get(thing.id)
                if twin is None:
                    raise NotFound(f"There is no thing {thing.id!r}.", code="thing-not-found")
                asked = self._asked(terms, thing, product, twin)
                open_values = dict(wanted) if twin.is_online else {}
                open_values = {name: value for name, value in open_values.items() if not _is_so(asked, name, value)}
                statements = [add_command(asked, wanted, terms.by, self._now_ms())]
                after = twin
                if open_values:
                    after = twin.wish(open_values, command=terms.id, now_ms=self._now_ms(), expires_ms=asked.expires_ms)
                    statements.extend(store.save_twin(after, was=twin))
                else:
                    outcome = CommandOutcome.UNCHANGED if twin.is_online else CommandOutcome.OFFLINE
                    statements.extend(end_command(asked, outcome, "", {}, self._now_ms()))
                try:
                    await self._database.write(*statements)
                except Conflict:
                    if attempt == _ATTEMPTS_MAX:
                        raise
                    await self._twins.reload(thing.id)
                    continue
                self._twins.keep(after)
            if open_values:
                await self._announcer.announce_change(after, at_ms=self._now_ms())
            return asked, open_values
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _await_outcome(self, asked: Asked, waiter: Waiter, message: DownMessage, expires_s: float) -> None:
        """Send, and wait until the thing has said enough, is known to be gone, or the time is over."""
        left_s = expires_s - (self._clock.monotonic_s() - asked.started_s)
        with anyio.move_on_after(max(left_s, 0)):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._deliver, asked, waiter, message, left_s)
                await waiter.wait()
                tasks.cancel_scope.cancel()

    async def _deliver(self, asked: Asked, waiter: Waiter, message: DownMessage, within_s: float) -> None:
        try:
            outcome: Delivery = await self._doors.deliver(asked.twin.door or "", message, within_s=max(within_s, 0.001))
        except Unavailable:
            return  # The thing may have heard it all the same: whether it did, its report tells.
        if outcome == "offline":
            waiter.note_gone()

    async def _end(self, asked: Asked, waiter: Waiter, results: tuple[CommandResult, ...]) -> None:
        """Write the outcome, and take back what is desired no more."""
        outcome, code = _overall(results)
        reported = {result.property: result.reported for result in results}
        end = end_command(asked, outcome, code, reported, self._now_ms())
        for _ in range(_ATTEMPTS_MAX):
            async with self._twins.alone([asked.thing.id]):
                before = await self._twins.get(asked.thing.id)
                after = before.forget_command(asked.id) if before is not None else None
                if before is None or after is None or after is before:
                    await self._database.write(*end)
                    break
                try:
                    await self._database.write(*end, *store.save_twin(after, was=before))
                except Conflict:
                    await self._twins.reload(asked.thing.id)
                    continue
                self._twins.keep(after)
            await self._announcer.announce_change(after, at_ms=self._now_ms())
            break
        if waiter.is_gone:
            await self._note_gone(asked)

    async def _note_gone(self, asked: Asked) -> None:
        """The door does not hold it: it is offline, though nobody has told us."""
        await note_gone(
            asked.twin, database=self._database, twins=self._twins, announcer=self._announcer, clock=self._clock
        )

    def _asked(self, terms: Terms, thing: Thing, product: Product, twin: Twin) -> Asked:
        expires_ms = self._now_ms() + int(terms.expires_s * 1000)
        return Asked(
            id=terms.id, thing=thing, product=product, twin=twin, started_s=terms.started_s, expires_ms=expires_ms
        )

    def _results(
        self, asked: Asked, waiter: Waiter, wanted: Mapping[str, Json], open_values: Mapping[str, Json]
    ) -> tuple[CommandResult, ...]:
        ms = self._ms_since(asked.started_s)
        results: list[CommandResult] = []
        for name, value in wanted.items():
            outcome, code = _outcome(asked, waiter, name, is_open=name in open_values)
            before = asked.twin.reported.get(name)
            reported = waiter.reported.get(name, before.value if before is not None else None)
            results.append(
                CommandResult(
                    thing=asked.thing.id,
                    property=name,
                    asked=value,
                    reported=reported,
                    outcome=outcome,
                    ms=ms,
                    code=code,
                )
            )
        return tuple(results)

    def _now_ms(self) -> int:
        return millis(self._clock.now())

    def _ms_since(self, started_s: float) -> float:
        return (self._clock.monotonic_s() - started_s) * 1000


def _is_so(asked: Asked, name: str, value: Json) -> bool:
    """Whether the twin says already what is asked, and nobody asks for another value at this moment."""
    said = asked.twin.reported.get(name)
    return (
        said is not None
        and name not in asked.twin.desired
        and same(asked.product.model.properties[name].type, said.value, value)
    )


def _outcome(asked: Asked, waiter: Waiter, name: str, *, is_open: bool) -> tuple[CommandOutcome, str]:
    if not asked.twin.is_online:
        return CommandOutcome.OFFLINE, "offline"
    if not is_open:
        return CommandOutcome.UNCHANGED, ""
    if waiter.met(name):
        return CommandOutcome.CONFIRMED, ""
    if waiter.reply is not None and waiter.reply.code != 200:
        return _no(waiter.reply.code)
    if waiter.is_gone:
        return CommandOutcome.OFFLINE, "offline"
    return CommandOutcome.TIMED_OUT, "other-value" if name in waiter.reported else "no-report"


def _no(code: int) -> tuple[CommandOutcome, str]:
    """A thing's own no; one that its bridge could not reach has said nothing, and one without a session is away."""
    if code == Code.NO_SESSION:
        return CommandOutcome.OFFLINE, "offline"
    return (CommandOutcome.TIMED_OUT, "no-answer") if code == Code.NO_ANSWER else (CommandOutcome.REFUSED, str(code))


def _service_outcome(waiter: Waiter) -> tuple[CommandOutcome, str]:
    if waiter.reply is not None:
        return (CommandOutcome.CONFIRMED, "") if waiter.reply.code == 200 else _no(waiter.reply.code)
    if waiter.is_gone:
        return CommandOutcome.OFFLINE, "offline"
    return CommandOutcome.TIMED_OUT, "no-reply"


def _overall(results: tuple[CommandResult, ...]) -> tuple[CommandOutcome, str]:
    """The outcome of a command is the worst of its values'."""
    order = list(CommandOutcome)
    worst = max(
        results, key=lambda result: order.index(result.outcome) if result.outcome is not CommandOutcome.UNCHANGED else 0
    )
    return worst.outcome, worst.code
