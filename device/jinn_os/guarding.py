"""What if a driver is wrong? Its faults are counted and told, and after too many the thing goes on without it."""

from jinn_os.boards.driver import Refusal
from jinn_os.kernel.log import ERROR, WARN


class Guarded:
    """A driver whose faults do not reach the rest: what it raises beside `Refusal` becomes a refusal with a sentence.

    `budget.spend()` is asked at each fault; when it is spent the driver is switched off until the next start, and
    `on_off()` is called. The values that it had last stay readable.
    """

    def __init__(self, driver, log, budget, on_off):
        self.is_off = False
        self._driver = driver
        self._log = log
        self._budget = budget
        self._on_off = on_off
        self._last = dict(driver.read())

    def read(self):
        if not self.is_off:
            try:
                self._last = self._driver.read()
            except Exception as failure:  # Third parties write drivers: anything may come.
                self._fault("read", failure)
        return self._last

    def apply(self, values):
        return self._call("apply", self._driver.apply, values)

    def call(self, service, arguments):
        out = self._call("call", self._driver.call, service, arguments)
        return out if isinstance(out, dict) else {}

    def person(self, name, value):
        return self._call("person", self._driver.person, name, value)

    def message(self, topic, payload):
        return self._call("message", self._driver.message, topic, payload)

    def configure(self, config):
        return self._quiet("configure", self._driver.configure, None, config)

    def step(self, dt_s):
        return self._quiet("step", self._driver.step, None, dt_s)

    def pace_s(self):
        return self._quiet("pace_s", self._driver.pace_s, 60.0)

    def bands(self):
        return self._quiet("bands", self._driver.bands, {})

    def rates(self):
        return self._quiet("rates", self._driver.rates, {})

    def take_events(self):
        return self._quiet("take_events", self._driver.take_events, ())

    def _call(self, name, function, *arguments):
        if self.is_off:
            raise Refusal("its driver has failed too often and is switched off until the next start")
        try:
            return function(*arguments)
        except Refusal:
            raise
        except Exception as failure:  # As above.
            self._fault(name, failure)
            raise Refusal(f"its driver failed: {type(failure).__name__}") from None

    def _quiet(self, name, function, otherwise, *arguments):
        """For what nobody waits for: a fault gives `otherwise`."""
        if self.is_off:
            return otherwise
        try:
            return function(*arguments)
        except Exception as failure:  # As above.
            self._fault(name, failure)
            return otherwise

    def _fault(self, name, failure):
        self._log.add(WARN, "driver", f"{name}: {type(failure).__name__} {failure}")
        if not self._budget.spend():
            self.is_off = True
            self._log.add(ERROR, "driver", "failed too often and is switched off")
            try:
                self._driver.close()
            except Exception:  # It is done without from here on, whatever it says.
                self._log.add(WARN, "driver", "does not let go")
            self._on_off()
