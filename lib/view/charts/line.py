"""One rate as a thin bar in a line of text: the bar, its whisker, and the mark of what it is compared with.

rate_line   an SVG with the figures under it
"""

from lib.view import numbers


def rate_line(
    rate: float, lo: float, hi: float, base: float, n: float, *, longest: float, is_faded: bool = False
) -> str:
    """HTML of a small bar; `longest` is the rate at the right edge, the same for all lines of a list."""

    def x(share: float) -> float:
        return round(100 * min(max(share, 0) / longest, 1), 2) if longest and share == share else 0

    whisker = ""
    if lo == lo and hi == hi:
        whisker = (
            f'<line x1="{x(lo)}%" x2="{x(hi)}%" y1="11" y2="11" stroke="var(--hl-ink)" stroke-width="1.4"/>'
            f'<line x1="{x(lo)}%" x2="{x(lo)}%" y1="7" y2="15" stroke="var(--hl-ink)" stroke-width="1.4"/>'
            f'<line x1="{x(hi)}%" x2="{x(hi)}%" y1="7" y2="15" stroke="var(--hl-ink)" stroke-width="1.4"/>'
        )
    return (
        f'<div class="hl-bar" style="opacity:{0.6 if is_faded else 1}"><svg role="img" aria-label="{numbers.interval(rate, lo, hi)}">'
        f'<rect x="0" y="4" width="{x(rate)}%" height="14" rx="2" fill="var(--hl-hot)"/>{whisker}'
        f'<line x1="{x(base)}%" x2="{x(base)}%" y1="0" y2="22" stroke="var(--hl-muted)" stroke-width="2.2"/></svg>'
        f"<p>{numbers.interval(rate, lo, hi)} &nbsp; {numbers.n_of(n)}</p></div>"
    )
