"""What does a discovery message say: which device, and which entities it has?"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import msgspec

from jinn.kernel import Invalid
from jinn.things.mqtt.short_keys import KEYS
from jinn.things.mqtt.templates import Template, read_template
from jinn.things.values import Json

CONFIG_BYTES_MAX = 65_536
ENTITIES_MAX = 64
WORDS_MAX = 256
TEXT_CHARS_MAX = 512

_NODE = r"[A-Za-z0-9_-]{1,128}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceInfo:
    """What a device says of itself.

    Attributes:
        id: of `[a-z0-9_]`, the same at every announcement.
    """

    id: str
    name: str
    maker: str = ""
    model: str = ""
    area: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """One entity, with every key spelt out.

    Attributes:
        key: of its own within the device.
        fields: as announced; read them with the methods, which check.
    """

    platform: str
    key: str
    fields: Mapping[str, Json]

    def text(self, key: str, default: str = "") -> str:
        """A text, or a number as one. Raises `Invalid`."""
        value = self.fields.get(key)
        if value is None:
            return default
        if isinstance(value, bool):
            return "True" if value else "False"
        if isinstance(value, str | int | float) and len(str(value)) <= TEXT_CHARS_MAX:
            return str(value)
        raise _bad(key, "a text")

    def topic(self, key: str, *, is_filter: bool = False) -> str:
        """A topic, or nothing. Raises `Invalid`."""
        value = self.fields.get(key)
        if value is None or value == "":
            return ""
        if not isinstance(value, str) or not is_topic(value, is_filter=is_filter):
            raise _bad(key, "a topic")
        return value

    def number(self, key: str) -> float | None:
        value = self.fields.get(key)
        if value is None:
            return None
        try:
            found = float(value) if isinstance(value, int | float | str) else None
        except ValueError:
            found = None
        if found is None or not abs(found) <= 2**53:
            raise _bad(key, "a number")
        return found

    def flag(self, key: str) -> bool:
        return self.fields.get(key) in (True, "true", "True", 1)

    def words(self, key: str) -> list[str]:
        """A list of texts. Raises `Invalid`."""
        value = self.fields.get(key)
        if value is None:
            return []
        if not isinstance(value, list) or len(value) > WORDS_MAX:
            raise _bad(key, "a list of words")
        return [str(word)[:100] for word in value if isinstance(word, str | int | float)]

    def template(self, key: str) -> Template | None:
        """Raises `Invalid`, also for a template that is not used here."""
        value = self.fields.get(key)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise _bad(key, "a template")
        return read_template(value)

    @property
    def name(self) -> str:
        value = self.fields.get("name")
        return value.strip()[:60] if isinstance(value, str) else ""

    @property
    def qos(self) -> int:
        return 1 if self.fields.get("qos") in (1, 2) else 0

    @property
    def is_retained(self) -> bool:
        return self.flag("retain")


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """Where a device says whether it is there."""

    topic: str
    present: str
    absent: str
    template: Template | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """One message of discovery.

    Attributes:
        origin: the program that announces it.
        problems: entities that are left out, and why.
    """

    device: DeviceInfo
    configs: tuple[Config, ...]
    origin: str = ""
    problems: tuple[str, ...] = ()


def is_topic(topic: str, *, is_filter: bool = False) -> bool:
    """Whether it can be published on, or subscribed to; what the broker would take for a wildcard is none."""
    if not 0 < len(topic) <= TEXT_CHARS_MAX or topic.startswith("$") or not topic.isprintable() or " " in topic:
        return False
    if any(letter in topic for letter in ">*"):
        return False
    if not is_filter:
        return "+" not in topic and "#" not in topic
    return all(level in ("+", "#") or not set(level) & {"+", "#"} for level in topic.split("/"))


def is_config_topic(topic: str, prefix: str) -> bool:
    return topic.startswith(f"{prefix}/") and topic.endswith("/config")


def read_announcement(topic: str, payload: bytes, prefix: str) -> Announcement:
    """What a config says. Raises `Invalid` with code `bad-discovery`."""
    match = re.fullmatch(rf"{re.escape(prefix)}/({_NODE})/(?:({_NODE})/)?({_NODE})/config", topic)
    if match is None:
        raise _bad(topic[:80], "a topic of discovery")
    if len(payload) > CONFIG_BYTES_MAX:
        raise _bad("the config", f"of at most {CONFIG_BYTES_MAX} bytes")
    try:
        document = msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        raise _bad("the config", "JSON") from wrong
    if not isinstance(document, dict):
        raise _bad("the config", "an object")
    fields = _spelt_out(cast("dict[str, Json]", document))
    component, node, name = match.groups()
    key = f"{node}_{name}" if node else str(name)
    if component == "device":
        return _whole_device(fields, key)
    device = _device(
        fields.get("device"), fallback=_text(fields.get("unique_id")) or key, name=_text(fields.get("name")) or key
    )
    config = Config(platform=str(component), key=_key(fields, str(name)), fields=_with_base(fields))
    return Announcement(device=device, configs=(config,), origin=_origin(fields))


def availabilities(configs: Iterable[Config]) -> tuple[list[Availability], str]:
    """All that the entities name, each topic once and how they count together (all, any, latest). Raises `Invalid`."""
    found: dict[str, Availability] = {}
    mode = "latest"
    for config in configs:
        listed = config.fields.get("availability")
        forms: list[Config] = []
        if isinstance(listed, list) and len(listed) <= WORDS_MAX:
            forms = [Config(platform="", key="", fields=_spelt_out(form)) for form in listed if isinstance(form, dict)]
        elif config.fields.get("availability_topic"):
            forms = [config]
        for form in forms:
            topic = form.topic("topic") or form.topic("availability_topic")
            if topic and topic not in found and len(found) < WORDS_MAX:
                template = form.template("value_template") if form is not config else None
                found[topic] = Availability(
                    topic=topic,
                    present=form.text("payload_available", config.text("payload_available", "online")),
                    absent=form.text("payload_not_available", config.text("payload_not_available", "offline")),
                    template=template or config.template("availability_template"),
                )
        mode = config.text("availability_mode", mode)
    return list(found.values()), mode if mode in ("all", "any") else "latest"


def _whole_device(fields: dict[str, Json], key: str) -> Announcement:
    components = fields.get("components")
    if not isinstance(components, dict) or len(components) > ENTITIES_MAX:
        raise _bad("components", f"an object of at most {ENTITIES_MAX} entities")
    shared = {name: value for name, value in fields.items() if name not in ("components", "device", "origin")}
    configs: list[Config] = []
    problems: list[str] = []
    for name, form in components.items():
        own = _spelt_out(form) if isinstance(form, dict) else {}
        platform = own.get("platform")
        if not isinstance(platform, str):
            problems.append(f"{str(name)[:40]}: it names no platform")
        elif len(own) > 1:  # With its platform alone it was taken back.
            configs.append(Config(platform=platform, key=_safe(str(name)), fields=_with_base({**shared, **own})))
    device = _device(fields.get("device"), fallback=key, name=key)
    return Announcement(device=device, configs=tuple(configs), origin=_origin(fields), problems=tuple(problems))


def _device(form: Json, *, fallback: str, name: str) -> DeviceInfo:
    fields = _spelt_out(form) if isinstance(form, dict) else {}
    identifier = _first(fields.get("identifiers")) or _first(fields.get("connections")) or fallback
    digest = hashlib.blake2b(identifier.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return DeviceInfo(
        id=f"ha_{digest}",
        name=_text(fields.get("name")) or name[:60],
        maker=_text(fields.get("manufacturer")),
        model=_text(fields.get("model")) or _text(fields.get("model_id")),
        area=_text(fields.get("suggested_area")),
    )


def _first(form: Json) -> str:
    if isinstance(form, str):
        return form[:TEXT_CHARS_MAX]
    if isinstance(form, list) and form:
        texts = ["/".join(str(part) for part in one) if isinstance(one, list) else str(one) for one in form[:WORDS_MAX]]
        return min(texts)[:TEXT_CHARS_MAX]
    return ""


def _origin(fields: Mapping[str, Json]) -> str:
    origin = fields.get("origin")
    return _text(origin.get("name")) if isinstance(origin, dict) else ""


def _key(fields: Mapping[str, Json], name: str) -> str:
    """Its own word for it, without the device's number in front: two of a kind are of one product."""
    device = fields.get("device")
    identifiers = _spelt_out(device).get("identifiers") if isinstance(device, dict) else None
    for identifier in identifiers if isinstance(identifiers, list) else [identifiers]:
        if isinstance(identifier, str) and name.startswith(f"{identifier}_"):
            return _safe(name.removeprefix(f"{identifier}_"))
    return _safe(name)


