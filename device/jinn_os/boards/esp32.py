"""What is a real ESP32 to jinn OS? Its pins, its radio, its watchdog and its two programs.

Written for MicroPython 1.24 on an ESP32 and tested against stand-ins of its modules; it has not run on a chip here. Of
cryptography its firmware brings SHA-256, AES and TLS (Mbed TLS, with the chip's own accelerators); no Ed25519, so that
signatures are verified by `update/ed25519.py`, which takes seconds on this chip.
"""

from jinn_os.hardware.granting import Grants, NotGranted
from jinn_os.hardware.pins import BoundedStorage, BridgeMotor, DividedCell, cut
from jinn_os.hardware.ports import Adc, Clock, Display, I2c, Pin, Pwm
from jinn_os.hardware.sim import pin_places
from jinn_os.port import ticks_diff, ticks_ms, wall_ms
from jinn_os.storage import Files

FLASH_PINS = (6, 7, 8, 9, 10, 11)
"""They lead to the flash that the program lies in: whoever drives them stops the chip."""
INPUT_ONLY = (34, 35, 36, 37, 38, 39)
ADC_PINS = (32, 33, 34, 35, 36, 37, 38, 39)
"""ADC1. ADC2 belongs to the radio while that is on."""
BUSES = {0: (18, 19), 1: (25, 26)}
"""Clock and data of the two I2C buses, the port's own choice."""
SSD1306_ON = (0xAE, 0x20, 0x00, 0x40, 0xA1, 0xC8, 0xD3, 0x00, 0xD5, 0x80, 0xD9, 0xF1, 0xDB, 0x30,
              0x81, 0xFF, 0xA4, 0xA6, 0x8D, 0x14)  # fmt: skip
"""Off; horizontal addresses; upright picture; usual clocks; full contrast; the pump for its voltage on."""
WIFI_LOOK_MS = 100


class ChipPin(Pin):
    def __init__(self, machine, micro, number, way):
        if way not in ("in", "out"):
            raise NotGranted(f"pin {number}: it is in or out")
        if way == "out" and number in INPUT_ONLY:
            raise NotGranted(f"pin {number} can only listen")
        self._machine = machine
        self._micro = micro
        self._way = way
        # The pins that only listen have no resistor of their own either.
        pull = machine.Pin.PULL_UP if way == "in" and number not in INPUT_ONLY else None
        self._pin = machine.Pin(number, machine.Pin.IN if way == "in" else machine.Pin.OUT, pull)

    def level(self):
        return self._pin.value()

    def put(self, level):
        if self._way != "out":
            raise NotGranted("this pin is only listened to")
        self._pin.value(1 if level else 0)

    def on_change(self, call):
        if self._way != "in":
            raise NotGranted("this pin is only driven")

        def later(_):
            call(self._pin.value())

        # In an interrupt nothing may be allocated: it only asks to be called soon.
        edges = self._machine.Pin.IRQ_RISING | self._machine.Pin.IRQ_FALLING
        self._pin.irq(handler=lambda pin: self._micro.schedule(later, pin), trigger=edges)


class ChipPwm(Pwm):
    def __init__(self, machine, number, hertz=1000):
        if number in INPUT_ONLY:
            raise NotGranted(f"pin {number} can only listen")
        self._pwm = machine.PWM(machine.Pin(number), freq=hertz, duty_u16=0)

    def put(self, duty):
        self._pwm.duty_u16(round(cut(duty, 0.0, 1.0) * 65_535))


class ChipAdc(Adc):
    def __init__(self, machine, number):
        if number not in ADC_PINS:
            raise NotGranted(f"pin {number} has no converter beside the radio")
        self._adc = machine.ADC(machine.Pin(number), atten=machine.ADC.ATTN_11DB)

    def volts(self):
        return self._adc.read_uv() / 1_000_000


class ChipI2c(I2c):
    def __init__(self, bus, address):
        self._bus = bus
        self._address = address

    def read(self, register, count):
        return self._bus.readfrom_mem(self._address, register, count)

    def write(self, register, data):
        self._bus.writeto_mem(self._address, register, data)


