"""Whatever happens, something whole is started. Plain functions and asserts: MicroPython runs this file too."""

import hashlib
import json

from jinn_os.update import manifest
from jinn_os.update.installing import Installer
from jinn_os.update.record import SLOT_NAMES, Record, Records, decode, encode
from jinn_os.update.sim_flash import MANNERS, PowerCut, SimFlash
from jinn_os.update.slots import DEATHS_MAX, OFFER, TRIES, Slots

FACTORY = ("1.0.0", 1)
SECOND = {"main.py": b"second", "os/one.py": b"1" * 5000, "os/__init__.py": b"", "os/two.py": b"2" * 4096}
THIRD = {"main.py": b"third", "os/one.py": b"3" * 4097, "os/other.py": b"x"}
FOURTH = {"main.py": b"fourth"}


class Package:
    """A signed manifest (by nobody: signatures have a file of their own) and the bytes it describes."""

    def __init__(self, counter, files):
        self.counter = counter
        self.version = f"{counter}.0.0"
        self.files = files
        self.data = b"".join([files[path] for path in files])
        form = {
            "product_key": "pk",
            "version": self.version,
            "counter": counter,
            "size": len(self.data),
            "sha256": hashlib.sha256(self.data).digest().hex(),
            "files": [[path, len(files[path]), hashlib.sha256(files[path]).digest().hex()] for path in files],
        }
        self.blob = manifest.HEAD + b"0" * 128 + b"\n" + json.dumps(form).encode()
        self.manifest = manifest.Signed(SimFlash(files={"offer": self.blob}), "offer").read()


TWO, THREE, FOUR = Package(2, SECOND), Package(3, THIRD), Package(4, FOURTH)


def start(flash):
    """What a power-on starts: the slots, as the program that was started sees them."""
    Slots(flash, FACTORY).choose()
    return Slots(flash, FACTORY)


def install(slots, flash, package):
    """From an offer to the last write before the restart."""
    installer = Installer(flash, begin(slots, flash, package), package.manifest)
    while not installer.is_complete:
        installer.feed(package.data[installer.offset : installer.offset + 1500])
    slots.arm(package.manifest)


def begin(slots, flash, package):
    flash.remove(OFFER)
    flash.append(OFFER, package.blob)
    flash.sync(OFFER)
    return slots.begin()


def update(flash, *packages):
    """One update after the other, each confirmed."""
    for package in packages:
        install(start(flash), flash, package)
        start(flash).confirm()
    return flash


def version(flash):
    return Slots(flash, FACTORY).running().version


# the boot record


def test_a_record_is_read_as_it_was_written():
    record = Record(current=1, previous=2, trial=0, tries=3, deaths=2, floor=70000, current_hash=b"h" * 32)
    read = decode(encode(record.but(why=2)))
    assert (read.number, read.current, read.previous, read.tries, read.deaths, read.why) == (1, 1, 2, 3, 2, 2)
    assert (read.floor, read.current_hash) == (70000, b"h" * 32)


def test_a_record_with_any_byte_changed_is_none():
    data = encode(Record(current=1))
    for at in range(len(data)):
        spoilt = bytearray(data)
        spoilt[at] ^= 0x10
        assert decode(bytes(spoilt)) is None
    assert decode(data[:-1]) is None
    assert decode(None) is None
    assert decode(b"") is None


def test_a_slot_that_there_is_not_makes_no_record():
    for name in ("current", "previous", "trial", "failed"):
        assert decode(encode(Record(**{name: len(SLOT_NAMES)}))) is None


def test_the_newer_of_two_records_counts_and_the_older_is_written_next():
    flash = SimFlash()
    records = Records(flash)
    for tries in (1, 2, 3):
        records.write(records.now.but(tries=tries))
        assert Records(flash).now.tries == tries
    assert sorted(decode(flash.read(name)).tries for name in Records.NAMES) == [2, 3]


# what is started


def test_a_new_appliance_starts_its_factory_program():
    slots = start(SimFlash())
    assert (slots.running().name, slots.running().version, slots.is_trial) == ("factory", "1.0.0", False)


def test_an_update_is_tried_then_confirmed_and_the_next_takes_the_other_slot():
    flash = SimFlash()
    install(start(flash), flash, TWO)
    slots = start(flash)
    assert (slots.is_trial, slots.running().name, slots.running().version) == (True, "a", "2.0.0")
    slots.confirm()
    slots = start(flash)
    assert (slots.is_trial, slots.running().version) == (False, "2.0.0")
    update(flash, THREE)
    assert (start(flash).running().name, version(flash)) == ("b", "3.0.0")
    assert set(flash.files("a")) == set(SECOND) | {"manifest"}
    update(flash, FOUR)
    assert (start(flash).running().name, version(flash)) == ("a", "4.0.0")
    assert set(flash.files("a")) == set(FOURTH) | {"manifest"}


def test_a_program_that_never_becomes_healthy_is_left_after_its_tries():
    flash = update(SimFlash(), TWO)
    install(start(flash), flash, THREE)
    for _ in range(TRIES):
        assert start(flash).running().version == "3.0.0"
    slots = start(flash)
    assert (slots.running().version, slots.is_trial) == ("2.0.0", False)
    assert slots.failure()[0] == "3.0.0"
    assert "again and again" in slots.failure()[1]


def test_a_program_that_is_not_healthy_in_its_time_is_left_with_its_last_try():
    flash = SimFlash()
    install(start(flash), flash, TWO)
    for _ in range(TRIES):
        slots = start(flash)
        assert slots.running().version == "2.0.0"
        slots.give_up_trial()
    assert start(flash).running().version == "1.0.0"
    assert "did not become healthy" in start(flash).failure()[1]


