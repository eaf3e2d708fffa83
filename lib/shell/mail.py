"""A digest as people read it in the morning: plain text, or one file of HTML that is ready to mail.

as_text   sentences under headings
as_html   the same with styles written in, and nothing of elsewhere in it

What comes from data is escaped, and no address in it becomes a link, not even to a mail program that looks for them; the only
links lead to pages of the app, where its address is given.
"""

import html
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import quote

import pandas as pd

from lib.book import say_day
from lib.measures import Answer
from lib.measures.plays.digest import NEWS

MOST = 40  # rows of a kind that are told; the app has all
_JOINER = "\u2060"  # has no width; keeps the letters of an address apart
_ADDRESS = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)|(?=@)|(?<=\w\.)(?=[^\W\d_])", re.IGNORECASE)
_FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_COLOURS = {"overdue": "#C8430A", "new": "#C8430A", "again": "#9A6700", "deadline": "#9A6700", "gone": "#0F7B6C"}


def as_text(found: Answer, *, whose: str = "", base_url: str = "") -> str:
    """The digest as text: a heading a kind, a line each."""
    said = [_headline(found, whose), *found.notes]
    for news, rows, n in _kinds(found.table):
        said += ["", f"{NEWS[news]} ({n:,})"]
        said += [f"  {_line(row)}" + (f"  {_link(base_url, row)}" if base_url else "") for row in rows]
        said += [f"  and {n - len(rows):,} more"] if n > len(rows) else []
    return "\n".join(said) + "\n"


def as_html(found: Answer, *, whose: str = "", base_url: str = "") -> str:
    """The digest as one file of HTML."""
    parts = []
    for news, rows, n in _kinds(found.table):
        colour = _COLOURS.get(news, "#1F6FB2")
        parts.append(
            f'<h2 style="font-size:16px;margin:24px 0 6px;color:#1B2733;border-left:4px solid {colour};padding-left:10px">'
            f'{html.escape(NEWS[news])} <span style="color:#5B6876;font-weight:400">{n:,}</span></h2>'
        )
        parts.append(
            '<table role="presentation" width="100%" cellspacing="0" cellpadding="0" style="border-collapse:collapse">'
        )
        parts += [_row(row, base_url) for row in rows]
        parts.append("</table>")
        if n > len(rows):
            parts.append(f'<p style="color:#5B6876;font-size:13px;margin:6px 0 0">and {n - len(rows):,} more</p>')
    title, notes = _escaped(_headline(found, whose)), " ".join(map(_escaped, found.notes))
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<title>{title}</title></head>\n<body style="margin:0;background:#F6F7F9;color:#1B2733;{_FONT}">'
        '<div style="max-width:720px;margin:0 auto;padding:24px 20px;background:#FFFFFF">'
        f'<h1 style="font-size:20px;margin:0 0 4px">{title}</h1>'
        f'<p style="color:#5B6876;font-size:13px;margin:0">{notes}</p>\n{"".join(parts)}\n</div></body></html>\n'
    )


def _kinds(table: pd.DataFrame) -> Iterator[tuple[str, list[dict], int]]:
    """Each kind of news there is: its first rows, and how many there are."""
    for news in NEWS:
        rows = table[table["news"] == news]
        if len(rows):
            yield news, rows.head(MOST).to_dict("records"), len(rows)


def _headline(found: Answer, whose: str) -> str:
    n = len(found.table)
    return f"Headlight: {n:,} {'thing' if n == 1 else 'things'} to know{f' for {whose}' if whose else ''}"


def _line(row: dict) -> str:
    """Acme: Key user left, Ann Lee (has left) · since 3 Oct 2026 · Dana · 12,000 ARR."""
    return " · ".join([f"{_clean(_name(row))}: {_clean(_what(row))}", *map(_clean, _facts(row))])


def _row(row: dict, base_url: str) -> str:
    name = f"<bdi>{_escaped(_name(row))}</bdi>"
    if base_url:
        name = f'<a href="{html.escape(_link(base_url, row))}" style="color:#1F6FB2;text-decoration:none">{name}</a>'
    cell = "padding:7px 0;border-bottom:1px solid #E3E7EB;vertical-align:top;font-size:14px;line-height:1.4"
    facts = " · ".join(map(_escaped, _facts(row)))
    return (
        f'<tr><td style="{cell};width:34%;padding-right:14px;font-weight:600">{name}</td><td style="{cell}">'
        f'<bdi>{_escaped(_what(row))}</bdi><br><span style="color:#5B6876;font-size:13px">{facts}</span></td></tr>\n'
    )


def _name(row: dict) -> str:
    return row["name"] if isinstance(row["name"], str) else row["account"]


def _what(row: dict) -> str:
    who = next((row[name] for name in ("person_name", "person") if isinstance(row[name], str)), "")
    return f"{row['title']}{f': {who}' if who else ''}{' (good news)' if row['is_good_news'] else ''}"


def _facts(row: dict) -> list[str]:
    """When, what is known, whose, and how much is at stake."""
    said = []
    if pd.notna(row["due_on"]):
        late = f", {row['days_overdue']:.0f} days overdue" if row["news"] == "overdue" else ""
        said.append(f"{'' if row['news'] == 'deadline' else 'due '}{say_day(row['due_on'].date())}{late}")
    elif pd.notna(row["happened_on"]):
        said.append(say_day(row["happened_on"].date()))
    said += [row[name] for name in ("detail", "owner") if isinstance(row[name], str) and row[name]]
    return said + ([f"{row['arr']:,.0f} ARR"] if pd.notna(row["arr"]) else [])


def _link(base_url: str, row: dict) -> str:
    return f"{base_url}/account?account={quote(row['account'], safe='')}"


def _clean(text: object) -> str:
    """On one line, without what cannot be seen and what would turn its direction."""
    seen = "".join(" " if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") else letter for letter in str(text))
    return "".join(letter for letter in seen if unicodedata.bidirectional(letter) not in _TURNS)


_TURNS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def _escaped(text: object) -> str:
    return html.escape(_ADDRESS.sub(_JOINER, _clean(text)))