class Ssd1306(Display):
    """The common small display: 128 × 64 or 128 × 32 dots on I2C."""

    def __init__(self, framebuf, chip, width=128, height=64):
        self.width, self.height = width, height
        self._chip = chip
        self._dots = bytearray(width * height // 8)
        self._frame = framebuf.FrameBuffer(self._dots, width, height, framebuf.MONO_VLSB)
        self._command(*SSD1306_ON)
        self._command(0xA8, height - 1, 0xDA, 0x12 if height == 64 else 0x02)
        self.show()
        self._command(0xAF)

    def clear(self):
        self._frame.fill(0)

    def text(self, text, x, y):
        self._frame.text(text, x, y)

    def dot(self, x, y, is_on):
        self._frame.pixel(x, y, 1 if is_on else 0)

    def show(self):
        self._command(0x21, 0, self.width - 1, 0x22, 0, self.height // 8 - 1)
        self._chip.write(0x40, self._dots)

    def _command(self, *codes):
        self._chip.write(0x00, bytes(codes))


class ChipClock(Clock):
    def ticks_ms(self):
        return ticks_ms()

    def wall_ms(self):
        return wall_ms()


class Watchdog:
    """The chip's own: nothing in the program can stop it once it runs. It has what `kernel.watchdog.Watchdog` has."""

    def __init__(self, machine, bite_s):
        self._machine = machine
        self._bite_s = bite_s
        self._dog = None

    def start(self):
        if self._bite_s:
            self._dog = self._machine.WDT(timeout=int(self._bite_s * 1000))

    def feed(self):
        if self._dog:
            self._dog.feed()

    def stop(self):
        """It cannot be: whoever ends the program resets the chip within the time."""


class Programs:
    """The two places of the firmware itself (`ota_0`, `ota_1`), as the chip's boot loader chooses between them.

    The loader goes back by itself when a new one was not found well before the next start.
    """

    BLOCK_BYTES = 4096

    def __init__(self, partition):
        self._partition = partition

    def other(self):
        return self._partition(self._partition.RUNNING).get_next_update()

    def write_block(self, number, data):
        """Erases and writes one block of the other place; the last one is filled with 0xFF."""
        assert len(data) <= self.BLOCK_BYTES
        self.other().writeblocks(number, bytes(data) + b"\xff" * (self.BLOCK_BYTES - len(data)))

    def try_other(self):
        """From the next start on; for one start, unless `keep` is called in it."""
        self.other().set_boot()

    def keep(self):
        """This one is well."""
        self._partition.mark_app_valid_cancel_rollback()


class Esp32(Grants):
    """The modules are given, so that stand-ins can be: `machine`, `network`, `esp32`, `framebuf`, `micropython`."""

    def __init__(self, machine, network, esp32, framebuf, micro):
        self._machine = machine
        self._network = network
        self._framebuf = framebuf
        self._buses = {}
        self._station = None
        self.programs = Programs(esp32.Partition)
        pwm, adc = self._pwm, self._adc
        super().__init__(
            {
                "pin": lambda number, way: ChipPin(machine, micro, number, way),
                "pwm": pwm,
                "adc": adc,
                "i2c": self._chip,
                "display": lambda bus, address, *size: Ssd1306(framebuf, self._chip(bus, address), *size),
                "motor": lambda ahead, back: BridgeMotor(pwm(ahead), pwm(back)),
                "battery": lambda number, ratio=2.0: DividedCell(adc(number), ratio),
                "clock": ChipClock,
                "storage": lambda name, bytes_max=16_384: BoundedStorage(Files("/drivers/" + name), bytes_max),
            }
        )

    def places(self, kind, where):
        places = pin_places(kind, where)
        for place in places:
            if place in FLASH_PINS:
                raise NotGranted(f"pin {place} belongs to the flash")
        return places

    def watchdog(self, bite_s):
        return Watchdog(self._machine, bite_s)

    def reset(self):
        self._machine.reset()

    async def join(self, name, password, within_ms, sleep):
        """Join the wireless network; whether it was done in time. `sleep(s)` is asyncio's."""
        station = self._station
        if station is None:
            station = self._station = self._network.WLAN(self._network.STA_IF)
            station.active(True)
        if not station.isconnected():
            station.connect(name, password)
        asked_ms = ticks_ms()
        while not station.isconnected():
            if ticks_diff(ticks_ms(), asked_ms) >= within_ms:
                # Else it goes on looking, and refuses to be told another network.
                station.disconnect()
                return False
            await sleep(WIFI_LOOK_MS / 1000)
        return True

    def is_joined(self):
        return self._station is not None and bool(self._station.isconnected())

    def _pwm(self, number, hertz=1000):
        return ChipPwm(self._machine, number, hertz)

    def _adc(self, number):
        return ChipAdc(self._machine, number)

    def _chip(self, bus, address):
        if bus not in BUSES:
            raise NotGranted(f"there is no I2C bus {bus}")
        if bus not in self._buses:
            clock, data = BUSES[bus]
            pin = self._machine.Pin
            self._buses[bus] = self._machine.I2C(bus, scl=pin(clock), sda=pin(data), freq=400_000)
        return ChipI2c(self._buses[bus], address)


def open_hardware():
    """On the chip itself."""
    import esp32
    import framebuf
    import machine
    import micropython
    import network

    return Esp32(machine, network, esp32, framebuf, micropython)
