"""How does a running thing come by a new program, and prove itself after? Between the hub's offers and the slots."""

import asyncio
import binascii
import sys

from jinn_os import fetching
from jinn_os.port import const
from jinn_os.update import manifest, offers
from jinn_os.update.flash import FolderFlash
from jinn_os.update.installing import PAGE_BYTES, Installer
from jinn_os.update.slots import OFFER, Slots, factory_in

TRIAL_S = const(60)
"""So long a program on trial has for its first acknowledged report, each time it is started."""

SLOT_BYTES = const(2097152)
"""What a slot holds when the settings do not say: half of what is left of 8 MiB of flash beside MicroPython."""

FAILURES_MAX = const(8)
"""Downloads that break without a byte having come; with their pauses about four minutes."""

PAUSE_FIRST_S = 0.5
PAUSE_MAX_S = const(60)
TELL_EVERY_PERCENT = const(10)
_LEAVE_WITHIN_S = const(5)


class Failed(Exception):
    """An update that comes to nothing: `args` are the step to report, a stable code and a sentence."""


class _Burning:
    """Around what writes to flash: an error of its own is told as such."""

    def __enter__(self):
        return self

    def __exit__(self, kind, failure, trace):
        if isinstance(failure, OSError):
            raise Failed(offers.BURN, "flash", str(failure))


class _Attempts:
    """Downloads that break are made again, with growing pauses, as long as bytes come or not too often in vain."""

    def __init__(self):
        self._failures = 0
        self._pause_s = PAUSE_FIRST_S

    async def make(self, work, has_come_on):
        """Raises `Failed` when it is refused, and when it broke too often."""
        try:
            await work
        except fetching.Refused as refused:
            raise Failed(offers.DOWNLOAD, "download-refused", refused.args[0]) from None
        except fetching.Broken as broken:
            if has_come_on():
                self._failures = 0
                self._pause_s = PAUSE_FIRST_S
            self._failures += 1
            if self._failures > FAILURES_MAX:
                raise Failed(offers.DOWNLOAD, "download-broken", broken.args[0]) from None
            await asyncio.sleep(self._pause_s)
            self._pause_s = min(self._pause_s * 2, PAUSE_MAX_S)


class Options:
    """What an updater is told: who made this product, which product it is, how much a slot holds; `tls`: the link's."""

    def __init__(self, product_key, public, slot_bytes, trial_s=TRIAL_S, tls=None):
        self.product_key = product_key
        self.public = public
        self.slot_bytes = slot_bytes
        self.trial_s = trial_s
        self.tls = tls


