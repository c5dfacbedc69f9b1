"""One device of the broker: what it announced, and whether it is there."""

from dataclasses import dataclass, field

from jinn.kernel import ThingId
from jinn.things.mqtt.device import Device
from jinn.things.mqtt.discovery import Announcement
from jinn.things.mqtt.drawing import UNKNOWN, Heard, said
from jinn.things.mqtt.templates import TemplateFailed, text_of
from jinn.things.values import Json


@dataclass(slots=True, kw_only=True)
class Known:
    """One device that announced itself.

    Attributes:
        configs: by topic.
        device: put together from them; None while it was not, or when nothing of it can be used.
        thing: what it has become.
        presence: what each of its availability topics said last.
        values: what it said last, for when it comes back or becomes a thing.
        topics: on which it is heard now.
    """

    configs: dict[str, Announcement] = field(default_factory=dict)
    device: Device | None = None
    thing: ThingId | None = None
    presence: dict[str, bool] = field(default_factory=dict)
    latest: bool = True
    values: dict[str, Json] = field(default_factory=dict)
    topics: frozenset[str] = frozenset()
    seen_ms: int = 0

    @property
    def is_present(self) -> bool:
        if self.device is None or not self.configs:
            return False
        wanted = self.device.availabilities
        if not wanted:
            return True
        said_by = [self.presence.get(availability.topic, False) for availability in wanted]
        match self.device.mode:
            case "all":
                return all(said_by)
            case "any":
                return any(said_by)
            case _:
                return bool(self.presence) and self.latest

    def take_presence(self, heard: Heard) -> bool:
        """Note what it says of being there; whether it said anything of it."""
        is_told = False
        for availability in self.device.availabilities if self.device is not None else ():
            if availability.topic != heard.topic:
                continue
            try:
                word = text_of(said(availability.template, heard))
            except TemplateFailed:
                continue
            if word in (availability.present, availability.absent) and word not in UNKNOWN:
                self.presence[heard.topic] = self.latest = word == availability.present
                is_told = True
        return is_told
