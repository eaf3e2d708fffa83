"""How files meet: how many rows name an account or a person that is there.

show    a line per file and what its rows name
"""

from lib.view import look, numbers
from lib.view.plain import plain
from lib.view.upload.kinds import rows_of
from lib.view.words import word


def show(report: dict) -> None:
    """A line per file and what its rows name."""
    matches = report.get("matches") or ()
    if not matches:
        return
    look.section("How the files meet")
    for each in matches:
        n, n_met = int(each.get("n_rows") or 0), int(each.get("n_matched") or 0)
        rows, to = rows_of(str(each.get("table")), 2), str(each.get("to") or "account")
        said = f"{numbers.count(n_met)} of {numbers.count(n)} {rows} name {_article(word(to).lower())} that is there."
        line = f"<b>{plain(said)}</b>" if n_met < n else plain(said)
        odd = [str(value)[:60] for value in (each.get("unmatched") or ())[:5]]
        if n_met < n and odd:
            line += f' <span class="hl-note">Not there: {plain(", ".join(odd))}{" …" if n - n_met > len(odd) else ""}</span>'
        look.html(f'<p class="hl-said">{line}</p>')


def _article(noun: str) -> str:
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"
