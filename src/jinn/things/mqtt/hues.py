"""A colour as `#rrggbb`, and as hue and saturation or as CIE 1931 x and y, as lamps say it."""

import colorsys

Rgb = tuple[int, int, int]


def to_hex(color: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*(min(255, max(0, part)) for part in color))


def from_hex(text: str) -> Rgb:
    """Raises `ValueError`."""
    if len(text) != 7 or text[0] != "#":
        raise ValueError("A colour reads #rrggbb.")
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def from_hs(hue: float, saturation: float) -> Rgb:
    """`hue` in degrees, `saturation` in percent; at full brightness, since that has a property of its own."""
    red, green, blue = colorsys.hsv_to_rgb(hue % 360 / 360, min(1.0, max(0.0, saturation / 100)), 1.0)
    return round(red * 255), round(green * 255), round(blue * 255)


def to_hs(color: Rgb) -> tuple[float, float]:
    hue, saturation, _ = colorsys.rgb_to_hsv(*(part / 255 for part in color))
    return round(hue * 360, 3), round(saturation * 100, 3)


def from_xy(x: float, y: float) -> Rgb:
    """By the sRGB primaries and the D65 white point, at full brightness."""
    if y <= 0:
        return 255, 255, 255
    luminance = 1.0
    across, depth = luminance / y * x, luminance / y * (1 - x - y)
    linear = (
        across * 3.2406 - luminance * 1.5372 - depth * 0.4986,
        -across * 0.9689 + luminance * 1.8758 + depth * 0.0415,
        across * 0.0557 - luminance * 0.2040 + depth * 1.0570,
    )
    most = max(*linear, 1e-9)
    parts = [max(0.0, part / most) for part in linear]
    curved = [12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055 for part in parts]
    red, green, blue = (round(part * 255) for part in curved)
    return red, green, blue


def to_xy(color: Rgb) -> tuple[float, float]:
    parts = [part / 255 for part in color]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    across = red * 0.4124 + green * 0.3576 + blue * 0.1805
    luminance = red * 0.2126 + green * 0.7152 + blue * 0.0722
    depth = red * 0.0193 + green * 0.1192 + blue * 0.9505
    whole = across + luminance + depth
    if not whole:
        return 0.3127, 0.3290  # Black has the colour of the white point.
    return round(across / whole, 4), round(luminance / whole, 4)
