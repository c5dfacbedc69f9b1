"""Money: whole minor units of one currency, never a float."""

import re
from dataclasses import dataclass

from jinn.kernel.errors import Invalid

_CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount in the minor unit of its currency (ISO 4217: fen, cents).

    Two amounts are added, taken away or compared only in the same currency.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if isinstance(self.minor, bool) or not isinstance(self.minor, int):
            raise Invalid("An amount is a whole number of minor units.", code="money-not-whole")
        if not _CURRENCY.fullmatch(self.currency):
            raise Invalid(f"{self.currency!r} is not a currency code.", code="money-currency")

    def __add__(self, other: "Money") -> "Money":
        return Money(minor=self.minor + self._same(other).minor, currency=self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(minor=self.minor - self._same(other).minor, currency=self.currency)

    def __mul__(self, count: int) -> "Money":
        return Money(minor=self.minor * count, currency=self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other).minor

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._same(other).minor

    def _same(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise Invalid(f"{self.currency} and {other.currency} cannot be mixed.", code="money-mixed")
        return other
