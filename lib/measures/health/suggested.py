"""Weights that past losses suggest, beside those in force, and what both are worth later on.

suggested_weights   a row per profile and part; a row without a part says what the weights of a profile are worth
COLUMNS             of the answer, whatever the options
"""

from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby

import duckdb
import numpy as np
import pandas as pd

from lib.book import Book, say_day
from lib.definitions import Definitions
from lib.definitions.health import TRIAL, Profile, Rules
from lib.facts import health, healthdraft
from lib.measures import Answer
from lib.measures.health.learning import Learned, learn, whole
from lib.ranking import auc_difference_of

COLUMNS = [
    "profile_of_weights", "part_of_score", "weight_in_force", "weight_suggested", "weight_remark", "is_learned_together",
    "n_landmarks_learned", "n_learned_lost", "n_landmarks_later", "n_later_lost", "auc_in_force", "auc_in_force_lo",
    "auc_in_force_hi", "auc_suggested", "auc_suggested_lo", "auc_suggested_hi", "auc_gain", "auc_gain_lo", "auc_gain_hi",
]  # fmt: skip
ALL = "all profiles"
MOST_ACCOUNTS, LEARN_SHARE, LEAST_LATER = 20_000, 2 / 3, 10
WRONG_WAY, ADDS_NOTHING, UNKNOWN = "goes the wrong way", "adds nothing of its own", "never known: kept"
_ROWS = """select
    part._account, landmark.day, landmark.reading, score.profile, score.health_score::double as score, part.is_renewing,
    landmark.is_lost, {points}
from health_landmark as landmark
join (select _account from scope order by hash(_account), _account limit $most) as scope on scope._account = landmark._account
join health_part as part on part._account = landmark._account and part.reading = landmark.reading
join health_score as score on score._account = landmark._account and score.reading = landmark.reading
where landmark.day >= $from_day::date and score.profile is not null
order by landmark.day, part._account"""
_LATER = """select later._account, later.reading, score.health_score::double as score
from later_rows as later
join health_score as score on score._account = later._account and score.reading = later.reading
order by later.place"""


def suggested_weights(
    con: duckdb.DuckDBPyConnection, book: Book, definitions: Definitions, *, draft: str = ""
) -> Answer:
    """What weights losses teach, per profile, or of all profiles together where one has too few; nothing changes by it.

    draft   as health_draft has it: its parts, bands and profiles are what is weighed; empty: those in force

    Learned on the earlier part of the history the viewer may see, readings every fourth Sunday and a loss within 90 days, known
    before the later part begins; judged on the later part alone. Which parts a profile has is not changed: of those with a weight
    of 0 nothing is learned, and a part that was never known keeps its share. No row where too little is known; the notes say what
    is missing.
    """
    words = healthdraft.read(definitions, draft)
    rules = words.health.as_rules()
    health.lay(con, book.as_of, words)
    healthdraft.landmarks(con, book.as_of, words)
    points = [f"point_{at}" for at in range(1, len(rules.parts) + 1)]
    sql = _ROWS.format(points=", ".join(points))
    from_day = book.as_of - timedelta(words.health.learn_days)
    rows = con.execute(sql, {"most": MOST_ACCOUNTS, "from_day": from_day}).df()
    learned_on, later, days = _split(rows, definitions.renewals.grace_days)
    lacking = _lacks(learned_on, later, words, book.as_of)
    if lacking:
        return Answer(pd.DataFrame(columns=COLUMNS), notes=(f"No weights are suggested: {lacking}.",), sql=sql)
    found = {
        each.profile: _suggested(each, rules, learned_on, points, words.health.least_lost) for each in rules.profiles
    }
    would = _with(words, {name: each.weights for name, each in found.items() if each})
    later = later.assign(suggested=_scores(con, book.as_of, would, later))
    table = [row for each in rules.profiles for row in _rows(each, found[each.profile], learned_on, later)]
    table.append(_worth(ALL, learned_on, later))
    notes = (
        f"Learned on readings from {say_day(days[0])} to {say_day(days[1])}, judged on those from {say_day(days[2])} on.",
        *(
            [f"Of {MOST_ACCOUNTS:,} accounts, chosen without looking at them."]
            if rows["_account"].nunique() == MOST_ACCOUNTS
            else []
        ),
        *_unlearned(rules, found),
    )
    return Answer(pd.DataFrame(table).reindex(columns=COLUMNS), notes=notes, sql=f"{sql};\n\n{_LATER}")


