"""How long customers stay: the curves, which end comes first, each value of a dimension against the rest, and what they are worth.

section   all of it, by the dimension of the page's state
is_told   whether enough lives were found to draw them
"""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from lib.book import Book
from lib.facts.levels import OTHER
from lib.measures import Answer
from lib.measures.lives.ends import LEFT
from lib.measures.lives.lives import FOLLOWED
from lib.view import booklink, door, frame, look, numbers, step, tables
from lib.view.account import paper
from lib.view.account.paper import Column
from lib.view.charts import lasting, theme
from lib.view.charts.lasting import Curve
from lib.view.lives import staying
from lib.view.lives.livesstate import Lives
from lib.view.lives.staying import SURE, name_of
from lib.view.plain import plain
from lib.view.words import word, word_within

MOST_CURVES = 7  # of values; all are in the table and the download
MOST_APART = 3  # of them in a colour of their own
_FILES = {"survival": "Curves", "customer_ends": "Ends", "economics": "Worth", "customer_lives": "Customers"}
_TONES = {"down-sold": "second", "lapsed": "blue", "cancelled": "ink", "left": "ink"}


def section(book: Book, state: Lives) -> dict[str, Answer]:
    """The curves, the ends and the worth of the book's customers; says which file is lacking where no life is known."""
    look.section("How long customers stay", "each once, from its first day until it is first lost")
    by = {"by": state.by} if state.by else {}
    _choose(book, state)
    with st.skeleton(height=lasting.HEIGHT):
        answer, ends = door.try_ask("survival", book, **by), door.try_ask("customer_ends", book, **by)
    if answer is None or ends is None:
        return {}
    if answer.table.empty:
        look.empty(
            "No customer's life is known here",
            "Lives are read from contracts with their first and last days (account, starts_on, ends_on, arr), followed until the "
            "grace days before the day.",
            "<code>.venv/bin/python -m lib import contracts.csv</code>",
        )
        return {"Customers": answer}
    whole = _whole(answer)
    if whole["is_small"].iat[0]:
        n, few = whole["n_lives"].iat[0], door.definitions().reading.few_accounts
        look.empty(
            "Too few to tell",
            f"{numbers.plural(n, 'customer')} of this book could be followed; {few} would tell something.",
        )
        return {"Customers": answer}
    rows = staying.firsts(answer)
    look.html(f'<p class="hl-said">{staying.said(whole, rows, state.by)}</p>')
    if set(ends.table["first_end"]) == {LEFT}:  # the curve says it all
        _curves(answer)
    else:
        left, right = st.columns([3, 2], gap="medium")
        with left:
            look.html('<div class="hl-label">Still there</div>')
            _curves(answer)
        with right:
            look.html('<div class="hl-label">Which end comes first</div>')
            _ends(ends)
    if rows:
        _against(rows, answer, state.by)
    worth = _worth(book, state.by)
    return {"Customers": answer, "First ends": ends, **({"Worth": worth} if worth else {})}


def is_told(shown: dict[str, Answer]) -> bool:
    """Whether enough lives were found to draw them."""
    return "First ends" in shown


def _whole(answer: Answer) -> pd.DataFrame:
    """The rows of all customers together."""
    return answer.table[answer.table["is_whole"].astype(bool)]


def _choose(book: Book, state: Lives) -> None:
    step.show("lives by", state.by)
    names = ["", *(each.name for each in door.opened().dimensions)]
    by = {"by": state.by} if state.by else {}
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="lives choice"):
        st.selectbox(
            "Customers by", names, key="lives by", width=230, label_visibility="collapsed",
            format_func=lambda name: f"By {word_within(name)}" if name else "All together",
            on_change=lambda: step.turn(by=st.session_state["lives by"], level=""),
        )  # fmt: skip
        for name, file in _FILES.items():
            tables.download(
                file,
                f"{name.replace('_', '-')}.csv",
                door.whole(name, book, **by),
                key=f"download {name}",
                is_quiet=True,
            )
        frame.share({**booklink.query(book), **state.to_query()})


