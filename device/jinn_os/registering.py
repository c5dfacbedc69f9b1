"""How does a thing that was made without a secret of its own get one? By its product's secret, once, over MQTT."""

import asyncio
import binascii
import json
import os

from jinn_os import packets
from jinn_os.hmac import hex_hmac_sha256
from jinn_os.port import const, open_stream

ANSWER_WITHIN_S = const(15)
_READ_BYTES = const(1024)


class NotRegistered(OSError):
    """The hub gave no identity; `args[0]` says why."""


def credentials(product_key, device_name, product_secret, kind):
    """CONNECT's for `kind` "register" (a secret is given) or "regnwl" (a token, without being known before)."""
    random = binascii.hexlify(os.urandom(8)).decode()
    signed = f"deviceName{device_name}productKey{product_key}random{random}"
    client_id = f"{device_name}.{product_key}|random={random},authType={kind},securemode=2,signmethod=hmacsha256|"
    return client_id, f"{device_name}&{product_key}", hex_hmac_sha256(product_secret, signed)


def read_identity(topic, payload, product_key, device_name):
    """What the hub gave: `{"device_secret": …}` or `{"client_id": …, "device_token": …}`; None when not to us."""
    if topic not in ("/ext/register", "/ext/regnwl"):
        return None
    try:
        given = json.loads(payload)
        if given["productKey"] != product_key or given["deviceName"] != device_name:
            return None
        if topic == "/ext/register":
            return {"device_secret": _text(given["deviceSecret"])}
        return {"client_id": _text(given["clientId"]), "device_token": _text(given["deviceToken"])}
    except (ValueError, KeyError, TypeError, RuntimeError, MemoryError):
        return None


async def register(host, port, tls, product_key, device_name, product_secret, kind="register"):
    """The identity, as `read_identity` gives it. Raises `NotRegistered`, or OSError and such when nobody is there."""
    reader, writer = await open_stream(host, port, tls)
    try:
        writer.write(packets.connect(*credentials(product_key, device_name, product_secret, kind), 60))
        await writer.flush()
        work = _answer(reader, product_key, device_name)
        identity = await asyncio.wait_for(work, ANSWER_WITHIN_S)
        writer.write(packets.DISCONNECT)
        await writer.flush()
        return identity
    finally:
        writer.close()


async def _answer(reader, product_key, device_name):
    parser = packets.Parser()
    while True:
        data = await reader.read(_READ_BYTES)
        if not data:
            raise NotRegistered("the hub ended the connection")
        for head, body, _ in parser.feed(data):
            if head == packets.CONNACK and body[1]:
                raise NotRegistered(f"the hub refused with code {body[1]}")
            if head & 0xF0 == packets.PUBLISH:
                topic, payload, _ = packets.read_publish(head, body)
                identity = read_identity(topic, payload, product_key, device_name)
                if identity is None:
                    raise NotRegistered("the hub gave no identity of ours")
                return identity


def _text(value):
    if not isinstance(value, str) or not value:
        raise ValueError("an empty identity")
    return value
