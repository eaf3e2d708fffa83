"""What comes where the team reached accounts: save rate, lead time, who stayed, who bought more, who came to speak for you.

impact    a row per figure, of all customers and of each value of a dimension
COLUMNS   of the answer, whatever the options
FIGURES   the figures, in their order
MORE, LESS   what is said of a figure beyond chance; else effects.UNTOLD, or UNLIKE where nobody alike is compared
lay_plans the temp table plan_row: save plans of the period with what became of them, and how long before
"""

import duckdb
import numpy as np
import pandas as pd

from lib import effects
from lib.book import Book
from lib.definitions import Definitions
from lib.facts import saves
from lib.measures import Answer
from lib.measures.reach import alike, engaged
from lib.measures.reach.levels import level_of
from lib.stats import benjamini_hochberg, wilson

SAVED, LEAD = "saved", "lead time"
FIGURES = (SAVED, LEAD, *engaged.FIGURES)
MORE, LESS, UNLIKE = "more with it", "less with it", "not like with like"
_ENDS = ("", "_lo", "_hi")
COLUMNS = [
    "is_whole", "impact_level", "impact_figure", "n_with_it", "n_came_with_it", *(f"came_with_rate{end}" for end in _ENDS),
    "n_without_it", "n_came_without_it", *(f"came_without_rate{end}" for end in _ENDS),
    "n_impact_alike", *(f"impact_more{end}" for end in _ENDS), "smallest_effect", "impact_p_value", "impact_q_value",
    "impact_verdict", "before_p25_days", "before_p50_days", "before_p50_days_lo", "before_p50_days_hi", "before_p75_days",
]  # fmt: skip
NO_TOUCHES = "Contact is not known for the days before the period, so nobody can be told to have been reached."
_SAID = (
    "create or replace temp table save_said as select * replace (counts_from_on::date as counts_from_on) from save_rows"
)
_PLANS = """create or replace temp table plan_row as
with ahead as (
    select said._account, said.save_group, said.counts_from_on, min(renews_on) as renews_on
    from save_said as said
    join renewal on renewal._account = said._account and is_due and renews_on > said.counts_from_on
    group by all
),
ended as (
    select said._account, said.save_group, said.counts_from_on, min(ended_on) as ended_on
    from save_said as said
    join customer_spell as spell on spell._account = said._account and ended_on > said.counts_from_on
    where ended_on <= $as_of::date
    group by all
)
select
    said.*, {level} as level, least(ahead.renews_on, ended.ended_on) as decided_on,
    case when said.save_group = $planned::varchar then decided_on - said.counts_from_on end as days_before
from save_said as said
join book as account on account._account = said._account
left join ahead
    on ahead._account = said._account and ahead.save_group = said.save_group and ahead.counts_from_on = said.counts_from_on
left join ended
    on ended._account = said._account and ended.save_group = said.save_group and ended.counts_from_on = said.counts_from_on"""


def lay_plans(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, by: str | None = None) -> str:
    """A row per save plan of the period and per account at risk without one; days_before of a plan: to the renewal or the loss."""
    rows, sql = saves.asked(con, book, definitions)
    is_saved = [None if pd.isna(each) else bool(each) for each in rows["is_saved"]]
    said = pd.DataFrame(
        {
            "_account": rows["_account"], "save_group": rows["save_group"].astype("string"), "arr": rows["arr"].astype(float),
            "counts_from_on": pd.to_datetime(rows["counts_from_on"]), "is_saved": pd.array(is_saved, dtype="boolean"),
        }
    )  # fmt: skip
    con.register("save_rows", said)
    con.execute(_SAID)
    con.unregister("save_rows")
    plans = _PLANS.format(level=level_of(con, by, "$opens_on::date") if by else "null::varchar")
    asked = {"as_of": book.as_of, "planned": saves.WITH, "opens_on": book.opens_on}
    con.execute(plans, {name: value for name, value in asked.items() if f"${name}" in plans})
    return f"{sql};\n\n{plans}"


def impact(con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, by: str | None = None) -> Answer:
    """A row per figure: with it against without it.

    saved        save plans of the period that are decided, beside accounts at risk without one (Newcombe, not adjusted)
    lead time    days from opening a plan to the renewal or the loss, whichever came first; the median's interval is binomial
    kept, expanded, advocates   customers when the period opened, reached by a person in the reach_days before it or not: who
                 stayed, bought more (up-sell or cross-sell), came to speak for you in the period; adjusted within strata of what
                 they were like before those days (alike.py)

    by   a dimension, as of the day the period opened: its values as well

    A figure is more or less with it where Benjamini and Hochberg's q is at most the alpha of the hot-spots, over the figures of all
    customers or over the values that a figure is cut by, and the interval leaves out 0; with least_accounts on both sides.

    Nobody counts as reached for a contact in the period: who is lost early has less time for one. It goes with reach; whom the
    team reaches is chosen.
    """
    sql = engaged.lay(con, book, definitions, by)
    rows = con.execute("from engaged_row order by _account").df()
    plans_sql = lay_plans(con, book, definitions, by)
    plans = con.execute("from plan_row order by _account, counts_from_on").df()
    found = _figures(rows, plans, True, None) if len(rows) or len(plans) else []
    if by:
        levels = rows["level"].astype(object).where(rows["level"].notna(), None)
        for level in levels.value_counts(dropna=False).index:
            level = None if pd.isna(level) else level
            own, own_plans = (
                each["level"].isna() if level is None else each["level"] == level for each in (rows, plans)
            )
            found += _figures(rows[own], plans[own_plans], False, level)
    table = _judged(pd.DataFrame(found, columns=COLUMNS), definitions)
    return Answer(table, notes=tuple(_notes(rows, definitions)), sql=f"{sql};\n\n{plans_sql}")


