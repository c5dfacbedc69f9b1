"""Who lives in the home, and which rooms it has."""

from dataclasses import dataclass
from enum import StrEnum

from jinn.kernel import AreaId, HomeId, Lang, MemberId, Names


class Role(StrEnum):
    """What a member may decide: an owner everything, an adult the home, a child and a guest what they are allowed."""

    OWNER = "owner"
    ADULT = "adult"
    CHILD = "child"
    GUEST = "guest"


class TokenKind(StrEnum):
    """What a bearer is."""

    OWNER = "owner"
    SCREEN = "screen"
    SATELLITE = "satellite"
    SERVICE = "service"
    CLOUD = "cloud"
    """A platform of somebody else's; it may use its own gateway and nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """The home and the language it speaks unless somebody chooses another."""

    id: HomeId
    names: Names
    lang: Lang


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A room of the home."""

    id: AreaId
    names: Names
    floor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    id: MemberId
    name: str
    role: Role
