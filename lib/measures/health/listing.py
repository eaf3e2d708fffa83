"""The health of every account of a book on a day: its score, what it is made of, what is not known, and what is predicted.

health     a row per account with a reading, `n_rows` of them in all
COLUMNS    of the answer, whatever the options
SORTS      name -> SQL of the order
COLOURS    of a score, the worst first; none: no score
"""

from datetime import date

import duckdb

from lib.book import Book, say_day
from lib.definitions import Definitions
from lib.definitions.health import TOUCHES
from lib.errors import Refused
from lib.facts import health as facts
from lib.facts.paging import check_page
from lib.measures import Answer, left_out
from lib.measures.health import foretold
from lib.measures.health.readings import Days, days_of
from lib.measures.health.sayings import CAP, VALUE, WHY_NOT
from lib.store.dimensions import find_dimension, read_catalogue
from lib.store.opening import value_on

COLUMNS = [
    "account_id", "name", "csm", "touch", "stage", "profile", "is_renewing", "day", "health_score", "colour", "day_before",
    "health_score_before", "colour_before", "health_change", "known_share", "parts", "missing", "held_by", "why_not", "risk_90",
    "risk_180", "convert_rate", "risk_reasons", "arr", "arr_below_green", "renews_on", "n_rows",
]  # fmt: skip
COLOURS = ("red", "amber", "green", "none")
SORTS = {
    "at_stake": "arr_below_green desc nulls last, health_score nulls last, arr desc nulls last",
    "score": "health_score nulls last, arr desc nulls last",
    "change": "health_change nulls last, arr desc nulls last",
    "risk": "risk_90 desc nulls last, arr desc nulls last",
    "arr": "arr desc nulls last",
    "renewal": "renews_on nulls last, arr desc nulls last",
    "account": "coalesce(name, account_id)",
}
_LISTS = ("parts", "missing", "risk_reasons")
_WITHOUT = (
    """select count(*) from book where _account not in (select _account from health_reading where reading = $reading)"""
)