class Updater:
    """Lives as long as the process. `link` is the thing's connection, `tell(line)` is for whoever watches."""

    def __init__(self, slots, flash, options, topics, link, tell, first_id):
        self._slots = slots
        self._flash = flash
        self._options = options
        self._topics = topics
        self._link = link
        self._tell = tell
        self._next_id = first_id
        self._offer = None
        self._offered = None
        self._healthy = None
        self._is_healthy = False
        # Now, while the heap is in one piece.
        self._page = bytearray(PAGE_BYTES)
        self._told_percent = 0
        self._has_told = False
        self.version = slots.running().version

    def came_up(self):
        """Say which version runs, and ask for an update. A program on trial keeps silent until it is confirmed."""
        if not self._slots.is_trial:
            self._introduce()

    def note_healthy(self):
        """A report of ours was acknowledged: connected, understood, and alive."""
        self._is_healthy = True
        if self._healthy:
            self._healthy.set()

    def heard(self, topic, payload):
        """Whether this message was about updates."""
        if topic not in (self._topics.upgrade, self._topics.get_reply):
            return False
        offer = offers.read_offer(payload)
        if offer is not None:
            self._offer = offer
            if self._offered:
                self._offered.set()
        return True

    async def run(self):
        """Until the process must be started again."""
        self._healthy = asyncio.Event()
        self._offered = asyncio.Event()
        if self._is_healthy:
            self._healthy.set()
        if self._offer:
            self._offered.set()
        if self._slots.is_trial and not await self._prove():
            return
        if self._slots.record.deaths:
            await self._healthy.wait()
            self._slots.confirm()
        while True:
            await self._offered.wait()
            self._offered.clear()
            try:
                offer = self._offer
                await self._follow(offer)
            except Failed as failure:
                self._say_failure(offer.version, *failure.args)
            else:
                await self._drain()
                return

    async def _prove(self):
        """Whether the program on trial became healthy in its time."""
        try:
            await asyncio.wait_for(self._healthy.wait(), self._options.trial_s)
        except asyncio.TimeoutError:
            self._tell(f"update: {self.version} is not healthy after {self._options.trial_s} s")
            self._slots.give_up_trial()
            return False
        self._slots.confirm()
        self._tell(f"update: {self.version} is confirmed")
        self._introduce()
        return True

    def _introduce(self):
        failure = None if self._has_told else self._slots.failure()
        self._has_told = True
        if failure:
            version, reason = failure
            self._say_progress(offers.GENERAL, f"rolled-back: {reason}", version)
        self._link.publish(self._topics.inform, offers.inform(self._new_id(), self.version), True)
        self._link.publish(self._topics.get, offers.ask(self._new_id()), True)

    async def _follow(self, offer):
        """Take an offer to the point where the next start tries it. Raises `Failed`."""
        await self._fetch_manifest(offer)
        found = self._check()
        self._told_percent = 0
        with _Burning():
            installer = Installer(self._flash, self._slots.begin(), found, self._page)
        await self._download(offer, found, installer)
        self._say_progress(offers.VERIFYING, "verifying", found.version)
        await asyncio.sleep(0)
        try:
            self._slots.arm(found)
        except manifest.Unsound as unsound:
            raise Failed(offers.VERIFY, *unsound.args) from None
        except OSError as failure:
            raise Failed(offers.BURN, "flash", str(failure)) from None
        self._say_progress(offers.INSTALLING, "installing", found.version)
        self._tell(f"update: {found.version} is complete, starting it")

    async def _fetch_manifest(self, offer):
        """Into the file `OFFER`. Raises `Failed`."""
        if not offer.manifest_url or not offer.manifest_bytes:
            raise Failed(offers.VERIFY, "manifest-unsigned", "it came without a signed manifest")
        if offer.manifest_bytes > manifest.MANIFEST_BYTES_MAX:
            raise Failed(offers.VERIFY, "manifest-too-large", f"at most {manifest.MANIFEST_BYTES_MAX} bytes")

        def take(data):
            with _Burning():
                self._flash.append(OFFER, data)

        attempts = _Attempts()
        while True:
            # From its start each time: it is small.
            with _Burning():
                self._flash.remove(OFFER)
            url = self._newest(offer).manifest_url
            await attempts.make(fetching.fetch(url, 0, offer.manifest_bytes, take, self._options.tls), lambda: False)
            if self._flash.size(OFFER) == offer.manifest_bytes:
                break
        with _Burning():
            self._flash.sync(OFFER)

    def _newest(self, offer):
        """What was offered last: offered again, it came with a fresh address. Raises `Failed` for another update."""
        if not self._offer.is_same(offer):
            raise Failed(offers.DOWNLOAD, "superseded", "another update was offered meanwhile")
        return self._offer

    def _check(self):
        """The manifest, when it is one that this thing may follow. Raises `Failed`."""
        try:
            found = manifest.Signed(self._flash, OFFER).check(self._options.public)
        except manifest.Unsound as unsound:
            raise Failed(offers.VERIFY, *unsound.args) from None
        if found.product_key != self._options.product_key:
            raise Failed(offers.VERIFY, "manifest-other-product", f"it is for {found.product_key}")
        if found.module != "default":
            raise Failed(offers.VERIFY, "manifest-other-module", f"it is for the module {found.module}")
        if found.counter < self._slots.floor():
            raise Failed(offers.VERIFY, "manifest-older", f"{found.version} is not newer than what runs")
        if found.size + manifest.MANIFEST_BYTES_MAX > self._options.slot_bytes:
            raise Failed(offers.BURN, "package-too-large", f"a slot holds {self._options.slot_bytes} bytes")
        return found

    async def _download(self, offer, found, installer):
        def take(data):
            self._newest(offer)
            try:
                goes_on = installer.feed(data)
            except manifest.Unsound as unsound:
                raise Failed(offers.VERIFY, *unsound.args) from None
            except OSError as failure:
                raise Failed(offers.BURN, "flash", str(failure)) from None
            self._say_download(installer.offset, found)
            return goes_on

        attempts = _Attempts()
        while not installer.is_complete:
            before = installer.offset
            await attempts.make(
                fetching.fetch(self._newest(offer).url, before, found.size, take, self._options.tls),
                lambda before=before: installer.offset != before,
            )

    async def _drain(self):
        """What was said leaves before the process does."""
        for _ in range(_LEAVE_WITHIN_S * 20):
            if not self._link.is_up or not len(self._link.outbox):
                return
            await asyncio.sleep(0.05)

    def _say_download(self, offset, found):
        percent = offset * 100 // found.size
        if percent >= self._told_percent + TELL_EVERY_PERCENT:
            self._told_percent = percent - percent % TELL_EVERY_PERCENT
            self._say_progress(max(1, percent * (offers.VERIFYING - 1) // 100), "downloading", found.version)

    def _say_failure(self, version, step, code, sentence):
        self._say_progress(step, f"{code}: {sentence}", version)

    def _say_progress(self, step, desc, version):
        self._tell(f"update: {version} {step} {desc}")
        self._link.publish(self._topics.progress, offers.progress(self._new_id(), step, desc, version), True)

    def _new_id(self):
        self._next_id += 1
        return self._next_id


def open_updater(settings, folder, product, link, tell, first_id, tls):
    """The updater of a program that `boot.py` started; None for an appliance without flash or without a maker's key.

    `folder` is that of the settings file; `first_id` keeps ids of messages apart from those of the last run; `tls` is
    the link's, for downloads from the same hub.
    """
    key = settings.get("update_key") or product.get("update_key")
    if not key or "flash" not in settings:
        return None
    manifest.meet_arithmetic()
    place = settings["flash"]
    flash = FolderFlash(place if place.startswith("/") else folder + place)
    options = Options(
        settings["product_key"],
        binascii.unhexlify(key),
        settings.get("slot_bytes", SLOT_BYTES),
        trial_s=settings.get("trial_s", TRIAL_S),
        tls=tls,
    )
    topics = offers.Topics(settings["product_key"], settings["device_name"])
    return Updater(Slots(flash, factory_in(sys.path[0])), flash, options, topics, link, tell, first_id)
