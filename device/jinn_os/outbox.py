"""Which messages has the other side not acknowledged yet, and which may be sent now? Pure."""

from jinn_os.port import const

_PACKET_ID_MAX = const(65535)


class Waiting:
    """A message on its way: `packet_id` is 0 until it is first sent."""

    def __init__(self, topic, payload):
        self.topic = topic
        self.payload = payload
        self.packet_id = 0
        self.sent_ms = 0


class Outbox:
    """QoS 1 messages in order, from being said until their PUBACK.

    `room` bounds the memory that a long night without network may cost; when it is used up, the oldest message
    that was never sent makes way and is counted in `dropped`. `window` bounds how many are unacknowledged at once.
    """

    def __init__(self, room, window):
        assert room > window > 0
        self.dropped = 0
        self._room = room
        self._window = window
        self._entries = []
        self._sent = 0
        self._last_id = 0

    def __len__(self):
        return len(self._entries)

    def put(self, topic, payload):
        if len(self._entries) >= self._room:
            # Those that were sent may have arrived already; dropping them would save nothing.
            self._entries.pop(self._ever_sent())
            self.dropped += 1
        self._entries.append(Waiting(topic, payload))

    def next(self, now_ms):
        """The message to send now and whether it was sent before; None when the window is full or all is said."""
        if self._sent >= min(self._window, len(self._entries)):
            return None
        entry = self._entries[self._sent]
        again = entry.packet_id != 0
        if not again:
            entry.packet_id = self._new_id()
        entry.sent_ms = now_ms
        self._sent += 1
        return entry, again

    def acknowledge(self, packet_id):
        """Forget that message; False when none such was on its way."""
        for index in range(self._sent):
            if self._entries[index].packet_id == packet_id:
                self._entries.pop(index)
                self._sent -= 1
                return True
        return False

    def say_again(self):
        """After a reconnect: everything that was not acknowledged is due again, in the old order."""
        self._sent = 0

    def oldest_sent_ms(self):
        """When the longest-waiting message was sent; None when none is on its way."""
        return self._entries[0].sent_ms if self._sent else None

    def _ever_sent(self):
        count = 0
        for entry in self._entries:
            if entry.packet_id:
                count += 1
        return count

    def _new_id(self):
        while True:
            self._last_id = self._last_id % _PACKET_ID_MAX + 1
            if not any(entry.packet_id == self._last_id for entry in self._entries[: self._window]):
                return self._last_id