class _Found:
    """What was learned for one profile: its weights by part, remarks by part, and whether others taught it too."""

    def __init__(self, weights: dict[str, float], remarks: dict[str, str], is_pooled: bool) -> None:
        self.weights, self.remarks, self.is_pooled = weights, remarks, is_pooled


def _split(rows: pd.DataFrame, grace_days: int) -> tuple[pd.DataFrame, pd.DataFrame, list[date]]:
    """The rows to learn on and those to judge by; (first and last day learned on, first day judged by)."""
    days = sorted(rows["day"].unique())
    if len(days) < 3:
        return rows.iloc[:0], rows.iloc[:0], []
    split = days[int(len(days) * LEARN_SHARE)]
    known = pd.Timedelta(days=healthdraft.HORIZON + grace_days)
    learned_on, later = rows[rows["day"] + known <= split], rows[(rows["day"] >= split) & rows["score"].notna()]
    if learned_on.empty:
        return learned_on, later, []
    edges = (learned_on["day"].min(), learned_on["day"].max(), split)
    return learned_on, later, [pd.Timestamp(each).date() for each in edges]


def _lacks(learned_on: pd.DataFrame, later: pd.DataFrame, words: Definitions, as_of: date) -> str:
    """What is missing to learn from; nothing where enough is there."""
    least = words.health
    if learned_on.empty:
        return "the readings whose 90 days are decided are too few to learn on some and judge by later ones"
    history = (pd.Timestamp(as_of) - learned_on["day"].min()).days
    of_learned, of_later = (each.loc[each["is_lost"], "_account"].nunique() for each in (learned_on, later))
    for name, n, needed in (
        ("days of history", history, least.least_history_days),
        ("accounts to learn from", learned_on["_account"].nunique(), least.least_accounts),
        ("accounts lost to learn from", of_learned, least.least_lost),
        ("accounts lost later on to judge by", of_later, LEAST_LATER),
    ):
        if n < needed:
            return f"there are {n:,} {name}, and {needed:,} are needed"
    return ""


def _suggested(profile: Profile, rules: Rules, rows: pd.DataFrame, points: list[str], least_lost: int) -> _Found | None:
    """The weights of one profile; None for trials, of which none is a loss, and where no part helps."""
    if [each.lower() for each in profile.stages] == [TRIAL]:
        return None
    own = rows[rows["profile"] == profile.profile]
    is_pooled = own.loc[own["is_lost"], "_account"].nunique() < least_lost
    taught = rows if is_pooled else own
    weighs = {name for name, weight in profile.weights if weight > 0}
    names = [each.part for each in rules.parts]
    at = [place for place, name in enumerate(names) if name in weighs]
    columns = taught[points].to_numpy(float)[:, at]
    is_known = ~np.isnan(columns).all(axis=0)
    learned = Learned(np.zeros(len(at)), np.zeros(len(at), bool))
    if is_known.any():
        beside = taught[["is_renewing"]].to_numpy(float)
        found = learn(columns[:, is_known], taught["is_lost"].to_numpy(bool), beside, taught["_account"].nunique())
        learned.strength[is_known], learned.is_wrong_way[is_known] = found.strength, found.is_wrong_way
    given = np.array([dict(profile.weights)[names[place]] for place in at])
    kept = np.where(is_known, 0, np.round(100 * given / given.sum()))
    weights = kept + whole(learned.strength, 100 - int(kept.sum()))
    if not learned.strength.any():
        return None
    remarks = {
        names[place]: WRONG_WAY if wrong else UNKNOWN if not known else "" if weight else ADDS_NOTHING
        for place, weight, wrong, known in zip(at, weights, learned.is_wrong_way, is_known, strict=True)
    }
    return _Found({names[place]: float(weight) for place, weight in zip(at, weights, strict=True)}, remarks, is_pooled)