def _curves(answer: Answer) -> None:
    """The curve of all, and of the largest values; those that differ from the rest beyond chance in colour."""
    apart = _apart(staying.firsts(answer))
    curves = [_curve("all", _whole(answer), "ink")]
    of_levels = answer.table[~answer.table["is_whole"].astype(bool)]
    groups = [(name_of(level), own) for level, own in of_levels.groupby("level", dropna=False, sort=False)]
    for name, own in sorted(groups, key=lambda each: each[0] not in apart)[:MOST_CURVES]:
        if own["n_still"].iat[0] >= FOLLOWED and name != OTHER:
            curves.append(_curve(name, own, apart.get(name, "rest"), has_numbers=name in apart))
    verb = "still there"
    st.plotly_chart(
        lasting.figure(curves, verb=verb, colours=theme.palette()), key="lives curves", theme=None,
        alt=lasting.alternative(curves, verb=verb), config={"displayModeBar": False, "doubleClick": False},
    )  # fmt: skip
    of = f"all{''.join(f', {plain(name)}' for name in apart)}" if apart else "all"
    grey = " Grey: no difference beyond chance." if len(curves) > 1 + len(apart) else ""
    look.note(
        f"Share still there by months of life, 95 % bands. Beneath: customers still followed ({of}); a curve ends where fewer than "
        f"{FOLLOWED} are.{grey}"
    )


def _apart(rows: Sequence[dict]) -> dict[str, str]:
    """The values that differ from the rest beyond chance, the surest first, with the tone each is drawn in."""
    found: dict[str, str] = {}
    for row in sorted(rows, key=lambda row: row["q_rest"]):
        if row["q_rest"] <= SURE and len(found) < MOST_APART:
            tones = ("hot", "second", "blue") if row["life_difference"] < 0 else ("good", "blue", "second")
            found[name_of(row["level"])] = next(tone for tone in tones if tone not in found.values())
    return found


def _curve(name: str, rows, tone: str, *, has_numbers: bool = True) -> Curve:
    kept = rows[rows["n_still"] >= min(FOLLOWED, rows["n_still"].iat[0])]
    kept = kept[kept["month"] < len(kept)]  # up to the first month that fewer are followed through
    columns = ("month", "survival_rate", "survival_rate_lo", "survival_rate_hi", "n_still")
    return Curve(name, *(kept[each].tolist() for each in columns), tone=tone, has_numbers=has_numbers)


def _ends(answer: Answer) -> None:
    """Which end comes first, each beside the others."""
    curves = []
    for end, rows in _whole(answer).groupby("first_end", sort=False):
        rows = rows[(rows["n_still"] >= min(FOLLOWED, rows["n_still"].iat[0])) & rows["first_end_rate"].notna()]
        columns = ("month", "first_end_rate", "first_end_rate_lo", "first_end_rate_hi", "n_still")
        curves.append(Curve(end, *(rows[each].tolist() for each in columns), tone=_TONES[end], has_numbers=not curves))
    verb = "came to it first"
    st.plotly_chart(
        lasting.figure(curves, verb=verb, colours=theme.palette(), n_ticks=5), key="lives ends", theme=None,
        alt=lasting.alternative(curves, verb=verb), config={"displayModeBar": False, "doubleClick": False},
    )  # fmt: skip
    look.note(
        "What comes first: a customer down-sold is counted there, whatever follows. Who comes to one end never comes to another. "
        "Beneath: customers still undiminished and followed."
    )


