"""Tables as plain HTML: as high as the screen allows and scrolled there, whole on paper, read by every reader of screens.

Column   how one column is drawn
table    rows as HTML
day      31 Oct 2026, or a dash
text     a text from data, cut where it is long, or a dash; and
short    the same of one that is there
said     a text from data below another
tag      a word in a pill
LONGEST  letters of a text from data that are shown: the whole stands in the download
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from lib.book import say_day
from lib.view import look, numbers
from lib.view.plain import plain

LONGEST = 300


@dataclass(frozen=True)
class Column:
    """A heading, what a row says under it (HTML whose data has passed `plain`), and whether that is a number."""

    label: str
    cell: Callable[[dict], str]
    is_number: bool = False
    is_narrow: bool = False  # no wider than what it says


def table(rows: Sequence[dict], columns: Sequence[Column], *, label: str, height: int = 0) -> None:
    """Put `rows` on the page; past `height` pixels they are scrolled on the screen. `label` names the table for ears."""
    look.html(markup(rows, columns, label=label, height=height))


def markup(rows: Sequence[dict], columns: Sequence[Column], *, label: str, height: int = 0) -> str:
    """The HTML of a table."""
    heads = "".join(f'<th scope="col"{_kind(each)}>{each.label}</th>' for each in columns)
    body = "".join(f"<tr>{''.join(f'<td{_kind(each)}>{each.cell(row)}</td>' for each in columns)}</tr>" for row in rows)
    style = f' style="max-height:{height}px"' if height else ""
    return (
        f'<div class="hl-paper" role="region" tabindex="0" aria-label="{label}"{style}>'
        f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def text(value: object) -> str:
    """A text from data, or a dash."""
    return numbers.NOTHING if pd.isna(value) or value == "" else short(value)


def short(value: object) -> str:
    """A text from data, cut where it is long: a thousand long ones are more than a browser is sent at once."""
    whole = str(value)
    return plain(whole if len(whole) <= LONGEST else f"{whole[: LONGEST - 1]}…")


def said(html: str, below: object) -> str:
    """HTML of ours, and a text from data below it where there is one."""
    return html if pd.isna(below) or below == "" else f"{html}<small>{short(below)}</small>"


def day(value: object) -> str:
    """31 Oct 2026, or a dash."""
    return (
        numbers.NOTHING if pd.isna(value) else f'<span class="hl-nowrap">{say_day(pd.Timestamp(value).date())}</span>'
    )


def tag(said: str, look_of: str = "") -> str:
    """A word in a pill; `look_of` is "yes" for one to look at. It has passed `plain` where it holds data."""
    return f'<span class="hl-tag{f" hl-{look_of}" if look_of else ""}">{said}</span>'


def _kind(column: Column) -> str:
    return ' class="hl-number"' if column.is_number else ' class="hl-narrow"' if column.is_narrow else ""
