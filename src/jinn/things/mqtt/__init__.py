"""Things of the plain MQTT broker: devices that announce themselves there, and our own things announced there."""

from pathlib import Path

from jinn.runtime import Schema
from jinn.things.mqtt.bridge import DiscoveryBridge, is_discovered
from jinn.things.mqtt.client import MqttClient

SCHEMA = Schema(room="mqtt", folder=Path(__file__).parent / "sql")

__all__ = ["SCHEMA", "DiscoveryBridge", "MqttClient", "is_discovered"]
