"""Messages that wait on flash, and what a power cut at any byte leaves of them. MicroPython runs this file too."""

from jinn_os.backlog import SEGMENT_BYTES, UNSURE, Backlog
from jinn_os.queueing import FlashQueue
from jinn_os.testing import MemoryFiles, PowerCut

TOPIC = "/sys/pk/dn/thing/event/property/post"


def texts(backlog):
    """Everything that waits, oldest first."""
    backlog.rewind()
    out = []
    while True:
        record = backlog.peek()
        if record is None:
            return out
        out.append(record.payload.decode())


def filled(storage, numbers, size=1):
    backlog = Backlog(storage)
    for number in numbers:
        backlog.put(TOPIC, (f"{number:>{size}}").encode())
    return backlog


def test_messages_come_back_in_order_after_a_restart():
    storage = MemoryFiles()
    filled(storage, range(300), size=40)
    again = Backlog(storage)
    assert [int(text) for text in texts(again)] == list(range(300))
    assert len(again) == 300
    assert len(storage.names()) > 3


def test_a_record_keeps_its_topic_flags_and_boot():
    storage = MemoryFiles()
    Backlog(storage).put("a/ü", b"\x00\xff", UNSURE, 70000)
    record = Backlog(storage).peek()
    assert (record.topic, record.payload, record.flags, record.boot) == ("a/ü", b"\x00\xff", UNSURE, 70000)


def test_what_was_acknowledged_does_not_come_again():
    storage = MemoryFiles()
    backlog = filled(storage, range(100), size=100)
    for _ in range(100):
        record = backlog.peek()
        backlog.done(record.segment, record.index)
    assert len(backlog) == 0
    assert texts(Backlog(storage)) == []
    assert [name for name in storage.names() if name.endswith(".q")] == []


def test_a_power_cut_between_acknowledgement_and_note_costs_few_repeats():
    storage = MemoryFiles()
    backlog = filled(storage, range(30))
    for _ in range(21):
        record = backlog.peek()
        backlog.done(record.segment, record.index)
    left = [int(text) for text in texts(Backlog(storage))]
    assert left[0] >= 21 - 8
    assert left == list(range(left[0], 30))


def test_a_power_cut_at_every_byte_of_filling_leaves_a_beginning_and_room_for_more():
    whole = MemoryFiles()
    filled(whole, range(12), size=9)
    for cut in range(whole.spent):
        storage = MemoryFiles(cut_after=cut)
        acknowledged = 0
        try:
            backlog = Backlog(storage)
            for number in range(12):
                backlog.put(TOPIC, (f"{number:>9}").encode())
                acknowledged += 1
        except PowerCut:
            pass
        again = Backlog(MemoryFiles(storage.files))
        found = [int(text) for text in texts(again)]
        # What `put` has returned from is kept; the one in the middle of being written may be whole or gone.
        assert found == list(range(len(found)))
        assert acknowledged <= len(found) <= acknowledged + 1
        again.put(TOPIC, b"99")
        assert [int(text) for text in texts(again)] == found + [99]
        again.rewind()


COUNT = 43
# Eleven of them fill a segment, and the last one is begun: its ninth acknowledgement is noted before its end is.


def test_a_power_cut_at_every_byte_of_emptying_loses_nothing_and_keeps_the_order():
    def empty(storage, seen):
        backlog = filled(storage, range(COUNT), size=300)
        while True:
            record = backlog.peek()
            if record is None:
                return
            seen.append(int(record.payload))
            backlog.done(record.segment, record.index)

    filling = MemoryFiles()
    filled(filling, range(COUNT), size=300)
    whole = MemoryFiles()
    empty(whole, [])
    assert whole.spent > filling.spent
    for cut in range(filling.spent, whole.spent):
        storage = MemoryFiles(cut_after=cut)
        seen = []
        try:
            empty(storage, seen)
        except PowerCut:
            pass
        again = Backlog(MemoryFiles(storage.files))
        left = [int(text) for text in texts(again)]
        assert left == list(range(COUNT - len(left), COUNT)), cut
        # Nothing that was not seen is gone, and at most a handful come twice.
        assert seen + left[len(seen) + len(left) - COUNT :] == list(range(COUNT)), cut
        assert len(seen) + len(left) - COUNT <= 9, cut
        again.put(TOPIC, b"99")
        assert [int(text) for text in texts(Backlog(MemoryFiles(again._storage.files)))] == left + [99], cut


def test_any_byte_that_goes_bad_spoils_only_what_follows_in_its_segment():
    storage = MemoryFiles()
    filled(storage, range(8))
    (name,) = [name for name in storage.names() if name.endswith(".q")]
    good = storage.files[name]
    for at in range(len(good)):
        bad = bytearray(good)
        bad[at] ^= 0x40
        found = [int(text) for text in texts(Backlog(MemoryFiles({name: bytes(bad)})))]
        assert found == list(range(len(found)))
        assert len(found) < 8


