"""Things of the plain MQTT broker: devices that announce themselves there, and our own things announced there."""

from pathlib import Path

from jinn.runtime import Schema
from jinn.things.mqtt.announcing import Announcing, node_of
from jinn.things.mqtt.bridge import DiscoveryBridge, is_discovered
from jinn.things.mqtt.client import MqttClient
from jinn.things.mqtt.listening import Together

SCHEMA = Schema(room="mqtt", folder=Path(__file__).parent / "sql")

__all__ = ["SCHEMA", "Announcing", "DiscoveryBridge", "MqttClient", "Together", "is_discovered", "node_of"]
