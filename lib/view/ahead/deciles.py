"""What goes with renewing: the share not renewed in tenths of what accounts had before, and the renewals behind a tenth.

section   the sentence, the traits, the tenths of one of them, and its list
"""

from functools import partial

import pandas as pd
import streamlit as st

from lib.book import Book
from lib.measures import Answer
from lib.measures.ahead.before import TRAITS
from lib.measures.ahead.deciles import CHANCE, FEW, LOSING, RENEWING
from lib.view import door, look, numbers, step, tables
from lib.view.account import paper
from lib.view.account.paper import Column
from lib.view.ahead import asking
from lib.view.ahead.aheadstate import Ahead
from lib.view.charts import bars, theme
from lib.view.plain import plain

_COLUMNS = [
    "name",
    "account",
    "is_renewed",
    "trait_value",
    "renews_on",
    "arr_due",
    "arr_kept",
    "currency",
    "csm",
    "segment",
]
_RATES = ("seats_active_rate", "seats_assigned_rate")


def section(book: Book, state: Ahead) -> dict[str, Answer]:
    """How use, seats and contact before a renewal go with its outcome."""
    lead = door.definitions().renewals_ahead.lead_days
    look.section(
        "What goes with renewing", f"what accounts had {lead} days before their renewal, against what became of it"
    )
    answer = door.try_ask("renewal_deciles", book)
    if answer is None:
        return {}
    shown = {"Tenths": answer}
    if answer.table.empty:
        look.empty(
            "No renewals were decided",
            "No term longer than a month came up in this period and was renewed or lapsed. Widen the period, or bring a "
            "contract file with starts_on and ends_on.",
        )
        return shown
    traits = answer.table.drop_duplicates("trait")
    look.html(f'<p class="hl-said">{_said(traits)}</p>')
    trait = state.trait if state.trait in set(traits["trait"]) else traits["trait"].iat[0]
    rows = tables.records(answer.table[answer.table["trait"] == trait])
    asking.choice("Trait", "trait", list(dict.fromkeys([state.trait, "", *traits["trait"]])), state, width=320,
                  said=lambda name: TRAITS.get(name) or f"{TRAITS[trait]} (the surest)")  # fmt: skip
    _chart(rows, trait)
    with st.container():  # always there: what stands below keeps its place
        shown |= _list(book, state, trait) if state.tenth else {}
    look.section("All that was looked at", "the renewal rate of the lowest and the highest tenth of each")
    _traits(answer.table, traits)
    return shown


def _said(traits: pd.DataFrame) -> str:
    sure = traits[traits["renewal_goes_with"].isin([RENEWING, LOSING])]
    if len(sure):
        more, less = (sure.loc[sure["renewal_goes_with"] == each, "trait_name"].tolist() for each in (RENEWING, LOSING))
        parts = [f"The higher <b>{_names(more)}</b>, the more renew."] if more else []
        parts += [f"The higher <b>{_names(less)}</b>, the fewer renew."] if less else []
        n = int((traits["renewal_goes_with"] == CHANCE).sum())
        rest = [f"Of {n} others nothing goes with renewing beyond chance."] if n > 1 else []
        return " ".join([*parts, *rest])
    if set(traits["renewal_goes_with"]) == {FEW}:
        return "Too few renewals were decided to tell what goes with renewing."
    return "<b>Nothing stands out</b>: none of what accounts had before goes with renewing beyond chance."


def _names(names: list[str]) -> str:
    said = [plain(name[0].lower() + name[1:]) for name in names]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"


def _chart(rows: list[dict], trait: str) -> None:
    n, kept = sum(row["n_decided"] for row in rows), sum(row["n_renewed"] for row in rows)
    few, base = door.definitions().carries.least_accounts, 1 - kept / n
    drawn = [
        bars.Row(
            name=_range(row, trait), n=row["n_decided"], n_lost=row["n_decided"] - row["n_renewed"], rate=1 - row["renewed_rate"],
            lo=1 - row["renewed_rate_hi"], hi=1 - row["renewed_rate_lo"], base=base,
            arr=_or_nothing(row["arr_due"]), arr_lost=_or_nothing(row["arr_due"] - row["arr_kept"]), few=few,
            q=row["q_value"] if 1 - row["renewed_rate_hi"] > base else float("nan"),
        )
        for row in rows
    ]  # fmt: skip
    figure = bars.figure(drawn, verb="not renewed", base="all of them", unit="renewals", colours=theme.palette())
    theme.show(
        figure, "tenths", alt=bars.alternative(drawn, verb="not renewed", by=TRAITS[trait].lower()),
        on_click=lambda number: (look.ask_to_scroll("tenth"), step.turn(tenth=str(rows[number]["tenth"]), trait=trait)),
    )  # fmt: skip
    look.note(
        "A tenth of the renewals a bar, the lowest first; equal ones stand together. The mark is the share of them all. "
        "A click on a bar lists its renewals."
    )


def _range(row: dict, trait: str) -> str:
    low, high = (_spelt(row[name], trait) for name in ("trait_from", "trait_until"))
    return low if low == high else f"{low} – {high}"


def _spelt(value: float, trait: str) -> str:
    if trait in _RATES:
        return numbers.percent(value, 0)
    return numbers.count(value) if float(value).is_integer() or value >= 100 else f"{value:.2f}".rstrip("0").rstrip(".")


def _or_nothing(value: float) -> float:
    return value if value == value else 0.0


def _traits(table: pd.DataFrame, traits: pd.DataFrame) -> None:
    ends = table.groupby("trait").agg(lowest=("tenth", "idxmin"), highest=("tenth", "idxmax"))
    rows = [
        row | {end: table.loc[ends.loc[row["trait"], end]].to_dict() for end in ("lowest", "highest")}
        for row in tables.records(traits)
    ]
    paper.table(
        rows,
        [
            Column("Before the renewal", lambda row: plain(row["trait_name"])),
            Column(
                "What is said",
                lambda row: paper.tag(row["renewal_goes_with"], "yes" if row["renewal_goes_with"] == LOSING else ""),
            ),
            Column("Renewed, lowest", lambda row: asking.cell(row["lowest"], "renewed_rate"), is_number=True),
            Column("Renewed, highest", lambda row: asking.cell(row["highest"], "renewed_rate"), is_number=True),
            Column("Correlation", lambda row: _signed(row["rank_correlation"]), is_number=True),
            Column(
                "q",
                lambda row: f"{row['q_value']:.2g}" if row["q_value"] == row["q_value"] else numbers.NOTHING,
                is_number=True,
            ),
            Column("n", lambda row: numbers.count(row["n_told"]), is_number=True),
        ],
        label="Traits before the renewal",
    )


def _signed(value: float) -> str:
    if value != value:
        return numbers.NOTHING
    return "0.00" if abs(value) < 0.005 else f"{value:+.2f}".replace("-", numbers.MINUS)


def _list(book: Book, state: Ahead, trait: str) -> dict[str, Answer]:
    look.section(f"{plain(TRAITS[trait])}: the renewals of a tenth", "those not renewed first", place="tenth")
    return asking.listed(
        book, state, "tenth_accounts", {"trait": trait, "tenth": int(state.tenth)},
        columns=_COLUMNS, page="tenth_page", file_name="tenth.csv", labels={"trait_value": TRAITS[trait]},
        nobody=("No renewals in this tenth", "Equal values stand together in one. Click a bar."),
        choose=partial(
            asking.choice, "Tenth", "tenth", ["", *map(str, range(1, 11))], state, width=180,
            said=lambda name: f"Tenth {name} of 10" if name else "Close the list",
        ),
    )  # fmt: skip
