"""One rate as a thin bar in a line of text: the bar, its whisker, and the mark of what it is compared with.

rate_line   the bar as HTML, with the figures under it
"""

from lib.view import numbers


def rate_line(
    rate: float, lo: float, hi: float, base: float, n: float, *, longest: float, is_faded: bool = False
) -> str:
    """HTML of a small bar; `longest` is the rate at the right edge, the same for all lines of a list."""

    def x(share: float) -> float:
        return round(100 * min(max(share, 0) / longest, 1), 2) if longest and share == share else 0

    whisker = (
        f'<i class="hl-whisker" style="left:{x(lo)}%;width:{x(hi) - x(lo):.2f}%"></i>' if lo == lo and hi == hi else ""
    )
    return (
        f'<div class="hl-bar" style="opacity:{0.6 if is_faded else 1}">'
        f'<div class="hl-track"><i class="hl-fill" style="width:{x(rate)}%"></i>{whisker}'
        f'<i class="hl-mark" style="left:{x(base)}%"></i></div>'
        f"<p>{numbers.interval(rate, lo, hi)} &nbsp; {numbers.n_of(n)}</p></div>"
    )
