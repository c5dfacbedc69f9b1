"""A device on a bare socket, for tests of a whole hub: it connects, posts, and reads what it is told."""

import hmac
import json
import socket

from jinn.things.door.codec import Connack, Connect, Decoder, Packet, Puback, Publish, encode, publish_bytes


class SocketDevice:
    """One connection of one device; every wait is bounded by the socket's timeout."""

    def __init__(self, port: int, product: str, name: str, secret: str) -> None:
        self._own = f"{product}/{name}"
        self._decoder = Decoder()
        self._sequence = 0
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        free = f"{product}&{name}"
        text = f"clientId{free}deviceName{name}productKey{product}"
        password = hmac.new(secret.encode(), text.encode(), "sha1").hexdigest().encode()
        client_id = f"{free}|securemode=3,signmethod=hmacsha1,_ss=1|"
        connect = Connect(client_id=client_id, username=f"{name}&{product}", password=password, keepalive_s=60)
        self._socket.sendall(encode(connect))
        packet = self._next()
        assert isinstance(packet, Connack)
        self.code = packet.code

    def post(self, **values: object) -> None:
        """Written; whether it was kept, `acknowledged` tells."""
        self.say("thing/event/property/post", values)

    def say(self, rest: str, params: object) -> None:
        self._sequence += 1
        body = {"id": str(self._sequence), "version": "1.0", "params": params, "method": rest.replace("/", ".")}
        topic = f"/sys/{self._own}/{rest}"
        self._socket.sendall(publish_bytes(topic, json.dumps(body).encode(), qos=1, packet_id=self._sequence))

    def acknowledged(self) -> None:
        """Wait for the next acknowledgement."""
        while not isinstance(self._next(), Puback):
            pass

    def told(self, ending: str) -> dict[str, object]:
        """Wait for the next message on such a topic."""
        while True:
            packet = self._next()
            if isinstance(packet, Publish) and packet.topic.endswith(ending):
                return dict(json.loads(packet.payload))

    def close(self) -> None:
        self._socket.close()

    def _next(self) -> Packet:
        while (packet := self._decoder.next()) is None:
            data = self._socket.recv(65_536)
            assert data, "the door has closed the connection"
            self._decoder.feed(data)
        return packet
