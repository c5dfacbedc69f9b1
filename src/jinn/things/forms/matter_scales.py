"""How do Matter's numbers become ours: mireds, levels to 254, logarithms of lux, hue and saturation?"""

import colorsys
import math
import re

from jinn.things.values import Json

LEVEL_MAX = 254
MIRED = 1_000_000


def percent_of_level(level: int) -> int:
    return min(100, round(level * 100 / LEVEL_MAX))


def level_of_percent(percent: float) -> int:
    """At least 1 for anything that shines: 0 means off."""
    return 0 if percent <= 0 else max(1, min(LEVEL_MAX, round(percent * LEVEL_MAX / 100)))


def kelvin_of_mireds(mireds: int) -> int:
    return round(MIRED / max(1, mireds))


def mireds_of_kelvin(kelvin: float) -> int:
    return min(65_279, round(MIRED / max(1.0, kelvin)))


def lux_of(measured: int) -> float:
    """The cluster measures 10,000 · log₁₀(lux) + 1; 0 is too dark to tell."""
    return round(10 ** ((min(measured, 65_534) - 1) / 10_000), 1) if measured > 0 else 0.0


def measured_of_lux(lux: float) -> int:
    return 0 if lux < 1 else min(65_534, round(10_000 * math.log10(lux) + 1))


def hex_of_hue(hue: int, saturation: int) -> str:
    """`#rrggbb` at full brightness; hue and saturation count to 254."""
    red, green, blue = colorsys.hsv_to_rgb(min(hue, 254) / 254, min(saturation, 254) / 254, 1.0)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"


def hue_of_hex(text: Json) -> tuple[int, int] | None:
    """Hue and saturation to 254; None for what is no `#rrggbb`."""
    if not isinstance(text, str) or not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        return None
    red, green, blue = (int(text[at : at + 2], 16) / 255 for at in (1, 3, 5))
    hue, saturation, _ = colorsys.rgb_to_hsv(red, green, blue)
    return round(hue * 254), round(saturation * 254)
