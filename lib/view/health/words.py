"""Colours of a score, as people read them: a word and a sign with each, never red against green, never colour alone.

COLOURS   the worst first; none: no score
WORDS     colour -> what it is called
SIGNS     colour -> its sign
said      sign and word, as HTML in the colour's ink
ink       the colour's ink in a chart
score     a score as people read it
"""

from lib.view import numbers
from lib.view.charts import theme

COLOURS = ("red", "amber", "green", "none")
WORDS = {"red": "red", "amber": "amber", "green": "green", "none": "no score"}
SIGNS = {"red": "▼", "amber": "◆", "green": "●", "none": "○"}
_INKS = {"red": "--hl-hot", "amber": "--hl-caution", "green": "--hl-good", "none": "--hl-muted"}
_CAUTION = {theme.LIGHT: "#9A6700", theme.DARK: "#E3B341"}


def said(colour: str) -> str:
    """Sign and word, as HTML."""
    return f'<span class="hl-nowrap" style="color:var({_INKS[colour]});font-weight:600">{SIGNS[colour]} {WORDS[colour]}</span>'


def ink(colour: str, colours: theme.Palette) -> str:
    """The colour's ink in a chart of the reader's theme."""
    return {"red": colours.hot, "amber": _CAUTION[colours], "green": colours.good, "none": colours.rest}[colour]


def score(value: float | None) -> str:
    """54.8; a dash where there is none."""
    return numbers.NOTHING if value is None or value != value else f"{value:.1f}"