def _against(rows: Sequence[dict], answer: Answer, by: str) -> None:
    """Each value against all others together."""
    months = rows[0]["horizon_months"]
    look.section(
        f"By {plain(word_within(by))}", f"of the first {months} months of life; each against all others together"
    )
    of_month = answer.table[(answer.table["month"] == months) & ~answer.table["is_whole"].astype(bool)]
    at = {name_of(row["level"]): row for row in tables.records(of_month)}
    columns = [
        Column(plain(word(by)), _named),
        Column("Customers", lambda row: numbers.count(row["n_lives"]), is_number=True),
        Column("Left", lambda row: numbers.count(row["n_lives_ended"]), is_number=True),
        Column(f"Still there after {months} months", lambda row: _rate(at.get(name_of(row["level"]))), is_number=True),
        Column("Months stayed", lambda row: staying.between(row, "life_months"), is_number=True),
        Column("Against the rest", lambda row: staying.signed(row, "life_difference"), is_number=True),
        Column("Months of ARR against the rest", lambda row: staying.signed(row, "arr_difference"), is_number=True),
        Column("Worth a customer", lambda row: staying.plus(row["arr_difference_worth"]), is_number=True),
        Column("q", lambda row: _q(row["q_rest"]), is_number=True),
    ]
    paper.table(rows, columns, label="How long customers stay, by value", height=420)
    small = [row for row in rows if row["is_small"]]
    few = door.definitions().reading.few_accounts
    faded = f" Faded: fewer than {few} customers, not compared." if small else ""
    look.note(
        "Worth: the ARR that stays longer or shorter than that of the rest, of a customer that begins with the value's usual ARR. "
        f"q: share of false ones among the values this sure.{faded}"
    )


def _worth(book: Book, by: str) -> Answer | None:
    """What customers bring, against what winning them cost."""
    answer = door.try_ask("economics", book, **({"by": by} if by else {}))
    if answer is None or answer.table.empty:
        return answer
    rows = sorted(tables.records(answer.table), key=lambda row: row["level"] == OTHER)
    months, currencies = rows[0]["horizon_months"], {row["currency"] for row in rows}
    margin = door.definitions().economics.gross_margin
    counted = "in revenue" if margin == 1 else f"at a gross margin of {margin:.0%}"
    look.section("What a customer is worth", f"over the first {months} months, {counted}")
    money = [Column("Currency", lambda row: paper.text(row["currency"]))] if len(currencies) > 1 else []
    columns = [
        Column(plain(word(by)) if by else "Customers", _named),
        *money,
        Column("n", lambda row: numbers.count(row["n_lives"]), is_number=True),
        Column("ARR at start", lambda row: numbers.money(row["arr_at_start"]), is_number=True),
        Column("Losses / 100 customer-years", lambda row: _losses(row), is_number=True),
        Column("LTV", lambda row: staying.amount(row, "ltv"), is_number=True),
        Column("CAC", lambda row: _cost(row), is_number=True),
        Column("LTV : CAC", lambda row: staying.between(row, "ltv_to_cost"), is_number=True),
        Column("Payback, months", lambda row: _payback(row, months), is_number=True),
    ]
    paper.table(rows, columns, label="What a customer is worth", height=420)
    said = ["LTV: the ARR customers begin with, for as long as it stays; up- and down-sell are not in it."]
    if not any(row["n_with_cost"] for row in rows):
        said.append(
            "No acquisition cost is given: a column acquisition_cost of the account file would tell CAC and payback."
        )
    else:
        said.append("LTV : CAC and payback are of the customers whose cost is given.")
    look.note(" ".join(said))
    return answer


def _named(row: dict) -> str:
    name = "all" if row["is_whole"] else f"<b>{paper.short(name_of(row['level']))}</b>"
    return f'<span style="opacity:.55">{name}</span>' if row["is_small"] else name


def _three(row: dict, name: str) -> tuple[float, float, float]:
    return row[name], row[f"{name}_lo"], row[f"{name}_hi"]


def _rate(row: dict | None) -> str:
    return numbers.NOTHING if row is None else numbers.interval(*_three(row, "survival_rate"))


def _losses(row: dict) -> str:
    return staying.between(
        {name: row[name] * 100 for name in row if name.startswith("losses_per_year")}, "losses_per_year"
    )


def _cost(row: dict) -> str:
    said = numbers.money(row["cost_per_customer"])
    return f"{said} ({numbers.n_of(row['n_with_cost'])})" if 0 < row["n_with_cost"] < row["n_lives"] else said


def _payback(row: dict, months: int) -> str:
    if not row["n_with_cost"]:
        return numbers.NOTHING
    return f"{row['payback_months']:.1f}" if row["payback_months"] == row["payback_months"] else f"over {months}"


def _q(q: float) -> str:
    if q != q:
        return numbers.NOTHING
    said = "&lt; 0.001" if q < 0.001 else f"{q:.3f}"
    return f"<b>{said}</b>" if q <= SURE else said
