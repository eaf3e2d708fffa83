"""Shades of one hue, and letters that read well on them.

shade        between the page's colour and blue
letters_on   the colour of letters on a shade
"""

from collections.abc import Sequence

from lib.view.charts import theme


def shade(share: float, colours: theme.Palette, tone: str = "blue") -> str:
    """Between the page's colour (0) and blue (1), or another tone of the palette; never quite the page's."""
    part = 0.08 + 0.92 * share
    ends = [_parts(colour) for colour in (colours.page, getattr(colours, tone))]
    return "rgb({},{},{})".format(*(round(a + (b - a) * part) for a, b in zip(*ends, strict=True)))


def letters_on(fill: str, colours: theme.Palette) -> str:
    """The colour of letters that reads better on a shade."""
    on = _light([int(each) for each in fill[4:-1].split(",")])
    return max((colours.ink, colours.page), key=lambda colour: _contrast(on, _light(_parts(colour))))


def _parts(colour: str) -> list[int]:
    return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]


def _light(parts: Sequence[int]) -> float:
    """Relative luminance (WCAG 2)."""
    red, green, blue = (each / 3294.6 if each <= 10 else ((each / 255 + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)
