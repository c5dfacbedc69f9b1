"""A whole hub that logs everything it can: no secret that it made, kept or was shown stands in any of its logs."""

import hmac
import json
import re
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from html import unescape
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, quote, urlsplit

import httpx
import pytest
from hub_process import HubProcess, jinn_that_logs_everything, running
from socket_device import SocketDevice
from websockets.sync.client import connect

from jinn.hub.regional import add_home
from jinn.kernel import JinnError, SystemClock

MODEL = {
    "profile": {"productKey": "silentlamp"},
    "properties": [
        {"identifier": "on", "accessMode": "rw", "dataType": {"type": "bool", "specs": {"0": "off", "1": "on"}}}
    ],
}
SETTINGS = """
[voice]
is_on = false
[genie]
is_on = true
[broker]
is_on = true
port = 0
[engine]
uplink = "nats-leaf://127.0.0.1:{port}"
uplink_credentials = "{credentials}"
"""
SETUP_CODE, TYPED_CODE = "34970112332", "MT:Y.K9042C00KA0648G00"
VENDOR_SECRETS = {
    "access_token": "vendor-access-token-5b1f",
    "refresh_token": "vendor-refresh-token-77ac",
    "client_secret": "vendor-client-secret-90de",
    "code": "vendor-code-31ce",
}


class VendorCloud(BaseHTTPRequestHandler):
    """Gives its tokens to who asks in the query, refuses them, and repeats what it was asked with."""

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        tokens = {name: VENDOR_SECRETS[name] for name in ("access_token", "refresh_token")}
        body = b"<html>sorry</html>"
        if self.path.startswith("/token"):
            told = {**tokens, "expires_in": 3600} if "secret" in self.path else {"error": "invalid_request"}
            if "refresh" in self.path:
                told = {"error": "invalid_grant", "error_description": f"refused: {asked}"}
            body = json.dumps(told).encode()
        elif self.path.startswith("/gateway-that-knows-nobody"):
            told = {"errorCode": "ACCESS_TOKEN_INVALIDATE", "message": f"who is {asked}?"}
            body = json.dumps({"header": {"name": "ErrorResponse"}, "payload": told}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """It says nothing on the terminal of the tests."""


@contextmanager
def vendor_cloud() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), VendorCloud)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def pairing(hub: HubProcess) -> dict[str, str]:
    code = json.loads(hub.client.post("/api/pairing/codes", {}))["code"]
    token = json.loads(hub.client.post("/api/pairing/claim", {"code": code, "name": "screen"}))["token"]
    with pytest.raises(JinnError):
        hub.client.post("/api/pairing/claim", {"code": code, "name": "again"})
    return {"pairing code": code, "screen's token": token}


def watching(hub: HubProcess, token: str) -> None:
    """A screen's line, with its token in the address, and in a cookie."""
    line = f"{hub.url.replace('http', 'ws', 1)}/ws/screen"
    with connect(f"{line}?token={token}", proxy=None) as screen:
        screen.recv(timeout=20)
    with connect(line, additional_headers={"Cookie": f"jinn_token={token}"}, proxy=None) as screen:
        screen.recv(timeout=20)


def enrolling(hub: HubProcess) -> dict[str, str]:
    access = json.loads(hub.client.put("/api/products/silentlamp/access", {"open": True}))
    secret = access["productSecret"]
    text = "deviceNamenewcomerproductKeysilentlamprandomR"
    form = {"productKey": "silentlamp", "deviceName": "newcomer", "random": "R", "signMethod": "hmacsha1"}
    form["sign"] = hmac.new(secret.encode(), text.encode(), "sha1").hexdigest()
    told = httpx.post(f"{hub.url}/auth/register/device", data=form, trust_env=False).json()
    return {"product's secret": secret, "enrolled device's secret": told["data"]["deviceSecret"]}