def health(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    day: date | str | None = None,
    since: date | str | None = None,
    colour: str = "",
    profile: str = "",
    touch: str = "",
    by: str | None = None,
    level: str | None = None,
    is_changed: bool = False,
    search: str = "",
    sort: str = "at_stake",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """The accounts of the book that are customers or on trial on a day, one row each, `n_rows` of them in all.

    day      the last reading up to it counts (default: the as-of day); since: the earlier day (default: movement_days before)
    colour   red, amber, green or none (no score); profile, touch: of one profile, of high or low touch
    level    with `by`, a dimension: those of one value of it on the day; none: without a value
    is_changed   those alone that had another colour on the earlier day
    search   text that the account's id or name holds, whatever its case
    sort     at_stake: most ARR below green first; score: lowest first; change: who fell most; risk, arr, renewal, account

    `parts` add up to the score: what each gives, what costs most first, an override that holds it down as one of its own.
    Raises Refused for a sort, a colour, a touch model, a dimension or a day there is none of.
    """
    _check(sort, colour, touch)
    check_page(limit, offset)
    days = days_of(con, book, definitions, day, since)
    notes = foretold.lay(con, book.as_of, definitions)
    catalogue = read_catalogue(con)
    level_on = value_on(find_dimension(catalogue, by), "$day::date") if by else ""
    sql = _stood(
        of_level=f"{level_on} is not distinct from nullif($level::varchar, '')" if by else "true",
        kept=_kept(colour, profile, touch, search, is_changed=is_changed),
        order=SORTS[sort],
    )
    bound = days._asdict() | {"colour": colour, "profile": profile, "touch": touch, "search": search, "level": level}
    bound |= {"limit": limit, "offset": offset}
    csm = next((each for each in catalogue if each.name == "csm"), None)
    con.execute(f"create or replace temp table health_page as select *, null as csm from ({sql})", _asked(sql, bound))
    con.execute("create or replace temp table health_asked as select _account, reading from health_page")
    facts.detail(con, book.as_of, definitions)
    foretold.explain(con, book.as_of, definitions)
    said = _said(value_on(csm, "page.day") if csm else "account.csm::varchar")
    table = con.execute(said).df()
    for name in _LISTS:
        table[name] = [list(each) for each in table[name]]
    ((n_without,),) = con.execute(_WITHOUT, {"reading": days.reading}).fetchall()
    return Answer(
        table[COLUMNS],
        left_out((f"no contract, and no trial, on {say_day(days.day)}", n_without)),
        (*_notes(days), *notes),
        f"{sql};\n\n{said}",
    )


def _stood(of_level: str, kept: str, order: str) -> str:
    return f"""with stood as materialized (
    select
        account._account, account.account as account_id, account.name, part.touch,
        case when reading.is_trial then 'trial' else reading.stage end as stage,
        score.profile, score.is_renewing, score.reading, score.day,
        score.health_score::double as health_score, score.colour,
        before.day as day_before, before.health_score::double as health_score_before, before.colour as colour_before,
        round(score.health_score - before.health_score, 3)::double as health_change,
        round(score.known_share::double, 4) as known_share, score.added_score, score.is_held, {CAP} as cap, {WHY_NOT} as why_not,
        risk.risk_90, risk.risk_180, risk.convert_rate,
        reading.arr::double as arr,
        case
            when score.health_score < rules.green_from then reading.arr * (rules.green_from - score.health_score) / 100
            when score.health_score is not null then 0 * reading.arr
        end::double as arr_below_green,
        reading.renews_on
    from book as account
    join health_score as score on score._account = account._account and score.reading = $reading
    join health_reading as reading on reading._account = account._account and reading.reading = $reading
    join health_part as part on part._account = account._account and part.reading = $reading
    join health_rule as rules on rules.rule = score.rule
    left join health_score as before on before._account = account._account and before.reading = $before
    left join health_foretold as risk on risk._account = account._account and risk.reading = $reading
    where {of_level}
)
select *, count(*) over () as n_rows, row_number() over (order by {order}, account_id) as row_place
from stood
where {kept}
order by row_place
limit $limit offset $offset"""


def _said(csm: str) -> str:
    return f"""with piece as (
    select
        _account, reading, place, part, points, share * (100 - points) as lost,
        format('{{}} {{}}: {{:g}} of 100', part, {VALUE}, points) as said,
        format(' × {{:g}} % = {{:g}}', round(100 * share, 1), contribution) as added
    from health_contribution
),
made as (
    select
        piece._account, piece.reading,
        list(said || case when page.health_score is null then '' else added end order by lost desc, place)
            filter (where points is not null) as parts,
        list(part order by place) filter (where points is null) as missing
    from piece
    join health_page as page on page._account = piece._account
    group by piece._account, piece.reading
)
select
    page.* exclude (csm), {csm} as csm,
    list_concat(
        coalesce(made.parts, []),
        case
            when is_held then [format(
                '{{:s}}, at most {{:g}}: −{{:g}}',
                upper(cap.said[1]) || cap.said[2:], cap.at_most, round(added_score - page.health_score, 3)
            )]
            else []
        end
    ) as parts,
    coalesce(made.missing, []) as missing,
    case when is_held then format('{{:s}}, at most {{:g}}', cap.said, cap.at_most) end as held_by,
    coalesce(why.risk_reasons, []) as risk_reasons
from health_page as page
join scope as account on account._account = page._account
left join made on made._account = page._account
left join health_foretold_why as why on why._account = page._account and why.reading = page.reading
order by row_place"""


def _kept(colour: str, profile: str, touch: str, search: str, *, is_changed: bool) -> str:
    """SQL of which of `stood` are listed."""
    asked = [
        (colour, "coalesce(colour, 'none') = $colour"),
        (profile, "profile = $profile"),
        (touch, "touch = $touch"),
        (search, "(contains(lower(account_id), lower($search)) or contains(lower(name), lower($search)))"),
        (is_changed, "colour <> colour_before"),
    ]
    return " and ".join(sql for is_asked, sql in asked if is_asked) or "true"


def _asked(sql: str, bound: dict) -> dict:
    return {name: value for name, value in bound.items() if f"${name}" in sql}


def _check(sort: str, colour: str, touch: str) -> None:
    for name, value, known in (
        ("order", sort, SORTS),
        ("colour", colour, ("", *COLOURS)),
        ("touch", touch, ("", *TOUCHES)),
    ):
        if value not in known:
            raise Refused(f"There is no {name} {value!r}; choose from {', '.join(each for each in known if each)}.")


def _notes(days: Days) -> tuple[str, ...]:
    if days.day_before is None:
        return ("The earlier day lies before the first score: nothing is compared.",)
    return (f"Scores of {say_day(days.day)}, compared with {say_day(days.day_before)}.",)
