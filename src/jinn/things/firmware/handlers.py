"""What things say about their firmware: kept in the commit that acknowledges it, heeded right after."""

import itertools
import secrets
from collections.abc import Callable, Mapping

import msgspec

from jinn.kernel import ThingId
from jinn.things import requests
from jinn.things.alink import AlinkError, Code, decoded_dict
from jinn.things.firmware import store
from jinn.things.firmware.model import MESSAGE_CHARS_MAX, Said, SaidKind
from jinn.things.topics import Use
from jinn.things.values import Json
from jinn.things.work import SILENT, Answer, Handler, Upward, Work

_MODULE_CHARS_MAX = 64
_count = itertools.count()


class Desk:
    """Where firmware messages arrive. It knows whose matter, so that no other costs a row.

    Attributes:
        things: that have an update in an open rollout, as of the last look; a thing that is missed is told soon.
        on_said: called after a commit in which somebody said something.
    """

    def __init__(self) -> None:
        self.things: frozenset[ThingId] = frozenset()
        self.on_said: Callable[[], None] = lambda: None

    @property
    def handlers(self) -> Mapping[Use, Handler]:
        return {
            Use.OTA_INFORM: self._inform,
            Use.OTA_PROGRESS: self._progress,
            Use.OTA_GET: self._get,
        }

    def _inform(self, work: Work, up: Upward) -> Answer:
        """Which version runs: into the twin in any case."""
        answer = requests.inform_version(work, up)
        params = decoded_dict(up.envelope.params)
        self._keep(work, up, kind=SaidKind.VERSION, module=_module(params), version=str(params["version"]))
        return answer

    def _progress(self, work: Work, up: Upward) -> Answer:
        params = decoded_dict(up.envelope.params)
        desc, version = params.get("desc"), params.get("version")
        self._keep(
            work,
            up,
            kind=SaidKind.PROGRESS,
            module=_module(params),
            version=version[:_MODULE_CHARS_MAX] if isinstance(version, str) else "",
            step=_step(params.get("step")),
            desc=_plain(desc)[:MESSAGE_CHARS_MAX] if isinstance(desc, str) else "",
        )
        return SILENT

    def _get(self, work: Work, up: Upward) -> Answer:
        """Is there an update? Answered at once when there is none, else by whoever leads the rollout."""
        if up.thing.id not in self.things:
            return Answer()
        params = decoded_dict(up.envelope.params)
        message_id = msgspec.json.encode(up.envelope.id if up.envelope.id is not None else "").decode()
        self._keep(
            work,
            up,
            kind=SaidKind.ASKED,
            module=_module(params),
            reply=up.address.reply,
            message_id=_plain(message_id) if len(message_id) <= MESSAGE_CHARS_MAX else '""',
        )
        return SILENT

    def _keep(
        self,
        work: Work,
        up: Upward,
        *,
        kind: SaidKind,
        module: str,
        version: str = "",
        step: int = 0,
        desc: str = "",
        reply: str = "",
        message_id: str = "0",
    ) -> None:
        if up.thing.id not in self.things:
            return
        said = Said(
            # Ids sort as the messages came, also within one millisecond; the random end keeps two hubs apart.
            id=f"{work.now_ms:014d}-{next(_count):012d}-{secrets.token_hex(4)}",
            thing=up.thing.id,
            kind=kind,
            module=module,
            version=_plain(version),
            step=step,
            desc=desc,
            reply=reply,
            message_id=message_id,
            at_ms=work.now_ms,
        )
        work.add(store.add_said(said))
        work.after_commit(self._told)

    def _told(self) -> None:
        self.on_said()


def _module(params: Mapping[str, Json]) -> str:
    module = params.get("module", "default")
    return _plain(module)[:_MODULE_CHARS_MAX] if isinstance(module, str) and module else "default"


def _step(step: Json) -> int:
    """Devices send it as text or as a number. Raises `AlinkError` with code 460."""
    try:
        found = int(step) if isinstance(step, str | int) and len(str(step)) <= 4 else None
    except ValueError:
        found = None
    if found is None or not -4 <= found <= 100:
        raise AlinkError(Code.BAD_PARAMS, "request parameter error: step is -4 to 100")
    return found


def _plain(text: str) -> str:
    """Without what a database would not take."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
