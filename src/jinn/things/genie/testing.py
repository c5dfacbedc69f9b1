"""A vendor's cloud by script: its gateway and token endpoint, with every fault that real ones have shown."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import parse_qs

import anyio
import anyio.abc

Reply = tuple[int, bytes, str]
"""Status, body, and further header lines."""

Trick = Callable[[str, dict[str, object]], "Reply | None"]
"""From an operation's name and its payload to another answer than the honest one; None: the honest one."""


@dataclass(slots=True)
class ScriptedVendor:
    """Speaks HTTP by hand, so that it can speak it badly. A service.

    Attributes:
        devices: as its discovery lists them.
        states: device → property → value, all as text.
        header_only: the one `Authorization` that its token endpoint takes; empty: it reads the form.
        rotates: a refresh token is good once.
        token_trick: as `trick`, for its token endpoint.
        is_object: it writes `properties` as one object, as the most copied adapter does.
        query_only: its token endpoint reads the query and not the form.
        lag: so many queries still tell the state before an order.
        version: of the protocol; 2: it lists `status` instead of `properties` and `actions`.
        late_s: before each answer of the gateway.
        tokens: those that are good now.
        asked: operation, payload and message id of each request.
    """

    devices: list[dict[str, object]] = field(default_factory=list)
    states: dict[str, dict[str, str]] = field(default_factory=dict)
    is_object: bool = False
    query_only: bool = False
    header_only: str = ""
    rotates: bool = False
    token_trick: Callable[[dict[str, str]], "Reply | None"] | None = None
    expires_in: object = 3600
    lag: int = 0
    version: int = 1
    late_s: float = 0.0
    offline: set[str] = field(default_factory=set)
    trick: Trick | None = None
    tokens: set[str] = field(default_factory=set)
    refreshes: set[str] = field(default_factory=set)
    asked: list[tuple[str, dict[str, object], str]] = field(default_factory=list)
    token_requests: list[dict[str, str]] = field(default_factory=list)
    name: str = "scripted-vendor"
    port: int = 0
    _issued: int = 0
    _stale: dict[str, tuple[int, dict[str, str]]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def run(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        listener = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=0)
        self.port = listener.extra(anyio.abc.SocketAttribute.local_port)
        async with listener:
            task_status.started()
            await listener.serve(self._serve)

    async def _serve(self, stream: anyio.abc.SocketStream) -> None:
        async with stream:
            try:
                head, sent, body = await _request(stream)
                path, _, query = head.split(" ", 2)[1].partition("?")
                if path == "/token":
                    status, answer, more = self._token(query, body, sent.get("authorization", ""))
                else:
                    status, answer, more = await self._gateway(body)
                kind = "" if "Content-Type" in more else "Content-Type: application/json\r\n"
                await stream.send(
                    f"HTTP/1.1 {status} X\r\n{kind}Connection: close\r\n{more}"
                    f"Content-Length: {len(answer)}\r\n\r\n".encode()
                )
                await stream.send(answer)
            except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
                return

    def _token(self, query: str, body: bytes, authorization: str) -> Reply:
        text = query if self.query_only else body.decode()
        form = {name: values[0] for name, values in parse_qs(text).items()}
        self.token_requests.append(form)
        if self.token_trick is not None and (played := self.token_trick(form)) is not None:
            return played
        if not form:
            return 400, b'{"error":"invalid_request"}', ""
        if self.header_only and authorization != self.header_only:
            return 401, b'{"error":"invalid_client"}', ""
        if form["grant_type"] == "authorization_code" and form.get("code") != "good-code":
            return 400, b'{"error":"invalid_grant","error_description":"no such code"}', ""
        if form["grant_type"] == "refresh_token" and form.get("refresh_token") not in self.refreshes:
            return 400, b'{"error":"invalid_grant"}', ""
        self._issued += 1
        access, refresh = f"http_host_80_access{self._issued}", f"refresh{self._issued}"
        self.tokens = {access}
        if self.rotates:
            self.refreshes.discard(form.get("refresh_token", ""))
        self.refreshes.add(refresh)
        told = {"access_token": access, "refresh_token": refresh, "expires_in": self.expires_in}
        return 200, json.dumps(told).encode(), ""

    async def _gateway(self, body: bytes) -> Reply:
        asked = json.loads(body)
        header, payload = asked["header"], asked["payload"]
        name: str = header["name"]
        self.asked.append((name, payload, header["messageId"]))
        await anyio.sleep(self.late_s)
        if self.trick is not None and (played := self.trick(name, payload)) is not None:
            return played
        if payload.get("accessToken") not in self.tokens:
            return self._no(header, payload, "ACCESS_TOKEN_INVALIDATE")
        if name == "DiscoveryDevices":
            return self._yes(header, {"devices": self.devices})
        if name.startswith("thing.attribute."):
            told = [self._of_second(name, payload, device) for device in payload["deviceIds"]]
            answered = {**header, "name": "CorrectResponse"}
            return 200, json.dumps({"header": answered, "payload": {"deviceResponseList": told}}).encode(), ""
        return self._about(header, payload, name, payload["deviceId"])

    def _of_second(self, name: str, payload: dict[str, object], device: str) -> dict[str, object]:
        """One device's part of an answer of 2.0."""
        if device not in self.states or device in self.offline:
            code = "IOT_DEVICE_OFFLINE" if device in self.offline else "DEVICE_IS_NOT_EXIST"
            return {"deviceId": device, "errorCode": code, "message": "no"}
        state, params = self.states[device], payload.get("params", {})
        assert isinstance(params, dict)
        for word, value in params.items():
            if self.lag:
                self._stale[device] = (self.lag, dict(state))
            state[word] = f"{float(state[word]) + value:g}" if name.endswith("adjust") else str(value)
        told: dict[str, object] = {"deviceId": device, "errorCode": "SUCCESS", "message": "SUCCESS"}
        return {**told, "status": self._seen(device)} if name.endswith("get") else told

    def _about(self, header: dict[str, object], payload: dict[str, object], name: str, device: str) -> Reply:
        if device not in self.states:
            return self._no(header, payload, "DEVICE_IS_NOT_EXIST")
        if device in self.offline:
            return self._no(header, payload, "IOT_DEVICE_OFFLINE")
        if str(header["namespace"]).endswith("Query"):
            return self._yes(header, {"deviceId": device}, properties=self._told(device))
        self._obey(device, name, payload)
        return self._yes(header, {"deviceId": device})

    def _obey(self, device: str, name: str, payload: dict[str, object]) -> None:
        state = self.states[device]
        if self.lag:
            self._stale[device] = (self.lag, dict(state))
        attribute, value = str(payload["attribute"]), str(payload["value"])
        if name.startswith(("AdjustUp", "AdjustDown")):
            sign = 1 if name.startswith("AdjustUp") else -1
            value = f"{float(state[attribute]) + sign * float(value):g}"
        if attribute:
            state[attribute] = value

    def _seen(self, device: str) -> dict[str, str]:
        """What it says that the device is, which lags behind."""
        left, old = self._stale.get(device, (0, {}))
        if left:
            self._stale[device] = (left - 1, old)
        return dict(old if left else self.states[device])

    def _told(self, device: str) -> object:
        listed = [{"name": name, "value": value} for name, value in self._seen(device).items()]
        return listed[0] if self.is_object and listed else listed

    def _yes(self, header: dict[str, object], payload: dict[str, object], **more: object) -> Reply:
        answered = {**header, "name": f"{header['name']}Response"}
        return 200, json.dumps({"header": answered, "payload": payload, **more}).encode(), ""

    def _no(self, header: dict[str, object], payload: dict[str, object], code: str) -> Reply:
        told = {"deviceId": payload.get("deviceId", ""), "errorCode": code, "message": "no"}
        return 200, json.dumps({"header": {**header, "name": "errorResult"}, "payload": told}).encode(), ""


async def _request(stream: anyio.abc.SocketStream) -> tuple[str, dict[str, str], bytes]:
    """The request line, the headers in small letters, and the body."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += await stream.receive()
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    sent = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    length = int(sent.get("content-length", "0"))
    while len(body) < length:
        body += await stream.receive()
    return lines[0], sent, body


class Answering(Protocol):
    """A gateway, as far as a test needs it."""

    async def answer(self, body: bytes) -> bytes: ...


async def ask_gateway(
    gateway: Answering,
    namespace: str,
    name: str,
    payload: dict[str, object],
    *,
    message_id: str = "m-1",
    version: object = 1,
) -> dict[str, object]:
    """One request of a platform, past HTTP; `namespace` without its common beginning."""
    header = {
        "namespace": f"AliGenie.Iot.Device.{namespace}",
        "name": name,
        "messageId": message_id,
        "payLoadVersion": version,
    }
    answer = json.loads(await gateway.answer(json.dumps({"header": header, "payload": payload}).encode()))
    assert isinstance(answer, dict)
    return answer
