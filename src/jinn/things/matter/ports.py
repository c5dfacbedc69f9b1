"""What the Matter bridge needs from others."""

from collections.abc import Mapping
from typing import Protocol

from anyio.streams.memory import MemoryObjectReceiveStream

from jinn.kernel import AreaId, Names, Secret, ThingId
from jinn.things.forms.matter_model import Order
from jinn.things.matter.model import Happening, MatterNode, ServerInfo
from jinn.things.model import Product, Thing
from jinn.things.values import Json


class MatterServer(Protocol):
    """A server that is the controller of a Matter fabric.

    Everything that asks raises `Unavailable` (`matter-away`, `matter-silent`, `matter-busy`, `matter-failed`) or
    `Refused` (`matter-refused`), and `NotFound` (`node-not-found`) for a node that is not there.
    """

    @property
    def info(self) -> ServerInfo | None:
        """None while the server is away."""
        ...

    @property
    def happenings(self) -> MemoryObjectReceiveStream[Happening]:
        """What happens, in order; whoever reads it slowly slows the server down."""
        ...

    async def order(self, node_id: int, endpoint: int, order: Order) -> None:
        """Have a node do something; returns when it has accepted."""
        ...

    async def read(self, node_id: int, path: str) -> Json:
        """An attribute, `endpoint/cluster/attribute`, as the node itself says it now."""
        ...

    async def commission(self, code: Secret, *, network_only: bool = False) -> MatterNode:
        """Make a device a node of the fabric; takes up to two minutes."""
        ...

    async def remove(self, node_id: int) -> None:
        """Let a node go."""
        ...

    async def set_wifi(self, ssid: str, password: Secret) -> None:
        """The network that new devices are told to join."""
        ...


class Sessions(Protocol):
    """How things come and go: what `Bridging` does."""

    async def join(
        self,
        product: Product,
        *,
        names: Names,
        device_name: str,
        area: AreaId | None = None,
        thing_id: ThingId | None = None,
    ) -> Thing: ...

    def attach(self, thing_id: ThingId) -> None: ...

    def detach(self, thing_id: ThingId) -> None: ...

    def report(self, thing_id: ThingId, values: Mapping[str, Json], at_ms: int | None = None) -> None: ...

    def happen(self, thing_id: ThingId, event: str, outputs: Mapping[str, Json], at_ms: int | None = None) -> None: ...

    async def settled(self) -> None: ...
