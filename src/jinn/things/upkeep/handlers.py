"""What devices ask that needs the ledger: their configuration, keeping their logs, enrolling what is behind them."""

from collections.abc import Mapping

from jinn.kernel import NotFound, new_id
from jinn.runtime import Sql, Statement
from jinn.things.alink import AlinkError, Code, decoded, decoded_dict, listed
from jinn.things.gateways import bring, forms_of, identity_of, made_behind, named
from jinn.things.model import Thing, is_device_name, is_safe_name
from jinn.things.signatures import is_signed
from jinn.things.topics import Use
from jinn.things.twins import Twins
from jinn.things.upkeep.configuring import Configuring
from jinn.things.upkeep.ledger import Ledger
from jinn.things.upkeep.model import LOG_LINES_MAX, LOGS_KEPT, log_lines, signed_part
from jinn.things.values import Json
from jinn.things.work import Answer, Handler, Upward, Work


class UpkeepHandlers:
    """The handlers, with what they have to know."""

    def __init__(self, *, ledger: Ledger, configuring: Configuring, twins: Twins) -> None:
        self._ledger = ledger
        self._twins = twins
        self._configuring = configuring

    def handlers(self) -> Mapping[Use, Handler]:
        return {
            Use.CONFIG_GET: self.get_config,
            Use.LOG_POST: self.post_log,
            Use.LOG_WANTED: self.log_wanted,
            Use.SUB_REGISTER: self.register_brought,
            Use.SUB_PRODUCT_REGISTER: self.register_subs,
            Use.FOUND: self.take_found,
            Use.RESET: self.reset,
        }

    def get_config(self, work: Work, up: Upward) -> Answer:
        """Where the configuration lies; nothing when there is none, and devices go on with their own."""
        scope = decoded_dict(up.envelope.params).get("configScope", "product")
        if scope not in ("product", "device"):
            raise AlinkError(Code.BAD_PARAMS, "request parameter error: configScope")
        return Answer(data=dict(self._configuring.told(up.thing)))

    def log_wanted(self, work: Work, up: Upward) -> Answer:
        """Whether the device should send its logs."""
        mode = 0 if self._ledger.is_quiet(up.thing.id) else 1
        return Answer(data={"getType": "content", "content": {"mode": mode}})

    def post_log(self, work: Work, up: Upward) -> Answer:
        """A device's own log lines, kept for a while."""
        said = decoded(up.envelope.params)
        forms: list[Json] = said if isinstance(said, list) else [said]
        if len(forms) > LOG_LINES_MAX:
            raise AlinkError(Code.TOO_MANY, f"at most {LOG_LINES_MAX} lines in one message")
        for line in log_lines(forms, work.now_ms):
            row: dict[str, Sql] = {
                "id": new_id(work.clock), "thing": up.thing.id, "at_ms": line.at_ms, "level": line.level,
                "module": line.module, "text": line.text,
            }  # fmt: skip
            work.add(Statement(query="things.add_log", values=row))
        trim: dict[str, Sql] = {"thing": up.thing.id, "kept": LOGS_KEPT}
        work.trim("logs", up.thing.id, "", Statement(query="things.trim_logs", values=trim))
        return Answer()

    def register_brought(self, work: Work, up: Upward) -> Answer:
        """Make things of the gateway's new devices, as far as their owner lets them come; its own are told again."""
        brought = [self._brought(work, up, *identity_of(form)) for form in forms_of(listed(up.envelope.params))]
        return Answer(data=[_with_secret(thing) for thing in brought])

    def _brought(self, work: Work, up: Upward, key: str, name: str) -> Thing:
        try:
            work.registry.product(key)
        except NotFound as error:
            raise AlinkError(Code.NO_PRODUCT, error.sentence) from error
        access = self._ledger.access(key)
        is_permitted = self._ledger.is_permitted(up.thing.id, key, name, now_ms=work.now_ms)
        thing = work.thing_of_device(f"{key}&{name}")
        if thing is None:
            if not is_permitted and (access is None or not access.is_open):
                raise AlinkError(Code.SIGNATURE, f"request auth error: devices of {key} may not join now")
            thing = made_behind(work, up, key, name)
        elif thing.gateway == up.thing.id:
            return thing
        elif thing.gateway is None and (is_permitted or access is not None) and self._may_fetch(up, thing):
            bring(work, up, thing)
        else:
            # Its secret would let the gateway speak for it.
            raise AlinkError(Code.SIGNATURE, f"request auth error: {name} belongs to somebody else")
        self._note_given(work, thing)
        return thing

    def register_subs(self, work: Work, up: Upward) -> Answer:
        """Sub-devices that show their product's secret are given their own, as over their own connection."""
        params = decoded(up.envelope.params)
        proxied = params.get("proxieds") if isinstance(params, dict) else params
        forms = forms_of(proxied if isinstance(proxied, list) else [])
        return Answer(data=[self._registered(work, up, form) for form in forms])

    def _registered(self, work: Work, up: Upward, form: Mapping[str, str]) -> dict[str, str]:
        key, name = identity_of(form)
        access = self._ledger.access(key)
        method = form.get("signMethod", form.get("signmethod", ""))
        if access is None:
            raise AlinkError(Code.NO_PRODUCT, f"devices of {key} do not enrol by themselves")
        if not is_signed(signed_part(form), form.get("sign", ""), method=method, secret=access.secret):
            raise AlinkError(Code.SIGNATURE, f"the signature of {name} is wrong")
        thing = work.thing_of_device(f"{key}&{name}")
        if thing is None and not access.is_open:
            raise AlinkError(Code.NO_DEVICE, f"there is no device {name}")
        if thing is None:
            thing = made_behind(work, up, key, name)
        elif not self._may_fetch(up, thing):
            raise AlinkError(Code.BAD_PARAMS, f"{name} was given its secret before")
        self._note_given(work, thing)
        return _with_secret(thing)

    def _note_given(self, work: Work, thing: Thing) -> None:
        work.add(Statement(query="things.give_secret", values={"thing": thing.id}))
        work.afterwards.append(lambda: self._ledger.note_given(thing.id))

    def _may_fetch(self, up: Upward, thing: Thing) -> bool:
        """Its own gateway may ask again: it holds the secret already, or its answer was lost."""
        was_here = self._twins.peek(thing.id).session is not None
        return thing.gateway == up.thing.id or self._ledger.may_fetch_secret(thing, was_here=was_here)

    def take_found(self, work: Work, up: Upward) -> Answer:
        """What a gateway sees nearby; its owner may let it in."""
        params = decoded(up.envelope.params)
        for form in forms_of(params if isinstance(params, list) else [params]):
            key, name = identity_of(form)
            if is_safe_name(key) and is_device_name(name):
                seen = (up.thing.id, key, name, work.now_ms)
                work.afterwards.append(lambda seen=seen: self._ledger.found.append(seen))  # type: ignore[misc]
        return Answer()

    def reset(self, work: Work, up: Upward) -> Answer:
        """The device was set back: what is wished of it is void, and it may fetch its secret again."""
        twin = work.twin(up.thing.id)
        if twin.desired:
            work.put(twin.forget(dict.fromkeys(twin.desired)))
            work.tell_report(work.twin(up.thing.id), {})
        thing = up.thing.id
        work.add(
            Statement(query="things.free_enrolment", values={"thing": thing}),
            Statement(query="things.remove_device_token", values={"id": thing}),
        )
        work.afterwards.append(lambda: self._ledger.note_free(thing))
        return Answer()


def _with_secret(thing: Thing) -> dict[str, str]:
    return {**named(thing), "iotId": thing.id, "deviceSecret": thing.secret.reveal()}
