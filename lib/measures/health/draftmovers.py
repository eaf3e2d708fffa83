"""Whom other rules of health would give another colour, and why.

health_draft_movers   a row per account, most ARR first, paged
COLUMNS               of the answer, whatever the options
"""

import duckdb
import pandas as pd

from lib.book import Book
from lib.definitions import Definitions
from lib.definitions.health import CONDITIONS, Rules
from lib.errors import Refused
from lib.facts import health, healthdraft
from lib.facts.paging import check_page
from lib.measures import Answer
from lib.measures.health.draft import COLOURS

COLUMNS = [
    "account", "name", "csm", "arr", "profile_in_force", "profile_draft", "score_in_force", "score_draft", "colour_in_force",
    "colour_draft", "draft_reason", "n_rows",
]  # fmt: skip
MOST_REASONS = 3
_LEAST = 0.05  # points a part must have moved to be a reason
_SQL = """select
    book._account, book.account, book.name, book.csm::varchar as csm, draft_now.arr::double as arr,
    profile_before as profile_in_force, profile as profile_draft, score_before as score_in_force, score as score_draft,
    colour_before as colour_in_force, colour as colour_draft, is_held_before, is_held, known_before, known,
    count(*) over () as n_rows
from draft_now
join book using (_account)
where
    case
        when $was::varchar is null and $would::varchar is null then colour_before <> colour
        else coalesce(colour_before = $was::varchar, true) and coalesce(colour = $would::varchar, true)
    end
order by draft_now.arr desc nulls last, book.account
limit $limit offset $offset"""
_PAGE = """create or replace temp table health_asked as
select _account, (select max(reading) from health_reading) as reading from draft_page"""
_PARTS = "select _account, part, fact, value, points, share, contribution from health_contribution where weight > 0 order by place"


def health_draft_movers(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    draft: str = "",
    from_colour: str = "",
    to_colour: str = "",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """The accounts that would change colour, rows `offset` to `offset + limit`; n_rows of them in all.

    draft       as health_draft has it
    from_colour, to_colour   those of this colour in force, by the draft: also the ones that would keep theirs
    """
    for colour in filter(None, (from_colour, to_colour)):
        if colour not in COLOURS:
            raise Refused(f"There is no colour {colour!r}; choose from {', '.join(COLOURS)}.")
    check_page(limit, offset)
    would = healthdraft.read(definitions, draft)
    healthdraft.now(con, book.as_of, definitions, would)
    asked = {"was": from_colour or None, "would": to_colour or None, "limit": limit, "offset": offset}
    rows = con.execute(_SQL, asked).df()
    con.register("draft_page", rows[["_account"]])
    con.execute(_PAGE)
    con.unregister("draft_page")
    pieces = {}
    for at, each in (("would", would), ("was", healthdraft.alone(definitions))):
        health.lay(con, book.as_of, each)
        health.detail(con, book.as_of, each)
        pieces[at] = dict(list(con.execute(_PARTS).df().groupby("_account"))) if len(rows) else {}
    of = (definitions.health.as_rules(), would.health.as_rules())
    rows["draft_reason"] = pd.Series(
        ["; ".join(_reasons(row, pieces, *of)) for row in rows.to_dict("records")], dtype=object
    )
    return Answer(rows[COLUMNS], sql=f"{healthdraft.SQL_NOW};\n\n{_SQL};\n\n{_PARTS}")


def _reasons(row: dict, pieces: dict[str, dict[int, pd.DataFrame]], was: Rules, would: Rules) -> list[str]:
    """Why the colour changes, the gravest first, in words."""
    said = []
    if row["profile_in_force"] != row["profile_draft"]:
        said.append(f"profile {_named(row['profile_draft'])} instead of {_named(row['profile_in_force'])}")
    for held, is_held, rules in (("no longer held down", False, was), ("held down", True, would)):
        if row["is_held"] == is_held and row["is_held_before"] != is_held:
            conditions = ", ".join(CONDITIONS[each.when] for each in rules.overrides)
            said.append(f"{held} while one of these holds: {conditions}")
    for colour, known, why, rules in (
        (row["colour_draft"], row["known"], "no score now", would),
        (row["colour_in_force"], row["known_before"], "no score in force", was),
    ):
        if colour == "none" and row["colour_in_force"] != row["colour_draft"]:
            said.append(f"{why}: {_unknown(known, rules)}")
    if row["colour_in_force"] != row["colour_draft"]:
        said += _edges(row["score_draft"], was, would)
    both = [
        {each["part"]: each for each in pieces[at].get(row["_account"], pd.DataFrame()).to_dict("records")}
        for at in ("was", "would")
    ]
    moved = {
        part: both[1].get(part, _NONE)["contribution"] - both[0].get(part, _NONE)["contribution"]
        for part in {**both[0], **both[1]}
    }
    strongest = sorted((part for part in moved if abs(moved[part]) >= _LEAST), key=lambda part: -abs(moved[part]))
    return [
        *said,
        *(_part(part, both[0].get(part), both[1].get(part), moved[part]) for part in strongest[:MOST_REASONS]),
    ]


def _unknown(known: float, rules: Rules) -> str:
    """Why there is no score: so much of the weight is known."""
    if pd.isna(known):
        return "no profile fits, or nothing of it is known"
    least = 1 if rules.null_rule == "none" else rules.least_weight
    return f"{100 * known:.0f} % of the weight is known, {100 * least:.0f} % are needed"


_NONE = {"contribution": 0.0}


def _edges(score: float, was: Rules, would: Rules) -> list[str]:
    """That the thresholds moved over the score, where they did."""
    found = []
    for name, before, after in (
        ("red below", was.red_below, would.red_below),
        ("green from", was.green_from, would.green_from),
    ):
        if before != after and min(before, after) <= score < max(before, after):
            found.append(f"{name} {after:g} instead of {before:g}")
    return found


def _part(part: str, was: dict | None, would: dict | None, moved: float) -> str:
    """Trend: 30 points instead of 60, weighs 35 % instead of 25 %: -4.2."""
    if was is None or would is None:
        what = "counts now" if was is None else "counts no more"
        return f"{part} {what}: {_signed(moved)}"
    changes = []
    if not _is_same(was["points"], would["points"]):
        changes.append(f"{_points(would['points'])} instead of {_points(was['points'])}")
    if not _is_same(was["share"], would["share"]):
        changes.append(f"weighs {_share(would['share'])} instead of {_share(was['share'])}")
    return f"{part} {', '.join(changes) or 'counts otherwise'}: {_signed(moved)}"


def _is_same(a: float, b: float) -> bool:
    return (pd.isna(a) and pd.isna(b)) or a == b


def _points(points: float) -> str:
    return "not known" if pd.isna(points) else f"{points:.0f} points"


def _share(share: float) -> str:
    return "nothing" if pd.isna(share) else f"{100 * share:.1f} %"


def _named(profile: object) -> str:
    return "none" if pd.isna(profile) else f"“{profile}”"


def _signed(moved: float) -> str:
    return f"{moved:+.1f}".replace("-", "\u2212")
