"""A Matter server that a test plays: the real protocol over a real WebSocket, and nodes that obey."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import anyio
import anyio.abc
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from jinn.things.values import Json

Arguments = Mapping[str, Json]

_ON_OFF, _LEVEL, _COLOR = 6, 8, 768


@dataclass(slots=True)
class ScriptedMatterServer:
    """Answers as the Matter server does; `nodes` are those of its fabric, by number.

    Attributes:
        joining: what a device that is commissioned will be; None: it does not answer.
        is_silent: requests are taken and never answered.
        is_late: changes are never told, as if the subscription were slow.
        pin: what its locks want to be told.
        garbled: a message that is sent instead of the next answer.
        asked: every request that came, as command and arguments.
    """

    nodes: dict[int, dict[str, Json]] = field(default_factory=dict)
    joining: dict[str, Json] | None = None
    min_schema: int = 9
    is_silent: bool = False
    is_late: bool = False
    garbled: str | None = None
    pin: str = ""
    away: set[int] = field(default_factory=set)
    asked: list[tuple[str, Arguments]] = field(default_factory=list)
    port: int = 0
    name: str = "scripted-matter-server"
    _sockets: set[ServerConnection] = field(default_factory=set)
    _listening: set[ServerConnection] = field(default_factory=set)
    _server: Server | None = None

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws"

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        async with serve(self._converse, "127.0.0.1", self.port, ping_interval=None) as server:
            self._server = server
            self.port = next(iter(server.sockets)).getsockname()[1]
            task_status.started()
            await anyio.sleep_forever()

    async def hang_up(self) -> None:
        """Every connection breaks; new ones are welcome."""
        for socket in tuple(self._sockets):
            await socket.close(1011)

    async def tell(self, event: str, data: Json) -> None:
        for socket in tuple(self._listening):
            await socket.send(json.dumps({"event": event, "data": data}))

    async def happen(
        self, node_id: int, where: tuple[int, int, int], number: int, data: dict[str, Json] | None = None
    ) -> None:
        """Something happens on a node; `where`: endpoint, cluster, event."""
        endpoint, cluster, event = where
        told: dict[str, Json] = {
            "node_id": node_id, "endpoint_id": endpoint, "cluster_id": cluster, "event_id": event,
            "event_number": number, "priority": 1, "timestamp": 0, "timestamp_type": 1, "data": data,
        }  # fmt: skip
        await self.tell("node_event", told)

    async def change(self, node_id: int, path: str, value: Json) -> None:
        """A node changes by itself: a hand on its switch."""
        attributes = self.nodes[node_id]["attributes"]
        assert isinstance(attributes, dict)
        attributes[path] = value
        if not self.is_late:
            await self.tell("attribute_updated", [node_id, path, value])

    async def _converse(self, socket: ServerConnection) -> None:
        self._sockets.add(socket)
        info = {
            "fabric_id": 1, "compressed_fabric_id": 4886718345, "schema_version": 11,
            "min_supported_schema_version": self.min_schema, "sdk_version": "scripted", "wifi_credentials_set": False,
            "thread_credentials_set": False, "bluetooth_enabled": False,
        }  # fmt: skip
        try:
            await socket.send(json.dumps(info))
            async for message in socket:
                await self._answer(socket, json.loads(message))
        except ConnectionClosed:
            return
        finally:
            self._sockets.discard(socket)
            self._listening.discard(socket)

    async def _answer(self, socket: ServerConnection, request: dict[str, Json]) -> None:
        command, arguments = request["command"], request.get("args") or {}
        assert isinstance(command, str)
        assert isinstance(arguments, dict)
        self.asked.append((command, arguments))
        if self.is_silent and command != "start_listening":
            return
        if self.garbled is not None:
            garbled, self.garbled = self.garbled, None
            await socket.send(garbled)
            return
        if command == "start_listening":
            self._listening.add(socket)
        answer = await self._done(command, arguments)
        await socket.send(json.dumps({"message_id": request["message_id"], **answer}))

    async def _done(self, command: str, arguments: Arguments) -> dict[str, Json]:
        node_id = arguments.get("node_id")
        if isinstance(node_id, int) and node_id not in self.nodes:
            return {"error_code": 5, "details": f"Node {node_id} does not exist."}
        if isinstance(node_id, int) and node_id in self.away and command != "remove_node":
            return {"error_code": 3, "details": f"Node {node_id} is not (yet) available."}
        answer: dict[str, Json]
        match command:
            case "start_listening" | "get_nodes":
                answer = {"result": [*self.nodes.values()]}
            case "read_attribute":
                answer = {"result": self._read(arguments)}
            case "set_wifi_credentials":
                answer = {"result": None}
            case "commission_with_code":
                answer = await self._commission(arguments)
            case "device_command":
                answer = await self._obey(arguments)
            case "write_attribute":
                answer = await self._write(arguments)
            case "remove_node":
                answer = await self._remove(arguments)
            case _:
                answer = {"error_code": 9, "details": f"Invalid command: {command}"}
        return answer

    async def _write(self, arguments: Arguments) -> dict[str, Json]:
        node_id, path = arguments["node_id"], arguments["attribute_path"]
        assert isinstance(node_id, int)
        assert isinstance(path, str)
        await self.change(node_id, path, arguments["value"])
        return {"result": [{"Path": {}, "Status": 0}]}

    async def _remove(self, arguments: Arguments) -> dict[str, Json]:
        node_id = arguments["node_id"]
        assert isinstance(node_id, int)
        del self.nodes[node_id]
        await self.tell("node_removed", node_id)
        return {"result": None}

    def _read(self, arguments: Arguments) -> Json:
        node_id, path = arguments["node_id"], arguments["attribute_path"]
        assert isinstance(node_id, int)
        assert isinstance(path, str)
        attributes = self.nodes[node_id]["attributes"]
        assert isinstance(attributes, dict)
        return {path: attributes.get(path)}

    async def _commission(self, arguments: Arguments) -> dict[str, Json]:
        # The real one has no Bluetooth on most machines, and then fails at once when it shall use it.
        if self.joining is None or not arguments.get("network_only"):
            return {"error_code": 1, "details": "Commission with code failed for node 1."}
        node_id = max(self.nodes, default=0) + 1
        node: dict[str, Json] = {**self.joining, "node_id": node_id, "available": True}
        self.nodes[node_id], self.joining = node, None
        await self.tell("node_added", node)
        return {"result": node}

    async def _obey(self, arguments: Arguments) -> dict[str, Json]:
        """What the lamp of the recorded node does."""
        node_id, endpoint, payload = arguments["node_id"], arguments["endpoint_id"], arguments["payload"]
        cluster, command = arguments["cluster_id"], arguments["command_name"]
        assert isinstance(node_id, int)
        assert isinstance(payload, dict)
        changes: dict[str, Json]
        match cluster, command:
            case 6, "On" | "Off":
                changes = {f"{endpoint}/{_ON_OFF}/0": command == "On"}
            case 8, "MoveToLevelWithOnOff":
                changes = {f"{endpoint}/{_LEVEL}/0": payload["level"], f"{endpoint}/{_ON_OFF}/0": True}
            case 768, "MoveToColorTemperature":
                changes = {f"{endpoint}/{_COLOR}/7": payload["colorTemperatureMireds"]}
            case 0x0150, "SelectAreas":
                changes = {f"{endpoint}/{0x0150}/2": payload["newAreas"]}
            case 0x0101, "LockDoor" | "UnlockDoor":
                if not arguments.get("timed_request_timeout_ms"):
                    return {"error_code": 0, "details": "InteractionModelError: NeedsTimedInteraction (0xc6)"}
                if self.pin and payload.get("PINCode") != base64.b64encode(self.pin.encode()).decode():
                    return {"error_code": 0, "details": "InteractionModelError: Failure (0x1)"}
                changes = {f"{endpoint}/{0x0101}/0": 1 if command == "LockDoor" else 2}
            case _:
                return {"error_code": 0, "details": f"type object 'Commands' has no attribute '{command}'"}
        for path, value in changes.items():
            await self.change(node_id, path, value)
        return {"result": None}