def _figures(rows: pd.DataFrame, plans: pd.DataFrame, is_whole: bool, level: str | None) -> list[dict]:
    found = [_saved(plans), _lead(plans)]
    known = rows[rows["are_touches_known"].astype(bool)]
    for name, (column, among) in engaged.FIGURES.items():
        own = known if among == "true" else known[~known["was_advocate"].astype(bool)]
        came, is_with = own[column].to_numpy(bool), own["is_engaged"].to_numpy(bool)
        effect = effects.adjusted(came, is_with, own["stratum"], own["_account"])
        said = _sides(name, came[is_with].sum(), is_with.sum(), came[~is_with].sum(), (~is_with).sum())
        found.append(said | _compared(effect))
    blank = {name: 0 if name.startswith("n_") else np.nan for name in COLUMNS}
    return [blank | each | {"is_whole": is_whole, "impact_level": level} for each in found]


def _judged(table: pd.DataFrame, definitions: Definitions) -> pd.DataFrame:
    """The q-values of each family, and what is said: of all customers the figures together, else each figure over the values."""
    least = definitions.reach.least_accounts
    is_told = (table[["n_impact_alike", "n_without_it"]].min(axis=1) >= least).to_numpy(bool)
    p = table["impact_p_value"].to_numpy(float)
    family = np.where(table["is_whole"].astype(bool), "", table["impact_figure"].astype(str))
    q = np.full(len(table), np.nan)
    for each in np.unique(family):
        here = (family == each) & is_told
        q[here] = benjamini_hochberg(p[here])
    is_sure = q <= definitions.hotspots.alpha
    more, less = is_sure & (table["impact_more_lo"] > 0), is_sure & (table["impact_more_hi"] < 0)
    figure = table["impact_figure"]
    said = np.select([figure == LEAD, figure == SAVED, more, less], ["", UNLIKE, MORE, LESS], effects.UNTOLD)
    return table.assign(impact_q_value=q, impact_verdict=said)


def _saved(plans: pd.DataFrame) -> dict:
    told = plans[plans["is_saved"].notna()]
    saved, is_with = told["is_saved"].to_numpy(bool), (told["save_group"] == saves.WITH).to_numpy(bool)
    said = _sides(SAVED, saved[is_with].sum(), is_with.sum(), saved[~is_with].sum(), (~is_with).sum())
    found = _compared(effects.held_out(saved, is_with, told["_account"]))
    return said | found | {"impact_p_value": np.nan, "smallest_effect": np.nan}  # whom to save is chosen: no test


def _compared(effect: effects.Effect) -> dict:
    return {
        "n_impact_alike": int(effect.n_with), "impact_more": effect.difference, "impact_more_lo": effect.lo,
        "impact_more_hi": effect.hi, "smallest_effect": effect.smallest, "impact_p_value": effect.p,
    }  # fmt: skip


def _lead(plans: pd.DataFrame) -> dict:
    days = np.sort(plans["days_before"].dropna().to_numpy(float))
    said = {"impact_figure": LEAD, "n_with_it": len(days)}
    if not len(days):
        return said
    from scipy.stats import binom

    low = int(
        binom.ppf(0.025, len(days), 0.5)
    )  # days[low - 1] and days[n - low] hold the median in 95 % of samples or more
    quartiles = dict(
        zip(
            ("before_p25_days", "before_p50_days", "before_p75_days"), np.quantile(days, [0.25, 0.5, 0.75]), strict=True
        )
    )
    ends = {"before_p50_days_lo": days[low - 1], "before_p50_days_hi": days[len(days) - low]} if low else {}
    return said | quartiles | ends


def _sides(name: str, k_1: int, n_1: int, k_0: int, n_0: int) -> dict:
    said = {
        "impact_figure": name,
        "n_with_it": int(n_1),
        "n_came_with_it": int(k_1),
        "n_without_it": int(n_0),
        "n_came_without_it": int(k_0),
    }
    for side, k, n in (("with", k_1, n_1), ("without", k_0, n_0)):
        lo, hi = wilson(k, n)
        said |= {
            f"came_{side}_rate": k / n if n else np.nan,
            f"came_{side}_rate_lo": float(lo),
            f"came_{side}_rate_hi": float(hi),
        }
    return said


def _notes(rows: pd.DataFrame, definitions: Definitions):
    if len(rows) and not rows["are_touches_known"].any():
        yield NO_TOUCHES
    yield (
        f"Reached: a two-way contact with a person in the {definitions.reach.reach_days} days before the period. Compared with "
        f"others alike in {alike.NAMES}, as it was before those days. Whom the team reaches is chosen: what goes with it need not "
        "come of it."
    )
