"""Where do messages wait for their acknowledgement? In memory while all is well, on flash as soon as it is not."""

from jinn_os.backlog import UNSURE
from jinn_os.outbox import Outbox, Waiting
from jinn_os.port import const, ticks_diff

SPILL_MS = const(2_000)
"""So long an acknowledgement may take before its message goes to flash: a half-open connection looks like this."""


class MemoryQueue:
    """For a thing without flash: a long night costs at most `room` messages, and a power cut all of them."""

    def __init__(self, room=256, window=16):
        self.boot = 0
        self._outbox = Outbox(room, window)

    def __len__(self):
        return len(self._outbox)

    def dropped(self):
        return self._outbox.dropped

    def put(self, topic, payload, is_up, is_unsure):
        self._outbox.put(Waiting(topic, payload, None, is_unsure, self.boot))

    def first_due(self):
        return self._outbox.first_due()

    def next(self, now_ms):
        return self._outbox.next(now_ms)

    def acknowledge(self, packet_id):
        self._outbox.acknowledge(packet_id)

    def say_again(self):
        """The connection is new, or too silent: what was not acknowledged is due again."""
        self._outbox.say_again()

    def oldest_sent_ms(self):
        return self._outbox.oldest_sent_ms()

    def went_down(self):
        pass

    def look(self, now_ms):
        pass

    def close(self):
        pass


class FlashQueue:
    """For a thing with flash: what waits for longer than a moment survives a power cut, in order.

    The rule that keeps the order: while anything is on flash, everything in the outbox is there too, and what is new
    goes behind it. `boot` is a number of this start.
    """

    def __init__(self, backlog, boot, room=64, window=16):
        self.boot = boot
        self._backlog = backlog
        self._outbox = Outbox(room, window)
        self._acknowledged = []

    def __len__(self):
        return max(len(self._outbox), len(self._backlog))

    def dropped(self):
        return self._backlog.dropped + self._outbox.dropped

    def put(self, topic, payload, is_up, is_unsure):
        if is_up and not len(self._backlog) and len(self._outbox) < self._outbox.window:
            self._outbox.put(Waiting(topic, payload, None, is_unsure, self.boot))
            return
        self._spill()
        self._backlog.put(topic, payload, UNSURE if is_unsure else 0, self.boot)
        self._fill()

    def first_due(self):
        return self._outbox.first_due()

    def next(self, now_ms):
        return self._outbox.next(now_ms)

    def acknowledge(self, packet_id):
        entry = self._outbox.acknowledge(packet_id)
        if entry is not None and entry.record is not None:
            self._note_done(entry)
            self._fill()

    def say_again(self):
        self._outbox.say_again()

    def oldest_sent_ms(self):
        return self._outbox.oldest_sent_ms()

    def went_down(self):
        """Everything to flash, and from there again."""
        self._spill()
        self._outbox.clear()
        self._acknowledged = []
        self._backlog.rewind()
        self._fill()

    def look(self, now_ms):
        """Now and then: what waits suspiciously long goes to flash and stays on its way."""
        sent_ms = self._outbox.oldest_sent_ms()
        if sent_ms is not None and ticks_diff(now_ms, sent_ms) > SPILL_MS:
            self._spill()

    def close(self):
        """The end of the program: the next one shall say it."""
        self._spill()

    def _spill(self):
        if len(self._backlog) or not len(self._outbox):
            return
        for entry in self._outbox.entries():
            flags = UNSURE if entry.is_unsure else 0
            entry.record = self._backlog.put(entry.topic, entry.payload, flags, entry.boot)
        self._backlog.pass_over()

    def _fill(self):
        while len(self._outbox) < self._outbox.window:
            record = self._backlog.peek()
            if record is None:
                return
            place = (record.segment, record.index)
            is_unsure = bool(record.flags & UNSURE)
            self._outbox.put(Waiting(record.topic, record.payload, place, is_unsure, record.boot))

    def _note_done(self, entry):
        """Done is what was acknowledged with all before it; acknowledgements may overtake each other."""
        oldest = None
        for waiting in self._outbox.entries():
            if waiting.record is not None:
                oldest = waiting.record
                break
        self._acknowledged.append(entry.record)
        before = [record for record in self._acknowledged if oldest is None or record < oldest]
        if before:
            last = max(before)
            self._backlog.done(*last)
            self._acknowledged = [record for record in self._acknowledged if record > last]
