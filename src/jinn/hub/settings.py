"""Which choices an operator has: one frozen tree, read once, before anything starts."""

import os
from pathlib import Path
from typing import Literal

import msgspec

from jinn.kernel import Invalid, Secret
from jinn.runtime import made_once
from jinn.things.firmware import new_key


class HttpSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The page, the API and the WebSockets."""

    host: str = "127.0.0.1"
    port: int = 8320
    trust_loopback: bool = True
    hosts: list[str] = []
    public_url: str | None = None


class DoorSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where devices connect by MQTT."""

    host: str = "127.0.0.1"
    port: int = 1883
    tls_cert: str | None = None
    tls_key: str | None = None
    tls_client_ca: str | None = None


class BrokerSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The plain MQTT broker for other programs, and what is said and heard there as Home Assistant does."""

    is_on: bool = False
    host: str = "127.0.0.1"
    port: int = 1884
    tls_cert: str | None = None
    tls_key: str | None = None
    discovery: bool = True
    discovery_prefix: str = "homeassistant"
    publish_things: bool = False


class EngineSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What moves and what stays; both inside the data folder unless an URL is given."""

    nats_url: str | None = None
    database_url: str | None = None
    uplink: str | None = None
    uplink_credentials: str | None = None


class VoiceSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hearing and speaking."""

    is_on: bool = True
    wake_word: str = "hey_jarvis"
    voice_en: str = "af_heart"
    voice_zh: str = "zf_xiaoxiao"
    models_dir: str | None = None
    may_download: bool = False


class MatterSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Devices of a Matter fabric."""

    url: str | None = None


class GenieSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """This home as a vendor's smart-home cloud; accounts at other vendors' clouds need no setting."""

    is_on: bool = False


class FunctionSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Functions of the owner's own."""

    python_may_be_open: bool = False


class PlacementSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What this box gives to models, when several boxes share them."""

    box: str = "hub"
    memory_mib: int | None = None
    speed: float = 1.0


class WorkersSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where other boxes reach this hub's engine, to run models for it."""

    is_on: bool = False
    host: str = "127.0.0.1"
    port: int = 4222
    names: list[str] = []


class FirmwareSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How things fetch new programs."""

    url: str | None = None
    tls_port: int = 0


class HomeSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The home that is made at the first start."""

    demo: bool = True
    lang: Literal["en", "zh"] = "en"
    remember_turns_days: int = 30
    timezone: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    holidays: str | None = None


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that can be set. Defaults are safe and offline."""

    http: HttpSettings = HttpSettings()
    door: DoorSettings = DoorSettings()
    broker: BrokerSettings = BrokerSettings()
    engine: EngineSettings = EngineSettings()
    voice: VoiceSettings = VoiceSettings()
    genie: GenieSettings = GenieSettings()
    functions: FunctionSettings = FunctionSettings()
    placement: PlacementSettings = PlacementSettings()
    workers: WorkersSettings = WorkersSettings()
    firmware: FirmwareSettings = FirmwareSettings()
    matter: MatterSettings = MatterSettings()
    home: HomeSettings = HomeSettings()


def default_data_folder() -> Path:
    """`$JINN_DATA`, else the place that the XDG Base Directory specification names."""
    if chosen := os.environ.get("JINN_DATA"):
        return Path(chosen)
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share"
    return Path(base) / "jinn"


def function_keys(data: Path) -> Path:
    """The keys whose functions run on a hub; the owner's own is made at the first start."""
    return data / "function_keys"


def read_or_make_maker_key(data: Path) -> Secret:
    """The key by which this data folder's own products sign firmware; makers of real ones keep theirs elsewhere."""
    return Secret(made_once(data / "maker.key", lambda: new_key().reveal().encode()).decode().strip())


def models_folder() -> Path:
    """Where joined models are kept for every hub of this user; they can be made again at any time."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "jinn" / "models"


def read_settings(data: Path) -> Settings:
    """The tree of `settings.toml` in the data folder; the defaults where there is none.

    Raises:
        Invalid: code `settings`; the sentence names the key.
    """
    path = data / "settings.toml"
    if not path.exists():
        return Settings()
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Settings)
    except (msgspec.ValidationError, msgspec.DecodeError) as wrong:
        raise Invalid(f"{path.name}: {wrong}", code="settings", file=str(path)) from wrong


def read_or_make_token(data: Path) -> Secret:
    """The owner's token of this data folder, in a file that only its owner can read."""
    return Secret(made_once(data / "token", lambda: os.urandom(24).hex().encode()).decode().strip())
