"""What if the loop itself stands still? Somebody outside it looks whether it still comes round, and ends it."""

from jinn_os.port import die, start_thread, wait_in_thread

LOOKS = 4
"""So many looks without a sign make a bite. Looks are counted and not seconds: a machine that slept through the night
has not hung, and a look cannot be missed by a helper that slept as well."""


class Watchdog:
    """A helper thread that ends the process when nobody has fed it for `bite_s`; for ever with 0, it does not bite.

    `who()` names what had the loop; it is written into the file `note_path` before the end ("" writes none), so that
    the next start knows. A thread can end a process on the unix port only from outside: it asks the shell to kill it.
    """

    def __init__(self, bite_s, who, note_path=""):
        self._look_ms = int(bite_s * 1000 / LOOKS)
        self._who = who
        self._note_path = note_path
        self._is_fed = True
        self._is_over = False

    def start(self):
        if self._look_ms:
            start_thread(self._guard)

    def feed(self):
        self._is_fed = True

    def stop(self):
        self._is_over = True

    def _guard(self):
        missed = 0
        while True:
            wait_in_thread(self._look_ms)
            if self._is_over:
                return
            missed = 0 if self._is_fed else missed + 1
            self._is_fed = False
            if missed >= LOOKS:
                self._bite()

    def _bite(self):
        if self._note_path:
            try:
                with open(self._note_path, "w") as note:
                    note.write("stuck in " + (self._who() or "nobody"))
            except OSError:
                pass  # A full flash must not keep a dead loop alive.
        die()
