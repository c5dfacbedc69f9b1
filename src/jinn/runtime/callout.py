"""Answering nats-server's question whom it may let in at the broker's listener."""

import logging
from collections.abc import Awaitable, Callable

import anyio
import anyio.abc
import msgspec

from jinn.kernel import Invalid, JinnError, Secret, Unavailable
from jinn.runtime.claims import Allowed, Knock, Signer, read_knock
from jinn.runtime.ports import Bus, Message

SUBJECT = "$SYS.REQ.USER.AUTH"

WAITING_MAX = 4_096
"""Questions that wait; the oldest of more is not answered, so that its client tries again."""

_AT_ONCE = 16
"""Each waits for a row of SQL only."""

_ANSWER_WITHIN_S = 5.0

_log = logging.getLogger(__name__)

Admit = Callable[[str, Secret], Awaitable[Allowed]]
"""Name and password → what the client may do. Raises `Forbidden`, or `Unavailable` when nobody can be asked."""


class Callout:
    """A `Service`: asks `admit` about every client and tells the server what it may do."""

    name = "broker callout"

    def __init__(self, *, bus: Bus, signer: Signer, account: str, admit: Admit) -> None:
        self._bus = bus
        self._signer = signer
        self._account = account
        self._admit = admit
        self.admitted = 0
        self.refused = 0

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        sending, receiving = anyio.create_memory_object_stream[Message](0)
        async with (
            sending,
            receiving,
            anyio.create_task_group() as tasks,
            self._bus.subscribe(SUBJECT, queue="hub", pending_max=WAITING_MAX) as questions,
        ):
            for _ in range(_AT_ONCE):
                tasks.start_soon(self._answer_each, receiving)
            task_status.started()
            async for question in questions:
                await sending.send(question)

    async def _answer_each(self, questions: anyio.abc.ObjectReceiveStream[Message]) -> None:
        async for question in questions:
            try:
                knock = read_knock(question.payload)
                await self._bus.publish(question.reply, await self._answer(knock))
            except (Invalid, Unavailable) as wrong:
                # Unanswered, its client is refused when the server has waited long enough.
                _log.warning("a client of the broker was not answered: %s", wrong)

    async def _answer(self, knock: Knock) -> bytes:
        if knock.kind == "mqtt":
            try:
                with anyio.fail_after(_ANSWER_WITHIN_S):
                    allowed = await self._admit(knock.name, knock.password)
                answer = self._signer.admitting(knock, allowed, account=self._account)
                self.admitted += 1
                return answer
            except (JinnError, TimeoutError) as no:
                _log.info("refusing the broker's client %r: %s", knock.name[:64], no)
        self.refused += 1
        return self._signer.refusing(knock)


class Broker:
    """What the engine says of the broker's clients, and how one is sent away."""

    def __init__(self, *, bus: Bus, account: str) -> None:
        """`bus`: of the engine's system account."""
        self._bus = bus
        self._account = account

    async def clients(self) -> list["BrokerClient"]:
        """Who is connected by MQTT. Raises `Unavailable`."""
        asked = msgspec.json.encode({"auth": True, "limit": 20_000})
        answer = await self._bus.request("$SYS.REQ.SERVER.PING.CONNZ", asked, within_s=5)
        try:
            state = msgspec.json.decode(answer, type=_State)
        except msgspec.MsgspecError as wrong:
            raise Unavailable("The engine's answer cannot be read.", code="bad-answer") from wrong
        return [
            BrokerClient(
                server=state.server.id, connection=one.cid, name=one.authorized_user, client_id=one.mqtt_client
            )
            for one in state.data.connections
            if one.type == "mqtt" and one.account == self._account
        ]

    async def send_away(self, name: str) -> int:
        """End every connection of that client; says how many. Raises `Unavailable`."""
        found = [client for client in await self.clients() if client.name == name]
        for client in found:
            kick = msgspec.json.encode({"cid": client.connection})
            await self._bus.request(f"$SYS.REQ.SERVER.{client.server}.KICK", kick, within_s=5)
        return len(found)


class BrokerClient(msgspec.Struct, frozen=True):
    """One connection at the broker's listener."""

    server: str
    connection: int
    name: str
    client_id: str


class _Server(msgspec.Struct):
    id: str


class _Connection(msgspec.Struct):
    cid: int
    type: str = ""
    account: str = ""
    authorized_user: str = ""
    mqtt_client: str = ""


class _Data(msgspec.Struct):
    connections: list[_Connection] = []


class _State(msgspec.Struct):
    server: _Server
    data: _Data
