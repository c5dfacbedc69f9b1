"""Which messages has the other side not acknowledged yet, and which may be sent now? Pure."""

from jinn_os.port import const

_PACKET_ID_MAX = const(65535)


class Waiting:
    """A message on its way: `packet_id` is 0 until it is first sent.

    `record` is where it lies on flash as `(segment, index)`, None while it is in memory only. `is_unsure`: its times
    were taken before the clock was set, in the start `boot`.
    """

    def __init__(self, topic, payload, record=None, is_unsure=False, boot=0):
        self.topic = topic
        self.payload = payload
        self.record = record
        self.is_unsure = is_unsure
        self.boot = boot
        self.packet_id = 0
        self.sent_ms = 0
        self.is_acknowledged = False


class Outbox:
    """QoS 1 messages in order, from being said until their PUBACK.

    `room` bounds the memory that a long night without network may cost; when it is used up, the oldest message
    that was never sent makes way and is counted in `dropped`. `window` bounds how many are unacknowledged at once.
    """

    def __init__(self, room, window):
        assert room > window > 0
        self.dropped = 0
        self.window = window
        self._room = room
        self._entries = []
        self._sent = 0
        self._last_id = 0

    def __len__(self):
        return len(self._entries)

    def put(self, entry):
        if len(self._entries) >= self._room:
            # Those that were sent may have arrived already; dropping them would save nothing.
            self._entries.pop(self._ever_sent())
            self.dropped += 1
        self._entries.append(entry)

    def entries(self):
        """All of them in order; not to be changed."""
        return self._entries

    def clear(self):
        self._entries = []
        self._sent = 0

    def first_due(self):
        """The message to send now; None when the window is full or all is said."""
        if self._sent >= min(self.window, len(self._entries)):
            return None
        return self._entries[self._sent]

    def next(self, now_ms):
        """`first_due` as sent, and whether it was sent before; None when there is none."""
        entry = self.first_due()
        if entry is None:
            return None
        again = entry.packet_id != 0
        if not again:
            entry.packet_id = self._new_id()
        entry.sent_ms = now_ms
        self._sent += 1
        return entry, again

    def acknowledge(self, packet_id):
        """Forget that message and give it; None when none such was on its way."""
        for index in range(self._sent):
            entry = self._entries[index]
            if entry.packet_id == packet_id:
                self._entries.pop(index)
                self._sent -= 1
                entry.is_acknowledged = True
                return entry
        return None

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
            if not self._is_in_use(self._last_id):
                return self._last_id

    def _is_in_use(self, packet_id):
        used = range(min(self.window, len(self._entries)))
        return any(self._entries[index].packet_id == packet_id for index in used)