def _with(words: Definitions, weights: dict[str, dict[str, float]]) -> Definitions:
    profiles = tuple(
        replace(each, weights=tuple(weights[each.profile].items())) if each.profile in weights else each
        for each in words.health.profiles
    )
    return replace(words, health=replace(words.health, profiles=profiles))


def _scores(con: duckdb.DuckDBPyConnection, as_of: date, would: Definitions, later: pd.DataFrame) -> np.ndarray:
    """The scores of later readings by the suggested weights, by the same rules as any score."""
    health.lay(con, as_of, would)
    con.register("later_rows", later[["_account", "reading"]].assign(place=range(len(later))))
    found = con.execute(_LATER).df()["score"].to_numpy(float)
    con.unregister("later_rows")
    return found


def _rows(profile: Profile, found: _Found | None, learned_on: pd.DataFrame, later: pd.DataFrame) -> list[dict]:
    """A row for what a profile's weights are worth, and one for each of its parts."""
    own = [each[each["profile"] == profile.profile] for each in (learned_on, later)]
    head = _worth(profile.profile, *own)
    if found is None:
        nothing = ("auc_suggested", "auc_suggested_lo", "auc_suggested_hi", "auc_gain", "auc_gain_lo", "auc_gain_hi")
        head |= dict.fromkeys(nothing, np.nan)
    head["is_learned_together"] = bool(found and found.is_pooled)
    return [
        head,
        *(
            {
                "profile_of_weights": profile.profile, "part_of_score": part, "weight_in_force": weight,
                "weight_suggested": found.weights[part] if found else np.nan,
                "weight_remark": found.remarks[part] if found else "", "is_learned_together": head["is_learned_together"],
                "n_landmarks_learned": head["n_landmarks_learned"], "n_learned_lost": head["n_learned_lost"],
                "n_landmarks_later": head["n_landmarks_later"], "n_later_lost": head["n_later_lost"],
            }
            for part, weight in profile.weights
            if weight > 0
        ),
    ]  # fmt: skip


def _worth(profile: str, learned_on: pd.DataFrame, later: pd.DataFrame) -> dict:
    """How well both weights rank who is lost, later on; empty where too few were."""
    n_later = later.loc[later["is_lost"], "_account"].nunique()
    row = {
        "profile_of_weights": profile, "part_of_score": "", "weight_remark": "", "is_learned_together": False,
        "n_landmarks_learned": len(learned_on), "n_learned_lost": learned_on.loc[learned_on["is_lost"], "_account"].nunique(),
        "n_landmarks_later": len(later), "n_later_lost": n_later,
    }  # fmt: skip
    if n_later < LEAST_LATER:
        return row
    both = (-later[name].to_numpy(float) for name in ("suggested", "score"))
    gain = auc_difference_of(*both, later["is_lost"].to_numpy(bool), later["_account"].to_numpy())
    for name, auc in (("auc_suggested", gain.auc_a), ("auc_in_force", gain.auc_b)):
        row |= {name: auc.auc, f"{name}_lo": auc.lo, f"{name}_hi": auc.hi}
    return row | {"auc_gain": gain.difference, "auc_gain_lo": gain.lo, "auc_gain_hi": gain.hi}


def _unlearned(rules: Rules, found: dict[str, _Found | None]) -> list[str]:
    """Sentences on the profiles that taught nothing, or not enough alone."""
    said = []
    for title, names in groupby(
        sorted(
            (("pooled" if each and each.is_pooled else "none" if each is None else "own"), name)
            for name, each in found.items()
        ),
        key=lambda each: each[0],
    ):
        listed = ", ".join(f"“{name}”" for _, name in names)
        if title == "pooled":
            said.append(f"Too few were lost in {listed}: their weights are those that all profiles teach together.")
        if title == "none":
            said.append(f"For {listed} no weights are suggested: trials have no loss to learn from, or no part helps.")
    return said
