"""Names of colours: what people call a red, a teal, a grey. Boundaries are in hue (degrees), saturation and brightness."""

from __future__ import annotations

import colorsys
import re
from functools import lru_cache

#: Hues up to these degrees, for colours neither grey nor dark.
_HUES = (
    (15, "red"), (42, "orange"), (68, "yellow"), (165, "green"), (195, "cyan"), (255, "blue"), (292, "purple"),
    (338, "pink"), (360, "red"),
)  # fmt: skip
NAMES = ("black", "white", "grey", "brown", "red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink")
_ALIASES = {"gray": "grey", "violet": "purple", "magenta": "pink", "teal": "cyan", "turquoise": "cyan"}
_HEX = re.compile(r"#?([0-9a-f]{6})")
_DARK, _BRIGHT, _PALE = 0.2, 0.85, 0.15


@lru_cache(maxsize=1 << 14)
def named(colour: str) -> str:
    """Return the name of ``colour`` (a name or ``#rrggbb``), ``""`` when it is neither."""
    low = colour.strip().lower()
    if low in NAMES:
        return low
    match = _HEX.fullmatch(low)
    return _of_hex(match.group(1)) if match else _ALIASES.get(low, "")


def _of_hex(digits: str) -> str:
    red, green, blue = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))
    hue, saturation, value = colorsys.rgb_to_hsv(red, green, blue)
    if value < _DARK:
        return "black"
    if saturation < _PALE:
        return "white" if value > _BRIGHT else "grey"
    name = next(name for limit, name in _HUES if hue * 360 <= limit)
    return "brown" if name in ("orange", "yellow", "red") and value < 0.6 and hue * 360 > 10 and hue < 0.5 else name
