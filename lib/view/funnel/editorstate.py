"""What the editor of the journey holds: the stages as rows people read, and the definitions that come of them.

Draft       an edit that is not saved yet, and the version it began from
METRICS, MILESTONES, KINDS   what completes a stage, what files record, and what a stage is, in words
COLUMNS     of the table of stages, but for whose journey it is
RULES       the other words of the journey, each with its label and what it means
rows_of     a journey as rows of the editor
drafted     the definitions the rows and rules make; refuses what is no journey, in words
renamed     old name -> new name of the stages that only got another
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

import pandas as pd

from lib.definitions import Definitions, made_of
from lib.definitions.journey import NAMED, Journey
from lib.errors import Refused
from lib.view import numbers

METRICS = {
    "milestone": "the next stage, recorded",
    "active_people": "people active in a week",
    "active_days": "days with use in a week",
    "features": "features used in a week",
    "events": "events in a week",
    "active_share": "share of seats active in a week",
    "feature_people": "people who used the feature …",
    "survey": "score of the survey …",
    "goals": "promised outcomes reached",
    "days": "days in the stage",
}
MILESTONES = {
    "stage": "for a whole stage, once anybody's is recorded",
    "account": "account by account, where its own is recorded",
}
KINDS = (
    "usual",
    "optional",
    "exit",
)  # optional: passed over without being missed; exit: an end that is none of the aims
RULES = {  # word of the journey -> its label, what it means, and by how much it steps
    "horizon_days": (
        "Completed within, days",
        "Of those who come into a stage, how many complete it within so many days.",
        1,
    ),
    "next_days": ("Soon means, days", "Who will complete the stage soon: within so many days from now.", 1),
    "least_accounts": (
        "Fewest accounts",
        "With fewer accounts into it a stage is neither called slow nor compared.",
        1,
    ),
    "slow_share": (
        "Slow past, of peers",
        "An account is slow when it takes longer than this share of its peers.",
        0.05,
    ),
    "landmark_days": (
        "Early velocity on day",
        "Early velocity is judged on this day of an account, churn only after it.",
        1,
    ),
}
COLUMNS = ["place", "stage", "objective", "metric", "of", "at_least", "expected_days", "kind"]
_TEXTS = ("stage", "objective", "of", "journey", "was")
_SOURCE = "The journey as it stands here"


@dataclass
class Draft:
    """An edit that is not saved yet.

    base    the definitions it began from, and `after` the version they are; None for the default
    start   the rows the table was drawn with, and `rows` what became of them
    rules   the other words, as they stand now
    n       counts the edits, and `n_drawn` the tables: each has keys of its own
    by      the column of journeys the table was drawn for
    """

    base: Definitions
    after: str | None
    start: pd.DataFrame
    rows: pd.DataFrame
    rules: dict[str, object]
    n: int = 0
    n_drawn: int = 0
    by: str = field(init=False)
    unchanged: Definitions = field(init=False)  # what it makes of the base itself

    def __post_init__(self) -> None:
        self.by = self.rules["by"]
        self.unchanged = drafted(self.base, rows_of(self.base.journey), rules_of(self.base.journey))

    def redraw(self) -> None:
        """Begin the table with what was written in it."""
        self.start, self.by = self.rows.reset_index(drop=True), self.rules["by"]
        self.n_drawn += 1


def begun(base: Definitions, after: str | None, was: Draft | None) -> Draft:
    """A draft in which nothing is changed yet, in the place of another."""
    rows = rows_of(base.journey)
    n, n_drawn = (was.n + 1, was.n_drawn + 1) if was else (0, 0)
    return Draft(base, after, rows, rows, rules_of(base.journey), n, n_drawn)


def is_untouched(draft: Draft) -> bool:
    """Whether nothing is changed in it."""
    try:
        return drafted(draft.base, draft.rows, draft.rules) == draft.unchanged
    except Refused:
        return False


def rows_of(journey: Journey) -> pd.DataFrame:
    """The stages as rows, journey by journey; what says nothing is left empty."""
    order = list(dict.fromkeys(each.journey for each in journey.stages))
    rows = sorted(journey.rows(), key=lambda row: (order.index(row["journey"]), row["place"]))
    table = pd.DataFrame([row | {"was": row["stage"]} for row in rows])
    table["kind"] = [_kind(row) for row in rows]
    counts = table["metric"] != "milestone"
    table["at_least"] = table["at_least"].where(counts).astype(float)
    table["expected_days"] = table["expected_days"].astype(float).where(table["expected_days"] > 0)
    table["place"] = table["place"].astype(float)
    return table[["journey", *COLUMNS, "was"]]


def rules_of(journey: Journey) -> dict[str, object]:
    """The other words of a journey."""
    return {each.name: getattr(journey, each.name) for each in fields(journey) if each.name != "stages"}


def drafted(base: Definitions, rows: pd.DataFrame, rules: Mapping[str, object]) -> Definitions:
    """`base` with the journey of these rows and rules. Raises Refused, in words, where they make none."""
    stages = _ordered([_stage(row) for row in rows.to_dict("records")])
    _check(stages, str(rules["by"]))
    told = [{name: value for name, value in each.items() if name not in ("place", "was")} for each in stages]
    words = base.words()
    words["journey"] = {**words["journey"], **rules, "stages": told}
    return made_of(words, _SOURCE)


def renamed(rows: pd.DataFrame) -> dict[str, str]:
    """Old name -> new name of the stages that only got another; a name that is still there is none that changed."""
    stages = [_stage(row) for row in rows.to_dict("records")]
    now = {each["stage"] for each in stages}
    return {each["was"]: each["stage"] for each in stages if each["was"] and each["was"] not in now}


def _ordered(stages: list[dict]) -> list[dict]:
    """Journey by journey, by their numbers; one without a number comes last, exits behind all."""
    order = list(dict.fromkeys(each["journey"] for each in stages))
    return sorted(stages, key=lambda each: (order.index(each["journey"]), each["is_exit"], each["place"]))


def _stage(row: Mapping[str, object]) -> dict:
    """A row of the table as a stage; empty cells are what a stage has where nobody said."""
    texts = {name: "" if _is_empty(row.get(name)) else str(row[name]).strip() for name in _TEXTS}
    metric = "milestone" if _is_empty(row.get("metric")) else row["metric"]
    least = 1.0 if metric == "milestone" or _is_empty(row.get("at_least")) else row["at_least"]
    return texts | {
        "metric": metric,
        "at_least": least,
        "expected_days": 0 if _is_empty(row.get("expected_days")) else row["expected_days"],
        "is_optional": row.get("kind") == "optional",
        "is_exit": row.get("kind") == "exit",
        "place": float("inf") if _is_empty(row.get("place")) else float(row["place"]),
    }


def _kind(row: Mapping[str, object]) -> str:
    return "exit" if row["is_exit"] else "optional" if row["is_optional"] else "usual"


def _is_empty(value: object) -> bool:
    return value is None or value is pd.NA or value != value


def _check(stages: list[dict], by: str) -> None:
    """What people get wrong most, in words that name the stage; the definitions' own rules refuse the rest."""
    seen = set()
    for number, each in enumerate(stages, 1):
        name = each["stage"]
        if not name:
            raise Refused(f"Stage {number} has no name. Give it one, or delete its row.")
        if (key := (each["journey"], name.casefold())) in seen:
            raise Refused(f"“{name}” comes twice in a journey. Give one of them another name, or delete it.")
        seen.add(key)
        asks, says = each["metric"] in NAMED, bool(each["of"])
        if asks and not says:
            kind = "feature" if each["metric"] == "feature_people" else "survey"
            raise Refused(f"“{name}” is completed by a {kind}: say which under “Of”.")
        if says and not asks:
            raise Refused(
                f"“{name}” says “{each['of']}” under “Of”, where only a feature or a survey is named. Clear it."
            )
        if each["at_least"] <= 0:
            raise Refused(f"“{name}” is completed by at least {each['at_least']:g}; it must be above 0.")
        if each["journey"] and not by:
            raise Refused(
                f"“{name}” is of the journey “{each['journey']}”: choose a column under “Journeys by”, or clear that."
            )
    for journey, n in Counter(each["journey"] for each in stages if not each["is_exit"]).items():
        if not 2 <= n <= 20:
            whose = f"The journey “{journey}”" if journey else "The journey"
            raise Refused(f"{whose} has {numbers.plural(n, 'stage')}; it needs 2 to 20, exits not counted.")
