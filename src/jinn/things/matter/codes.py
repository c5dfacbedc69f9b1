"""What does a Matter setup code say? The QR payload `MT:…`, and the manual code of 11 or 21 digits."""

import re
from dataclasses import dataclass
from typing import Literal

from jinn.kernel import Invalid, Secret

_BASE38 = {mark: number for number, mark in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-.")}
_BYTES_OF = {5: 3, 4: 2, 2: 1}
"""So many marks of base 38 hold so many bytes."""

_PAYLOAD_BITS = (("version", 3), ("vendor", 16), ("product", 16), ("flow", 2), ("reach", 8), ("discriminator", 12),
                 ("passcode", 27))  # fmt: skip
_PAYLOAD_BYTES = 11
_CODE_CHARS_MAX = 256

_EASY = frozenset({0, *(11_111_111 * digit for digit in range(1, 10)), 12_345_678, 87_654_321})
"""Passcodes that the specification forbids, because people would guess them."""

_PASSCODE_MAX = 99_999_998


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupCode:
    """A code that was read and is right in itself.

    Attributes:
        text: as the Matter server takes it: `MT:…`, or digits without blanks.
        discriminator: tells devices apart; of a manual code only its upper 4 of 12 bits.
        vendor, product: None when the code does not say.
        needs_press: somebody must do something to the device first.
    """

    text: Secret
    kind: Literal["qr", "manual"]
    passcode: Secret
    discriminator: int
    vendor: int | None = None
    product: int | None = None
    needs_press: bool = False


def read_code(text: str) -> SetupCode:
    """The setup code that somebody scanned, typed or said.

    Raises:
        Invalid: code `bad-setup-code`; the sentence says what is wrong with it, and never repeats it.
    """
    plain = text.strip()
    if len(plain) > _CODE_CHARS_MAX:
        raise _bad("It is too long")
    if plain[:3].upper() == "MT:":
        return _read_qr(plain[3:].upper())
    digits = re.sub(r"[\s\-.]", "", plain)
    if not (digits.isascii() and digits.isdigit()):
        raise _bad("It has 11 or 21 digits, or begins with MT:")
    return _read_manual(digits)


def check_digit(digits: str) -> int:
    """The Verhoeff check digit of these digits, as the Matter core specification uses it."""
    check = 0
    for position, digit in enumerate(reversed(digits), start=1):
        check = _multiplied(check, _permuted(int(digit), position))
    return _INVERSE[check]


_INVERSE = (0, 4, 3, 2, 1, 5, 6, 7, 8, 9)
_PERMUTATION = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def _multiplied(one: int, other: int) -> int:
    """In the dihedral group of a pentagon: 0 to 4 turn it, 5 to 9 turn it over too."""
    if one < 5:
        return (one + other) % 5 if other < 5 else 5 + (one + other - 5) % 5
    return 5 + (one - 5 - other) % 5 if other < 5 else (one - other) % 5


def _permuted(digit: int, times: int) -> int:
    for _ in range(times % 8):
        digit = _PERMUTATION[digit]
    return digit


def _read_manual(digits: str) -> SetupCode:
    if len(digits) not in (11, 21):
        raise _bad(f"It has 11 or 21 digits, not {len(digits)}")
    if check_digit(digits[:-1]) != int(digits[-1]):
        raise _bad("A digit is wrong")
    first, upper, lower = int(digits[0]), int(digits[1:6]), int(digits[6:10])
    is_long = bool(first & 4)
    if first > 7 or upper > 0xFFFF or lower > 0x1FFF:
        raise _bad("There is no such code")
    if is_long is not (len(digits) == 21):
        raise _bad(f"A code that begins with {first} has {21 if is_long else 11} digits")
    vendor = int(digits[10:15]) if is_long else None
    product = int(digits[15:20]) if is_long else None
    if (vendor or 0) > 0xFFFF or (product or 0) > 0xFFFF:
        raise _bad("There is no such vendor or product")
    return SetupCode(
        text=Secret(digits), kind="manual", passcode=_passcode(lower << 14 | upper & 0x3FFF),
        discriminator=(first & 3) << 2 | upper >> 14, vendor=vendor or None, product=product or None,
        needs_press=is_long,
    )  # fmt: skip


def _read_qr(marks: str) -> SetupCode:
    if "*" in marks:
        raise _bad("It holds the codes of several devices; scan them one by one")
    payload = _base38(marks)
    if len(payload) < _PAYLOAD_BYTES:
        raise _bad("It is too short")
    bits = int.from_bytes(payload[:_PAYLOAD_BYTES], "little")
    found: dict[str, int] = {}
    for name, width in _PAYLOAD_BITS:
        found[name] = bits & ((1 << width) - 1)
        bits >>= width
    if found["version"] != 0:
        raise _bad("It is of a version that is not known")
    if bits or found["flow"] > 2:
        raise _bad("There is no such code")
    return SetupCode(
        text=Secret(f"MT:{marks}"), kind="qr", passcode=_passcode(found["passcode"]),
        discriminator=found["discriminator"], vendor=found["vendor"] or None, product=found["product"] or None,
        needs_press=found["flow"] != 0,
    )  # fmt: skip


def _base38(marks: str) -> bytes:
    """Five marks hold three bytes, least significant first; the last ones may be four for two, or two for one."""
    found = bytearray()
    for start in range(0, len(marks), 5):
        chunk = marks[start : start + 5]
        size = _BYTES_OF.get(len(chunk))
        if size is None or any(mark not in _BASE38 for mark in chunk):
            raise _bad("A letter is wrong or missing")
        value = sum(_BASE38[mark] * 38**place for place, mark in enumerate(chunk))
        if value >= 1 << (8 * size):
            raise _bad("A letter is wrong")
        found += value.to_bytes(size, "little")
    return bytes(found)


def _passcode(number: int) -> Secret:
    if number in _EASY or number > _PASSCODE_MAX:
        raise _bad("No device has that passcode")
    return Secret(f"{number:08d}")


def _bad(why: str) -> Invalid:
    return Invalid(f"This is no Matter setup code. {why}.", code="bad-setup-code")