def test_a_full_flash_gives_up_the_oldest_and_counts_them():
    storage = MemoryFiles()
    backlog = Backlog(storage, bytes_max=3 * SEGMENT_BYTES)
    for number in range(200):
        backlog.put(TOPIC, (f"{number:>100}").encode())
    found = [int(text) for text in texts(backlog)]
    assert found == list(range(backlog.dropped, 200))
    assert 0 < backlog.dropped < 200
    assert sum(len(storage.files[name]) for name in storage.names()) <= 3 * SEGMENT_BYTES


def test_a_note_of_old_does_not_count_for_a_new_segment():
    # Segments are noted as done before they are removed; then none can be found under a name that the note knows.
    storage = MemoryFiles()
    for round_number in range(5):
        backlog = filled(storage, range(5))
        for _ in range(3):
            record = backlog.peek()
            backlog.done(record.segment, record.index)
        backlog = Backlog(storage)
        found = texts(backlog)
        assert found[-2:] == ["3", "4"], round_number
        backlog.rewind()
        while True:
            record = backlog.peek()
            if record is None:
                break
            backlog.done(record.segment, record.index)
        assert len(Backlog(storage)) == 0


# the queue in front of it


def sent(queue):
    """What may be sent now, as `(packet id, text)`."""
    out = []
    while True:
        due = queue.next(0)
        if due is None:
            return out
        out.append((due[0].packet_id, due[0].payload.decode()))


def test_while_all_is_well_nothing_is_written():
    storage = MemoryFiles()
    queue = FlashQueue(Backlog(storage), 1)
    for number in range(50):
        queue.put(TOPIC, str(number).encode(), True, False)
        ((packet_id, _),) = sent(queue)
        queue.acknowledge(packet_id)
    assert storage.spent == 0
    assert len(queue) == 0


def test_what_was_on_its_way_when_the_network_went_comes_first_afterwards():
    storage = MemoryFiles()
    queue = FlashQueue(Backlog(storage), 1)
    for number in range(3):
        queue.put(TOPIC, str(number).encode(), True, False)
    sent(queue)
    queue.went_down()
    for number in range(3, 30):
        queue.put(TOPIC, str(number).encode(), False, False)
    # The power goes; another program comes up.
    queue = FlashQueue(Backlog(storage), 2)
    queue.went_down()
    queue.put(TOPIC, b"30", True, False)
    order = []
    while True:
        now = sent(queue)
        if not now:
            break
        assert len(now) <= 16
        for packet_id, text in now:
            order.append(int(text))
            queue.acknowledge(packet_id)
    assert order == list(range(31))
    assert len(queue) == 0
    queue.put(TOPIC, b"31", True, False)
    assert storage.names() == ["read"]


def test_what_waits_suspiciously_long_goes_to_flash_and_stays_on_its_way():
    storage = MemoryFiles()
    queue = FlashQueue(Backlog(storage), 1)
    queue.put(TOPIC, b"0", True, False)
    ((packet_id, _),) = sent(queue)
    queue.look(1_000)
    assert storage.spent == 0
    queue.look(3_000)
    assert texts(Backlog(storage)) == ["0"]
    assert sent(queue) == []
    queue.acknowledge(packet_id)
    assert texts(Backlog(storage)) == []


def test_more_than_a_window_unacknowledged_goes_to_flash_in_order():
    storage = MemoryFiles()
    queue = FlashQueue(Backlog(storage), 1)
    for number in range(40):
        queue.put(TOPIC, str(number).encode(), True, False)
    assert [int(text) for text in texts(Backlog(storage))] == list(range(40))


def test_acknowledgements_that_overtake_each_other_lose_nothing():
    storage = MemoryFiles()
    queue = FlashQueue(Backlog(storage), 1)
    for number in range(20):
        queue.put(TOPIC, str(number).encode(), False, False)
    ids = [packet_id for packet_id, _ in sent(queue)]
    for packet_id in ids[1:]:
        queue.acknowledge(packet_id)
    assert texts(Backlog(storage))[0] == "0"
    queue.acknowledge(ids[0])
    assert len(queue._backlog) == 4
    for packet_id, _ in sent(queue):
        queue.acknowledge(packet_id)
    assert len(queue) == 0


def test_the_end_of_the_program_leaves_what_was_not_acknowledged_to_the_next():
    storage = MemoryFiles()
    queue = FlashQueue(Backlog(storage), 1)
    queue.put(TOPIC, b"0", True, True)
    queue.close()
    record = Backlog(storage).peek()
    assert (record.payload, record.flags, record.boot) == (b"0", UNSURE, 1)