def connecting(hub: HubProcess, own: dict[str, str]) -> dict[str, str]:
    """A device with a good and with a wrong secret, and the address of its configuration."""
    port = int(hub.log.read_text().partition("mqtt://127.0.0.1:")[2].split()[0])
    name, wrong = own["deviceName"], "a-wrong-device-secret"
    refused = SocketDevice(port, "silentlamp", name, wrong)
    refused.close()
    assert refused.code == 4
    document = "wifi-password-of-the-home"
    hub.client.put("/api/products/silentlamp/config", {"document": document})
    device = SocketDevice(port, "silentlamp", name, own["deviceSecret"])
    device.say("thing/config/get", {"configScope": "product", "getType": "file"})
    data = device.told("thing/config/get_reply")["data"]
    assert isinstance(data, dict)
    url = str(data["url"])
    assert httpx.get(hub.url + url[url.index("/device-files") :], trust_env=False).text == document
    device.close()
    ticket = parse_qs(urlsplit(url).query)["ticket"][0]
    return {"wrong secret": wrong, "configuration": document, "ticket": ticket}


def linking(hub: HubProcess, gateway: str) -> dict[str, str]:
    with vendor_cloud() as url:
        vendor = {
            "names": {"en": "Vendor", "zh": "厂商"}, "authorize_url": f"{url}/authorize", "token_url": f"{url}/token",
            "gateway_url": f"{url}/{gateway}", "client_id": "jinn", "client_secret": VENDOR_SECRETS["client_secret"],
            "may_be_private": True,
        }  # fmt: skip
        begun = json.loads(hub.client.post("/api/joining/links", vendor))
        sent = parse_qs(urlsplit(begun["authorize_url"]).query)
        back = dict(parse_qsl(urlsplit(sent["redirect_uri"][0]).query))
        asked = {**back, "state": sent["state"][0], "code": VENDOR_SECRETS["code"]}
        page = httpx.get(f"{hub.url}/oauth/callback", params=asked, trust_env=False)
        assert "is linked" in page.text
        with suppress(JinnError):
            hub.client.post(f"/api/joining/links/{begun['id']}/discover", {})
    return {**VENDOR_SECRETS, f"state of {gateway}": asked["state"], f"linking's token of {gateway}": asked["token"]}