def test_what_was_left_can_be_tried_again_and_its_failure_is_then_forgotten():
    flash = SimFlash()
    install(start(flash), flash, TWO)
    for _ in range(TRIES + 1):
        slots = start(flash)
    install(slots, flash, TWO)
    slots = start(flash)
    slots.confirm()
    assert (slots.running().version, slots.failure()) == ("2.0.0", None)


def test_a_confirmed_program_that_dies_again_and_again_makes_way_for_the_one_before():
    flash = update(SimFlash(), TWO, THREE)
    for _ in range(DEATHS_MAX):
        slots = start(flash)
        assert slots.running().version == "3.0.0"
        slots.note_death()
    slots = start(flash)
    assert (slots.running().version, slots.failure()[0]) == ("2.0.0", "3.0.0")
    for _ in range(DEATHS_MAX):
        start(flash).note_death()
    assert start(flash).running().version == "1.0.0"


def test_a_program_that_was_healthy_in_between_starts_counting_anew():
    flash = update(SimFlash(), TWO)
    for _ in range(DEATHS_MAX + 2):
        slots = start(flash)
        slots.note_death()
        start(flash).confirm()
    assert start(flash).running().version == "2.0.0"


def test_the_death_of_the_factory_program_changes_nothing():
    flash = SimFlash()
    start(flash).note_death()
    assert flash.steps == 0


def test_a_slot_with_a_damaged_file_is_not_started():
    for path in sorted(SECOND | {"manifest": b""}):
        flash = update(SimFlash(), TWO)
        flash.overwrite("a/" + path, b"!")
        slots = start(flash)
        assert slots.running().version == "1.0.0"
    flash = update(SimFlash(), TWO)
    flash.remove("a/os/two.py")
    assert start(flash).running().version == "1.0.0"


def test_a_damaged_trial_is_left_before_it_starts():
    flash = update(SimFlash(), TWO)
    install(start(flash), flash, THREE)
    flash.overwrite("b/main.py", b"!")
    slots = start(flash)
    assert (slots.running().version, slots.is_trial) == ("2.0.0", False)
    assert "damaged" in slots.failure()[1]


def test_a_slot_with_one_file_too_many_is_not_armed():
    flash = SimFlash()
    slots = start(flash)
    begin(slots, flash, TWO)
    flash.append("a/os/left_over.py", b"x")
    why = ""
    try:
        install(slots, flash, TWO)
    except manifest.Unsound as unsound:
        why = unsound.args[0]
    assert why == "package-damaged"


def test_an_older_package_is_below_the_floor_whatever_was_left_since():
    flash = update(SimFlash(), TWO, FOUR)
    assert start(flash).floor() == 5
    for _ in range(DEATHS_MAX):
        start(flash).note_death()
    slots = start(flash)
    # The fourth may come back, the third may not, though the second runs.
    assert (slots.running().version, slots.floor()) == ("2.0.0", 4)


# the power is cut at every write


def live(flash, package, is_good):
    """The appliance with its power on: it follows an offer until nothing is left to do. Gives what was started."""
    seen = []
    for _ in range(TRIES + 3):
        slots = start(flash)
        running = slots.running()
        check_whole(flash, running)
        seen.append(running.version)
        if slots.is_trial:
            if is_good:
                slots.confirm()
                return seen
            slots.give_up_trial()
        elif running.version == package.version or slots.failure():
            return seen
        else:
            install(slots, flash, package)
    raise AssertionError("it never came to an end: " + str(seen))


def check_whole(flash, running):
    """What runs is, to the byte, one of the packages."""
    if running.slot:
        package = {"2.0.0": TWO, "3.0.0": THREE, "4.0.0": FOUR}[running.version]
        found = flash.files(running.name)
        assert found.pop("manifest") == package.blob
        assert found == package.files


def cut_everywhere(before, package, is_good):
    """The number of points at which the power was cut; after each the update came to its end all the same."""
    old, new = version(before), package.version
    points = 0
    for manner in MANNERS:
        step = 1
        while True:
            flash = before.power_on(step, manner)
            try:
                live(flash, package, is_good)
                break
            except PowerCut:
                points += 1
            # A second cut on the way back, at a place that moves along.
            flash = flash.power_on(1 + step % 7, manner)
            ends_in_the_dark(flash, package, is_good)
            flash = flash.power_on()
            seen = live(flash, package, is_good)
            assert set(seen) <= {old, new}, (manner, step, seen)
            # Two cuts may cost a good program its tries: then the old one runs, says so, and takes it again.
            if is_good and start(flash).running().version != new:
                seen = live_again(flash, package)
            running = start(flash).running()
            assert running.version == (new if is_good else old), (manner, step, seen)
            assert is_good or start(flash).failure()[0] == new
            step += 1
        assert step > 10
    return points


def ends_in_the_dark(flash, package, is_good):
    try:
        live(flash, package, is_good)
    except PowerCut:
        return True
    return False


def live_again(flash, package):
    slots = start(flash)
    assert slots.failure()[0] == package.version
    install(slots, flash, package)
    return live(flash, package, True)


def test_a_first_update_survives_a_cut_at_every_write():
    assert cut_everywhere(SimFlash(), TWO, True) >= 80


def test_a_later_update_survives_a_cut_at_every_write():
    before = update(SimFlash(), TWO, THREE)
    assert cut_everywhere(before, FOUR, True) >= 80


def test_a_bad_update_is_left_again_though_the_power_is_cut_at_every_write():
    before = update(SimFlash(), TWO)
    assert cut_everywhere(before, THREE, False) >= 80