def _safe(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "_", text)[:64] or "entity"


def _text(value: Json) -> str:
    """A short text that can be shown; anything else is none."""
    if not isinstance(value, str):
        return ""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in value).split())[:60]


def _spelt_out(fields: Mapping[str, Json]) -> dict[str, Json]:
    return {KEYS.get(name, name): value for name, value in fields.items()}


def _with_base(fields: dict[str, Json]) -> dict[str, Json]:
    """`~` at the start or end of a topic stands for the base topic."""
    base = fields.get("~")
    if not isinstance(base, str):
        return fields

    def filled(value: Json) -> Json:
        if isinstance(value, str) and value.startswith("~"):
            return base + value[1:]
        return value[:-1] + base if isinstance(value, str) and value.endswith("~") else value

    found: dict[str, Json] = {}
    for name, value in fields.items():
        if name == "availability" and isinstance(value, list):
            found[name] = [
                {key: filled(inner) if key in ("topic", "t") else inner for key, inner in form.items()}
                if isinstance(form, dict) else form
                for form in value
            ]  # fmt: skip
        else:
            found[name] = filled(value) if name.endswith("topic") else value
    return found


def _bad(what: str, wanted: str) -> Invalid:
    return Invalid(f"In what a device announces, {what[:80]!r} must be {wanted}.", code="bad-discovery")


__all__: Sequence[str] = [
    "Announcement", "Availability", "Config", "DeviceInfo", "availabilities", "is_config_topic", "is_topic",
    "read_announcement",
]  # fmt: skip
