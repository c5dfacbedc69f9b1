"""A whole hub that logs everything it can: no secret that it made, kept or was shown stands in any of its logs."""

import hmac
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import pytest
from hub_process import HubProcess, jinn_that_logs_everything, running
from socket_device import SocketDevice

from jinn.kernel import JinnError

MODEL = {
    "profile": {"productKey": "silentlamp"},
    "properties": [
        {"identifier": "on", "accessMode": "rw", "dataType": {"type": "bool", "specs": {"0": "off", "1": "on"}}}
    ],
}
SETTINGS = "[voice]\nis_on = false\n[genie]\nis_on = true\n[broker]\nis_on = true\nport = 0\n"
VENDOR_SECRETS = {
    "access_token": "vendor-access-token-5b1f",
    "refresh_token": "vendor-refresh-token-77ac",
    "client_secret": "vendor-client-secret-90de",
    "code": "vendor-code-31ce",
}


class VendorCloud(BaseHTTPRequestHandler):
    """Gives its tokens to everybody, and answers everything else with a page."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        tokens = {name: VENDOR_SECRETS[name] for name in ("access_token", "refresh_token")}
        is_token = self.path.startswith("/token")
        body = json.dumps({**tokens, "expires_in": 3600}).encode() if is_token else b"<html>sorry</html>"
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


def linking(hub: HubProcess) -> dict[str, str]:
    with vendor_cloud() as url:
        vendor = {
            "names": {"en": "Vendor", "zh": "厂商"}, "authorize_url": f"{url}/authorize", "token_url": f"{url}/token",
            "gateway_url": f"{url}/gateway", "client_id": "jinn", "client_secret": VENDOR_SECRETS["client_secret"],
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
    return {**VENDOR_SECRETS, "state": asked["state"], "linking's token": asked["token"]}


def broker_client(hub: HubProcess) -> dict[str, str]:
    body = {"name": "panel", "topics": ["panel/#"], "publish": [], "subscribe": []}
    token = json.loads(hub.client.post("/api/broker/clients", body))["token"]
    return {"broker's token": token}


def logs_of(hub: HubProcess) -> str:
    files = [path for path in hub.data.rglob("*.log") if path.is_file()]
    assert hub.log in files
    return "\n".join(path.read_text("utf-8", "replace") for path in files)


def stands_in(secret: str, logs: str) -> bool:
    # Six digits alone also stand inside longer numbers.
    return re.search(rf"(?<![0-9A-Za-z]){re.escape(secret)}(?![0-9A-Za-z])", logs) is not None


def test_no_secret_stands_in_a_log(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(SETTINGS)
    with running(tmp_path, "--no-demo", program=jinn_that_logs_everything) as hub:
        own = json.loads(hub.client.add_device(json.dumps(MODEL).encode(), "lamp", None))
        secrets = {
            "owner's token": (tmp_path / "token").read_text().strip(),
            "device's secret": own["deviceSecret"],
            **pairing(hub), **enrolling(hub), **connecting(hub, own), **linking(hub), **broker_client(hub),
        }  # fmt: skip
        with pytest.raises(JinnError):
            hub.client.post("/api/rules", {"token": secrets["owner's token"]})
    logs = logs_of(hub)
    assert "DEBUG" in logs
    assert all(secrets.values())
    assert not [name for name, secret in secrets.items() if stands_in(secret, logs)]
