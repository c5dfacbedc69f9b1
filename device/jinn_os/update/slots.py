"""Which program runs, which is tried, which is left again? The rules over the boot record and the two slots."""

import binascii
import hashlib
import json

from jinn_os.port import const
from jinn_os.update import manifest as manifests
from jinn_os.update.record import (
    DAMAGED,
    DIED,
    FACTORY,
    NO_HASH,
    NOT_HEALTHY,
    NOTHING,
    REASONS,
    SLOT_NAMES,
    Records,
)

OFFER = "offer"
"""The file for the signed manifest of an update that is offered, until the slot has it."""

TRIES = const(3)
"""So often a new program is started before it is left again: one start may fall into a power cut or a lost network."""

DEATHS_MAX = const(3)
"""So often in a row a confirmed program may end by itself before it was healthy."""


class Program:
    """What runs: `slot` is 0 for the factory program."""

    def __init__(self, slot, version, counter):
        self.slot = slot
        self.name = SLOT_NAMES[slot]
        self.version = version
        self.counter = counter


class Slots:
    """The factory program, two slots, and the record that chooses between them."""

    def __init__(self, flash, factory):
        """`factory`: version and counter of the program that the appliance was made with."""
        self._flash = flash
        self._factory = factory
        self._records = Records(flash)
        self._program = None

    @property
    def record(self):
        return self._records.now

    @property
    def is_trial(self):
        """Whether the program that runs must still prove itself."""
        return self.record.trial != FACTORY

    def choose(self):
        """The slot to start now, written down before it starts; 0 is the factory program."""
        record = self.record
        if record.trial:
            if record.tries and self._is_whole(record.trial, record.trial_hash):
                self._records.write(record.but(tries=record.tries - 1))
                return record.trial
            self._leave_trial(DAMAGED if record.tries else DIED)
        while self.record.current:
            record = self.record
            if record.deaths >= DEATHS_MAX:
                self._leave_current(DIED)
            elif not self._is_whole(record.current, record.current_hash):
                self._leave_current(DAMAGED)
            else:
                return record.current
        return FACTORY

    def running(self):
        """The program that `choose` started last."""
        slot = self.record.trial or self.record.current
        if self._program is None or self._program.slot != slot:
            # Read once: its manifest is large, and what runs stays what it is.
            self._program = Program(slot, *self._version_of(slot))
        return self._program

    def failure(self):
        """Version and reason of the program that was left again; None when there is none to tell of."""
        record = self.record
        if not record.failed or record.why >= len(REASONS):
            return None
        version, counter = self._version_of(record.failed)
        if counter != record.failed_counter:
            return None
        return version, REASONS[record.why]

    def floor(self):
        """A package must have a greater counter than what runs, and no smaller one than any that was ever confirmed."""
        return max(self.running().counter + 1, self.record.floor)

    def target(self):
        """The slot that an update is written into: never the one that runs."""
        return 2 if self.record.current == 1 else 1

    def begin(self):
        """Make the target slot ready for what the file `OFFER` describes; files that are there already may stay.

        Gives the folder to fill. Nothing that could be started is touched before the record says that it cannot.
        """
        assert not self.is_trial
        target = self.target()
        record = self.record
        if target in (record.previous, record.failed):
            changes = {"failed": 0, "why": NOTHING, "failed_counter": 0}
            if target == record.previous:
                changes["previous"] = FACTORY
                changes["previous_hash"] = NO_HASH
            self._records.write(record.but(**changes))
        folder = SLOT_NAMES[target]
        name = self._manifest_name(target)
        if self._signed(target).digest() != manifests.Signed(self._flash, OFFER).digest():
            self._flash.remove(name)
            for other in self._flash.names(folder):
                self._flash.remove(other)
            for data in self._flash.chunks(OFFER):
                self._flash.append(name, data)
            self._flash.sync(name)
        return folder

    def arm(self, manifest):
        """The target slot is complete: it is tried at the next start. Raises `Unsound` when it is not whole after all.

        `manifest`: what the offer was read as; to read it a second time would need the memory twice.
        """
        target = self.target()
        digest = manifests.Signed(self._flash, OFFER).digest()
        if not self._is_whole(target, digest, manifest) or self._has_strangers(target, manifest):
            raise manifests.Unsound("package-damaged", "what was written does not read back as it should")
        self._records.write(
            self.record.but(trial=target, tries=TRIES, trial_hash=digest, failed=0, why=NOTHING, failed_counter=0)
        )

    def confirm(self):
        """The program that runs is healthy."""
        record = self.record
        if record.trial:
            counter = self.running().counter
            self._records.write(
                record.but(
                    current=record.trial,
                    current_hash=record.trial_hash,
                    previous=record.current,
                    previous_hash=record.current_hash,
                    trial=FACTORY,
                    trial_hash=NO_HASH,
                    tries=0,
                    deaths=0,
                    floor=max(record.floor, counter),
                )
            )
        elif record.deaths:
            self._records.write(record.but(deaths=0))

    def give_up_trial(self):
        """The program on trial did not become healthy in its time; it has as many chances as it has tries left."""
        if self.record.trial and not self.record.tries:
            self._leave_trial(NOT_HEALTHY)

    def note_death(self):
        """The program that ran has ended by itself. A trial has paid for its start already."""
        record = self.record
        if record.current and not record.trial and record.deaths < DEATHS_MAX:
            self._records.write(record.but(deaths=record.deaths + 1))

    def _leave_trial(self, why):
        record = self.record
        self._records.write(
            record.but(
                trial=FACTORY,
                trial_hash=NO_HASH,
                tries=0,
                failed=record.trial,
                failed_counter=self._version_of(record.trial)[1],
                why=why,
            )
        )

    def _leave_current(self, why):
        record = self.record
        self._records.write(
            record.but(
                current=record.previous,
                current_hash=record.previous_hash,
                previous=FACTORY,
                previous_hash=NO_HASH,
                deaths=0,
                failed=record.current,
                failed_counter=self._version_of(record.current)[1],
                why=why,
            )
        )

    def _version_of(self, slot):
        """Version and counter of what is in a slot; of the factory program for 0."""
        if slot == FACTORY:
            return self._factory
        found = self._manifest_of(slot)
        return (found.version, found.counter) if found else ("unknown", 0)

    def _manifest_of(self, slot):
        try:
            return self._signed(slot).read()
        except manifests.Unsound:
            return None

    def _is_whole(self, slot, digest, manifest=None):
        """Whether a slot holds the signed manifest of that hash, and every file as that says."""
        if self._signed(slot).digest() != digest:
            return False
        manifest = manifest or self._manifest_of(slot)
        if manifest is None:
            return False
        return all(is_file_whole(self._flash, SLOT_NAMES[slot], file) for file in manifest.files)

    def _signed(self, slot):
        return manifests.Signed(self._flash, self._manifest_name(slot))

    def _has_strangers(self, slot, manifest):
        """Whether files lie in a slot that do not belong to it: one that was left over could be imported in place of
        another.
        """
        folder = SLOT_NAMES[slot]
        for name in self._flash.names(folder):
            path = name[len(folder) + 1 :]
            if path != manifests.MANIFEST_NAME and path not in manifest.files:
                return True
        return False

    def _manifest_name(self, slot):
        return SLOT_NAMES[slot] + "/" + manifests.MANIFEST_NAME


def is_file_whole(flash, folder, file):
    name = f"{folder}/{file.path}"
    if flash.size(name) != file.size:
        return False
    found = hashlib.sha256()
    for data in flash.chunks(name):
        found.update(data)
    return binascii.hexlify(found.digest()).decode() == file.sha256


def factory_in(folder):
    """Version and counter of the factory program that is in a folder; of none when there is none."""
    try:
        with open(folder + "/factory.json") as file:
            form = json.load(file)
    except OSError:
        return "unknown", 0
    return form["version"], form["counter"]
