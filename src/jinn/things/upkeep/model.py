"""Who may enrol, what a configuration is, and which log lines are kept: the rules, without I/O."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from jinn.kernel import Secret
from jinn.things.values import Json

CONFIG_BYTES_MAX = 64 * 1024
"""What the ecosystem's own cloud allows a configuration file."""

CONFIG_URL_LIVES_S = 1_800
PERMIT_S_MAX = 600
"""How long a gateway may take in whatever is new; longer, and its owner has forgotten it."""

LET_IN_S = 7 * 86_400
"""How long a gateway may take to bring a device that was named to it: it may be switched off until the weekend."""

ANY_DEVICE = ""
LOG_LINES_MAX = 40
"""In one message; a device that says more than this at once is told so."""

LOG_CHARS_MAX = 4_096
LOGS_KEPT = 500
LOG_WORD_CHARS_MAX = 64


class Given(StrEnum):
    """How far a device has come in fetching its own secret."""

    GIVEN = "given"
    FREE = "free"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """That the devices of a product may enrol by themselves.

    Attributes:
        secret: the product's; all its devices share it.
        is_open: devices that nobody has named here before may come too.
    """

    product_key: str
    secret: Secret = field(repr=False)
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A remote configuration, without its text.

    Attributes:
        owner: a thing's id, or a product key: then it is for all things of that product without one of their own.
        sha256: of the text, in hexadecimal.
    """

    id: str
    owner: str
    size: int
    sha256: str
    created_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One line that a device wrote about itself."""

    at_ms: int
    level: str
    module: str
    text: str


def may_fetch_secret(state: Given | None, *, was_here: bool) -> bool:
    """Once; and never for a device that has been here with its secret, unless somebody set it free again."""
    if state is Given.GIVEN:
        return False
    return state is Given.FREE or not was_here


def signed_part(form: Mapping[str, str]) -> str:
    """What a device signs with its product's secret."""
    return f"deviceName{form.get('deviceName', '')}productKey{form.get('productKey', '')}random{form.get('random', '')}"


def config_ticket(secret: Secret, config: str, expires_ms: int) -> str:
    """What opens the way to one configuration for one device until then."""
    return hmac.new(secret.reveal().encode(), f"{config}.{expires_ms}".encode(), hashlib.sha256).hexdigest()


def log_lines(forms: list[Json], now_ms: int) -> list[LogLine]:
    """What a `thing/log/post` says; whatever its form, a person can read it afterwards."""
    return [_line(form, now_ms) for form in forms]


def _line(form: Json, now_ms: int) -> LogLine:
    if not isinstance(form, dict):
        return LogLine(at_ms=now_ms, level="INFO", module="", text=_clean(str(form)))
    content = form.get("logContent", form.get("content"))
    return LogLine(
        at_ms=now_ms,
        level=_clean(str(form.get("logLevel", "INFO")))[:LOG_WORD_CHARS_MAX],
        module=_clean(str(form.get("module", "")))[:LOG_WORD_CHARS_MAX],
        text=_clean(content if isinstance(content, str) else str(form)),
    )


def _clean(text: str) -> str:
    """What both databases take."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "")[:LOG_CHARS_MAX]
