"""Joining a Matter device by its setup code, at the counter where all codes are read."""

from typing import Literal, Protocol

from jinn.kernel import AreaId, Invalid, Names, ThingId
from jinn.things.joining import Told
from jinn.things.matter.codes import read_code
from jinn.things.model import Thing
from jinn.things.registry import Registry

_COMMISSIONING = Names(en="Talking to the device", zh="正在与设备配对")


class Commissioner(Protocol):
    """`MatterBridge`, as far as a code needs it."""

    async def commission(self, code: str, *, names: Names | None = None, area: AreaId | None = None) -> ThingId: ...


class MatterCodes:
    """`CodeReader` of a fabric."""

    via: Literal["matter"] = "matter"

    def __init__(self, *, bridge: Commissioner, registry: Registry) -> None:
        self._bridge = bridge
        self._registry = registry

    def is_mine(self, code: str) -> bool:
        try:
            read_code(code)
        except Invalid:
            # A code that says what it is, and is wrong, is refused here with what is wrong about it.
            return code.strip()[:3].upper() == "MT:"
        return True

    async def join_code(self, code: str, *, names: Names | None, area: AreaId | None, told: Told) -> Thing:
        read_code(code)
        told(_COMMISSIONING)
        return self._registry.thing(await self._bridge.commission(code, names=names, area=area))
