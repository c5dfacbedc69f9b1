"""The broker's clients over HTTP: for its owner only."""

from collections.abc import Awaitable, Callable

import msgspec
from litestar import Router, delete, get, post
from litestar.params import FromPath, JSONBody

from jinn.kernel import Unavailable
from jinn.people.brokering import BrokerClients
from jinn.people.http import AnyRequest, only_owner


class BrokerClientBody(msgspec.Struct, frozen=True):
    name: str
    publish: list[str]
    subscribe: list[str]
    created_ms: int


class NewBrokerClient(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`topics` may be both published and subscribed to."""

    name: str
    topics: list[str] = []
    publish: list[str] = []
    subscribe: list[str] = []


class BrokerToken(msgspec.Struct, frozen=True):
    """`token` is the password with which the client connects under its name; it is shown this once."""

    name: str
    token: str


def broker_routes(clients: BrokerClients, send_away: Callable[[str], Awaitable[int]]) -> Router:
    """`/api/broker/clients`. `send_away`: ends the connections of the client of that name."""

    @get("/clients", summary="Who may use the plain MQTT broker, and for which topics")
    async def list_clients(request: AnyRequest) -> list[BrokerClientBody]:
        only_owner(request)
        return [
            BrokerClientBody(
                name=one.name, publish=list(one.publish), subscribe=list(one.subscribe), created_ms=one.created_ms
            )
            for one in await clients.listed()
        ]

    @post("/clients", summary="Let a client use the broker; answers its password, once")
    async def add_client(data: JSONBody[NewBrokerClient], request: AnyRequest) -> BrokerToken:
        only_owner(request)
        token = await clients.add(
            data.name, publish=[*data.topics, *data.publish], subscribe=[*data.topics, *data.subscribe]
        )
        return BrokerToken(name=data.name, token=token.reveal())

    @delete("/clients/{name:str}", summary="Let a client in no more, and end its connections")
    async def remove_client(name: FromPath[str], request: AnyRequest) -> None:
        only_owner(request)
        await clients.remove(name)
        try:
            await send_away(name)
        except Unavailable as away:
            raise Unavailable(
                "It is let in no more, but a connection that it has could not be ended.", code="broker-away"
            ) from away

    return Router("/api/broker", route_handlers=[list_clients, add_client, remove_client], tags=["people"])
