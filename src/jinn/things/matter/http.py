"""Matter over HTTP: add a device by its code, see how the fabric is, tell new devices the network."""

import msgspec
from litestar import Request, Router, get, post
from litestar.datastructures import State
from litestar.params import JSONBody

from jinn.kernel import Forbidden, Names, Secret
from jinn.people import Grant
from jinn.things.http import area_called
from jinn.things.matter.opening import Matter
from jinn.things.ports import Areas
from jinn.things.products import WireNames, names_of
from jinn.things.room import ThingsRoom
from jinn.things.wire import WireThing

AnyRequest = Request[object, object, State]


class NewMatterDevice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A device to be added: its setup code, what it is called, and where it is (an area's id or name)."""

    code: str
    name: str | WireNames | None = None
    area: str | None = None


class WifiToJoin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The network that new devices are told."""

    ssid: str
    password: str


class MatterState(msgspec.Struct, frozen=True):
    """How the fabric is; `things` by the number of their node."""

    is_up: bool
    sdk_version: str
    fabric: str
    wifi_is_set: bool
    things: dict[str, str]


def matter_routes(matter: Matter, room: ThingsRoom, areas: Areas) -> Router:
    """`/api/matter`."""

    @get("/", summary="How the Matter fabric is")
    async def see_matter() -> MatterState:
        info = matter.client.info
        return MatterState(
            is_up=info is not None,
            sdk_version=info.sdk_version if info else "",
            fabric=f"{info.compressed_fabric_id:016x}" if info else "",
            wifi_is_set=info.wifi_credentials_set if info else False,
            things={str(node_id): thing for node_id, thing in matter.bridge.nodes.items()},
        )

    @post("/devices", summary="Add a device by its setup code; takes up to two minutes")
    async def add_matter_device(request: AnyRequest, data: JSONBody[NewMatterDevice]) -> WireThing:
        _only_owner(request)
        names = data.name if not isinstance(data.name, str) else WireNames(en=data.name, zh=data.name)
        made = await matter.bridge.commission(data.code, names=_names(names), area=area_called(areas, data.area))
        return room.on_wire(made)

    @post("/wifi", summary="The network that new devices are told to join", status_code=204)
    async def set_matter_wifi(request: AnyRequest, data: JSONBody[WifiToJoin]) -> None:
        _only_owner(request)
        await matter.client.set_wifi(data.ssid, Secret(data.password))

    return Router("/api/matter", route_handlers=[see_matter, add_matter_device, set_matter_wifi], tags=["matter"])


def _names(names: WireNames | None) -> Names | None:
    return names_of(names) if names is not None else None


def _only_owner(request: AnyRequest) -> None:
    grant = request.state.grant
    if not isinstance(grant, Grant) or grant.subject != "owner":
        raise Forbidden("Only the owner may do this.", code="owner-only")
