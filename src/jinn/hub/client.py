"""Talking to a running hub over its HTTP API, as the command line does."""

import ssl
from pathlib import Path
from urllib.parse import quote

import httpx
import msgspec

from jinn.kernel import Invalid, JinnError, NotFound, Refused, Secret, Unavailable
from jinn.language import LineAnswer, TurnWire

LOCATION_FILE = "hub.json"
"""Where a hub writes how it is reached, inside its data folder, for as long as it runs."""


class Location(msgspec.Struct, frozen=True, kw_only=True):
    """How a running hub is reached."""

    url: str
    pid: int


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """The wire form of an error."""

    code: str
    message: str


class HubClient:
    """One running hub."""

    def __init__(self, url: str, token: Secret, *, trust: ssl.SSLContext | None = None) -> None:
        headers = {"Authorization": f"Bearer {token.reveal()}"}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=60.0, trust_env=False, verify=trust or True)

    def close(self) -> None:
        self._http.close()

    def get(self, path: str) -> bytes:
        return self._ask("GET", path)

    def post(self, path: str, body: object) -> bytes:
        return self._ask("POST", path, json=body)

    def put(self, path: str, body: object) -> bytes:
        return self._ask("PUT", path, json=body)

    def delete(self, path: str) -> bytes:
        return self._ask("DELETE", path)

    def add_firmware(self, manifest: bytes, package: bytes) -> bytes:
        """Hand over a package with its signed manifest."""
        files = {"manifest": ("manifest", manifest), "package": ("package", package)}
        return self._ask("POST", "/api/firmware", files=files)

    def say(self, text: str, lang: str) -> TurnWire:
        body = {"text": text, "lang": lang, "satellite": "terminal"}
        return msgspec.json.decode(self._ask("POST", "/api/turns", json=body), type=TurnWire)

    def hear(self, file: Path, lang: str) -> TurnWire:
        """Send a sound file; the hub decodes it."""
        try:
            sound = file.read_bytes()
        except OSError as wrong:
            raise NotFound(f"{file} cannot be read: {wrong.strerror}.", code="audio-unreadable") from wrong
        headers = {"Content-Type": "application/octet-stream", "X-File-Name": quote(file.name)}
        answer = self._ask("POST", f"/api/turns?lang={lang}&satellite=file", content=sound, headers=headers)
        return msgspec.json.decode(answer, type=TurnWire)

    def models(self) -> dict[str, str]:
        """Which models are ready."""
        return msgspec.json.decode(self.get("/api/models"), type=dict[str, str])

    def understand(self, text: str, lang: str) -> LineAnswer:
        """What a sentence means in this household."""
        return msgspec.json.decode(
            self._ask("POST", "/api/understand", json={"text": text, "lang": lang}), type=LineAnswer
        )

    def turn(self, turn_id: str) -> TurnWire:
        return msgspec.json.decode(self.get(f"/api/turns/{quote(turn_id, safe='')}"), type=TurnWire)

    def set_properties(self, thing: str, values: dict[str, str | int | float | None]) -> bytes:
        """Ask a thing for these values; the answer's `did` says what came of each."""
        return self._ask("PUT", f"/api/things/{quote(thing, safe='')}/properties", json=values)

    def add_device(
        self,
        model: bytes,
        name: str,
        area: str | None,
        *,
        device_name: str | None = None,
        device_secret: Secret | None = None,
    ) -> bytes:
        try:
            document = msgspec.json.decode(model)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
            raise Invalid(f"This thing model is no JSON: {wrong}.", code="model-unreadable") from wrong
        given: dict[str, object] = {"model": document, "name": name, "area": area, "device_name": device_name}
        if device_secret is not None:
            given["device_secret"] = device_secret.reveal()
        return self._ask("POST", "/api/devices", json=given)

    def _ask(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
        files: dict[str, tuple[str, bytes]] | None = None,
    ) -> bytes:
        try:
            answer = self._http.request(method, path, json=json, content=content, headers=headers, files=files)
        except httpx.HTTPError as wrong:
            raise Unavailable(f"The hub does not answer: {wrong}", code="hub-away") from wrong
        if answer.is_success:
            return answer.content
        raise _error(answer)


def _error(answer: httpx.Response) -> JinnError:
    try:
        problem = msgspec.json.decode(answer.content, type=Problem)
    except msgspec.MsgspecError:
        return Unavailable(f"The hub answered {answer.status_code} without a reason.", code="hub-confused")
    kinds: dict[int, type[JinnError]] = {400: Invalid, 404: NotFound, 503: Unavailable}
    return kinds.get(answer.status_code, Refused)(problem.message, code=problem.code)


def running_hub(data: Path, token: Secret, *, trust: ssl.SSLContext | None = None) -> HubClient | None:
    """The hub that runs on this data folder, when there is one and it answers."""
    path = data / LOCATION_FILE
    try:
        location = msgspec.json.decode(path.read_bytes(), type=Location)
    except (OSError, msgspec.MsgspecError):
        return None
    client = HubClient(location.url, token, trust=trust)
    try:
        client.get("/healthz")
    except JinnError:
        client.close()
        return None
    return client