def platform(hub: HubProcess) -> dict[str, str]:
    """A platform that is let in, asks, renews its token, and is refused with a wrong one."""
    back = "https://platform.example/oauth/callback"
    made = json.loads(hub.client.post("/api/genie/clients", {"name": "Genie", "redirect_uris": [back]}))
    known = {"client_id": made["client_id"], "client_secret": made["client_secret"]}
    asked = {
        "response_type": "code",
        "client_id": made["client_id"],
        "redirect_uri": back,
        "state": "platforms-state-7",
    }
    page = httpx.post(f"{hub.url}/oauth/authorize", data={**asked, "decision": "allow", "pairing_code": a_code(hub)})
    leads_to = unescape(page.text).partition("url=")[2].partition('"')[0]
    code = parse_qs(urlsplit(leads_to).query)["code"][0]
    form = {**known, "grant_type": "authorization_code", "code": code, "redirect_uri": back}
    first = httpx.post(f"{hub.url}/oauth/token", params=form).json()
    again = {**known, "grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = httpx.post(f"{hub.url}/oauth/token", data=again).json()
    for token in (second["access_token"], "a-wrong-access-token"):
        header = {"namespace": "AliGenie.Iot.Device.Discovery", "name": "DiscoveryDevices", "messageId": "m"}
        httpx.post(f"{hub.url}/genie/gateway", json={"header": header, "payload": {"accessToken": token}})
    return {
        "platform's secret": made["client_secret"], "platform's code": code, "first token": first["access_token"],
        "second token": second["access_token"], "refresh": second["refresh_token"], "wrong one": "a-wrong-access-token",
    }  # fmt: skip


def a_code(hub: HubProcess) -> str:
    code = json.loads(hub.client.post("/api/pairing/codes", {}))["code"]
    assert isinstance(code, str)
    return code


def saying_a_setup_code(hub: HubProcess) -> dict[str, str]:
    """Typed as a sentence, and posted as a camera would; there is no Matter server that could use it."""
    spaced = f"{SETUP_CODE[:4]} {SETUP_CODE[4:7]} {SETUP_CODE[7:]}"
    for text in (f"add the device with code {spaced}", f"pear the divice {spaced}", f"add {TYPED_CODE}"):
        turn = json.loads(hub.client.post("/api/turns", {"text": text, "lang": "en"}))
        assert "•••" in turn["heard"]["text"]
    with pytest.raises(JinnError):
        hub.client.post("/api/joining/code", {"code": SETUP_CODE})
    kept = hub.client.get("/api/turns").decode()
    secrets = {"setup code": SETUP_CODE, "setup code as said": spaced, "QR code": TYPED_CODE}
    assert not [name for name, secret in secrets.items() if secret in kept]
    return secrets


def own_keys(data: Path) -> dict[str, str]:
    """Every key that the hub made for itself."""
    keys = {path.name: path.read_text().strip() for path in data.rglob("*.key")}
    assert "seal.key" in keys
    return keys


def broker_client(hub: HubProcess) -> dict[str, str]:
    body = {"name": "panel", "topics": ["panel/#"], "publish": [], "subscribe": []}
    token = json.loads(hub.client.post("/api/broker/clients", body))["token"]
    return {"broker's token": token}


def logs_of(data: Path) -> str:
    files = [path for path in data.rglob("*.log") if path.is_file()]
    assert data / "hub.log" in files
    return "\n".join(path.read_text("utf-8", "replace") for path in files)


def stands_in(secret: str, logs: str) -> bool:
    # Six digits alone also stand inside longer numbers.
    return re.search(rf"(?<![0-9A-Za-z]){re.escape(secret)}(?![0-9A-Za-z])", logs) is not None


@contextmanager
def a_region_that_hangs_up() -> Iterator[int]:
    """Takes each connection, and lets it go at once."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                listener.accept()[0].close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def uplink(data: Path, region: Path, port: int) -> dict[str, str]:
    """A home that is added to a region, and names it in its settings."""
    content = add_home(region, "villa", SystemClock())
    credentials = data / "uplink"
    credentials.write_text(content)
    credentials.chmod(0o600)
    (data / "settings.toml").write_text(SETTINGS.format(port=port, credentials=credentials))
    return {"uplink's password": content.partition("\n")[0].partition(":")[2]}


def readable_in(data: Path, secrets: Iterable[str]) -> list[str]:
    """Which of them anybody can read who has these files."""
    raw = b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file())
    return [secret for secret in secrets if secret.encode() in raw]


def test_no_secret_stands_in_a_log(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    with a_region_that_hangs_up() as port:
        given = uplink(data, tmp_path / "region", port)
        secrets = {**given, **one_day(data)}
    logs = logs_of(data)
    assert "DEBUG" in logs
    assert "HTTP Request: POST" in logs
    assert all(secrets.values())
    forms = [(name, form) for name, secret in secrets.items() for form in {secret, quote(secret, safe="")}]
    assert not [name for name, form in forms if stands_in(form, logs)]
    assert readable_in(data, [*VENDOR_SECRETS.values(), SETUP_CODE, TYPED_CODE]) == []


def one_day(data: Path) -> dict[str, str]:
    """Everything in which a hub meets a secret; gives them."""
    with running(data, "--no-demo", program=jinn_that_logs_everything) as hub:
        own = json.loads(hub.client.add_device(json.dumps(MODEL).encode(), "lamp", None))
        secrets = {
            "owner's token": (data / "token").read_text().strip(),
            "device's secret": own["deviceSecret"],
            **pairing(hub), **enrolling(hub), **connecting(hub, own), **linking(hub, "gateway"),
            **linking(hub, "gateway-that-knows-nobody"), **broker_client(hub), **platform(hub),
            **saying_a_setup_code(hub), **own_keys(data),
        }  # fmt: skip
        watching(hub, secrets["screen's token"])
        with pytest.raises(JinnError):
            hub.client.post("/api/rules", {"token": secrets["owner's token"]})
    return secrets
