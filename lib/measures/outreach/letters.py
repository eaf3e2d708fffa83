"""What is written to the members of an audience: subject and body filled in, and who is spared, with the reason.

letters    one row per member, sorted and paged, `n_rows` of them in all
COLUMNS    of the answer, whatever the options
WHICH      name -> SQL: to write to, spared, or all
"""

from collections.abc import Mapping

import duckdb

from lib.book import Book
from lib.definitions import Definitions
from lib.definitions.campaigns import FIELD, FIELDS
from lib.errors import Refused
from lib.facts.paging import check_page
from lib.measures import Answer, left_out
from lib.measures.outreach.spared import REASONS, spared

COLUMNS = [
    "account", "name", "csm", "person", "person_name", "email", "role", "reason", "is_drawn", "subject", "body", "n_rows",
]  # fmt: skip
WHICH = {"to_write": "reason is null", "spared": "reason is not null", "all": "true"}
_FEATURE = "select coalesce(any_value(name), $feature) from core.feature where feature = $feature"


def letters(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    *,
    campaign: str = "",
    asks: str = "",
    options: Mapping[str, object] | str = "{}",
    feature: str = "",
    which: str = "to_write",
    limit: int | None = None,
    offset: int = 0,
) -> Answer:
    """Rows `offset` to `offset + limit` of the letters; n_rows of them in all. Those spared are counted in left_out.

    campaign        a ready one by its name, or one in JSON, as an audience keeps it
    asks, options   the list whose rows the members are; without, whom the campaign itself is for
    feature         the feature it is about, where it leaves that open
    """
    if which not in WHICH:
        raise Refused(f"There is no choice {which!r} of letters; choose from {', '.join(WHICH)}.")
    check_page(limit, offset)
    with spared(con, book, definitions, campaign, asks, options, feature) as asked:
        counted = con.execute(f"{asked.sql}select reason, count(*) from spared group by reason", dict(asked.bound))
        n_spared = dict(counted.fetchall())
        sql = (
            f"{asked.sql}select *, count(*) over () as n_rows\nfrom spared\nwhere {WHICH[which]}\n"
            "order by coalesce(name, account), account, coalesce(person_name, person), person\nlimit $limit offset $offset"
        )
        table = con.execute(sql, {**asked.bound, "limit": limit, "offset": offset}).df()
        called = _called(con, asked.feature)
    texts = [(asked.campaign.subject, asked.campaign.body.strip())] if asked.campaign else [("", "")]
    subject, body = texts[0]
    known = [_known(row, called) for row in table.to_dict("records")]
    table = table.assign(
        subject=[filled(subject, values).replace("\n", " ") for values in known],
        body=[filled(body, values) for values in known],
    ).astype({"subject": object, "body": object})
    spared_by = [(reason, n_spared[reason]) for reason in REASONS if reason in n_spared]
    return Answer(
        table[COLUMNS],
        left_out(*spared_by) if which == "to_write" else left_out(),
        sql=f"-- members_asked:\n{asked.below}\n\n-- its letters:\n{sql}",
    )


def _called(con: duckdb.DuckDBPyConnection, feature: str) -> str:
    return con.execute(_FEATURE, {"feature": feature}).fetchall()[0][0] if feature else ""


def filled(text: str, values: Mapping[str, str]) -> str:
    """A text with its fields filled in, in one go: a name that looks like a field stays as it is."""
    return FIELD.sub(lambda found: values.get(found[1]) or FIELDS[found[1]], text)


def _known(row: Mapping[str, object], feature: str) -> dict[str, str]:
    """What is known of one member, by the names of fields; what is not is left out."""
    whole = {
        "person_name": row["person_name"], "account_name": row["name"], "csm": row["csm"], "role": row["role"], "feature": feature,
        "days_of_use": row["n_days_used"], "features_used": row["n_features"], "active_people": row["n_active_people"],
        "people": row["n_people"],
    }  # fmt: skip
    said = {name: _text(value) for name, value in whole.items() if value is not None and value == value}
    name = said.get("person_name", "").strip()
    return said | {"first_name": name.split()[0] if name else ""}


def _text(value: object) -> str:
    return value if isinstance(value, str) else f"{int(value):,}"
