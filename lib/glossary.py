"""The words of Headlight: every column of every answer, and every term of a page, in one place.

TERMS   name -> Term; the README's table and the tables' headers are made from it, and a test holds both to it
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """One word: what people read, what it is measured in, and its rule."""

    label: str
    unit: str  # accounts, count, rate, ratio, money, days, day, text, flag, segment, list
    meaning: str


def _terms(unit: str, **terms: tuple[str, str]) -> dict[str, Term]:
    return {name: Term(label, unit, meaning) for name, (label, meaning) in terms.items()}


TERMS: dict[str, Term] = {
    **_terms(
        "day",
        opens_on=("Period opens", "first day of the period [opens_on, closes_on)"),
        closes_on=("Period closes", "the day after the period's last"),
        as_of=("As of", "the day as of which the data is seen: nothing after it is known"),
        active_on=("Active on", "started on or before the day and not ended by it"),
    ),
    **_terms(
        "text",
        lost=("Lost", "active when the period opens, gone when it closes; an account is lost with its last live contract"),
        lapsed=("Lapsed", "a recurring term ended in the period and was not renewed within the grace days"),
        cancelled=("Cancelled", "a term was ended before its time in the period"),
        churned=("Churned", "marked as churned in the data, for files without dates"),
        pending=("Pending", "ended, not refused, and still inside the grace days: neither lost nor kept"),
        hotspot=("Hot-spot", "a combination of values whose rate is above the rest and above what its parts explain"),
        dimension=("Dimension", "a property accounts are cut by, as it was when the period opened"),
        account=("Account", "the account's id, as the file had it"),
        name=("Name", "the account's name"),
        csm=("CSM", "the customer success manager"),
        channel=("Channel", "how the account was sold"),
        segment_name=("Segment", "the account's segment"),
        region=("Region", "the account's region"),
        plan=("Plan", "the plan bought"),
        confidence=("Confidence", "firm when p_adjusted is below 0.01, else tentative"),
        held=("Held before", "was the same segment hot in the previous period: yes, no, too few to tell; empty without one"),
        reason=("Left out because", "why rows were not counted"),
        usage_frequency=("Days of use", "days a week with any use, over the weeks before the period"),
        usage_breadth=("Features used", "different features used over the weeks before the period"),
        usage_volume=("Volume of use", "events a week over the weeks before the period"),
        seat_utilisation=("Seat utilisation", "people active in the last 4 weeks before the period / seats bought"),
        usage_concentration=("Concentration of use", "share of use by the busiest person, before the period"),
    ),
    **_terms(
        "segment",
        segment=("Segment", "dimension values: a combination, or one value"),
        parent=("Best parent", "the combination with one value less that has the highest rate"),
    ),
    **_terms("list", aliases=("Also known as", "other combinations of (nearly) the same accounts")),
    **_terms(
        "count",
        n=("Accounts", "accounts at risk"),
        n_lost=("Lost", "accounts with the outcome"),
        n_before=("Accounts before", "accounts at risk in the previous period"),
        n_lost_before=("Lost before", "accounts with the outcome in the previous period"),
        n_rows=("Rows in all", "accounts of the selection, on all pages"),
        rest_n=("Rest", "accounts outside the segment"),
        parent_n=("Parent's accounts", "accounts of the best parent"),
        depth=("Depth", "dimensions combined"),
        excess_lost=("Excess lost", "accounts lost beyond what the rest's rate would have lost"),
        excess_lost_lo=("Excess lost, low", "lower bound, 95 %"),
        excess_lost_hi=("Excess lost, high", "upper bound, 95 %"),
        excess_lost_vs_parent=("Excess lost against parent", "accounts lost beyond what the best parent's rate would have lost"),
    ),
    **_terms(
        "rate",
        churn_rate=("Rate", "n_lost / n"),
        churn_rate_lo=("Rate, low", "lower Wilson bound, 95 %"),
        churn_rate_hi=("Rate, high", "upper Wilson bound, 95 %"),
        rate_before=("Rate before", "the rate of the previous period"),
        rest_rate=("Rest's rate", "rate of all accounts outside the segment"),
        parent_rate=("Parent's rate", "rate of the best parent"),
        overall_rate=("Overall rate", "rate of the whole book"),
        arr_loss_rate=("ARR loss rate", "arr_lost / arr"),
        parent_arr_loss_rate=("Parent's ARR loss rate", "arr_lost / arr of the best parent"),
        rest_arr_loss_rate=("Rest's ARR loss rate", "arr_lost / arr of all accounts outside the segment"),
        overall_arr_loss_rate=("Overall ARR loss rate", "arr_lost / arr of the whole book"),
        share_of_lost=("Share of lost", "of all lost accounts"),
        share_of_arr_lost=("Share of lost ARR", "of all lost ARR"),
        share=("Share", "of all accounts at risk"),
        share_before=("Share before", "of all accounts at risk in the previous period"),
        mix_part=("Mix part", "points of the change that come from having more or fewer of these accounts"),
        rate_part=("Rate part", "points of the change that come from these accounts' own rate"),
        change=("Change", "points the overall rate moved since the previous period: the sum of all parts"),
        p_value=("p", "chance of a rate as far from the other rows', if it were theirs"),
        q_value=("q", "share of false ones expected among the rows with a q this low (Benjamini and Hochberg)"),
        p_adjusted=("Adjusted p", "chance of a find as strong as this anywhere in the search, if there were none"),
    ),
    **_terms(
        "ratio",
        lift=("Lift", "rate / the rest's rate"),
        lift_vs_parent=("Lift against parent", "rate / the best parent's rate"),
        lift_vs_overall=("Lift against all", "rate / the overall rate"),
        adjusted_lift=("Adjusted lift", "lost / what tenure and the other hot-spots let one expect"),
        adjusted_odds=("Adjusted odds", "odds ratio with tenure and the other hot-spots in the same logistic fit"),
        shrunk_lift=("Shrunk lift", "adjusted lift pulled towards 1 where accounts are few (gamma prior 4, 4)"),
        shrunk_lift_lo=("Shrunk lift, low", "lower bound, 95 %"),
        shrunk_lift_hi=("Shrunk lift, high", "upper bound, 95 %"),
    ),
    **_terms(
        "money",
        arr=("ARR", "annual recurring revenue on the opening day"),
        arr_lost=("ARR lost", "ARR of the accounts with the outcome"),
        excess_arr=("Excess ARR lost", "ARR lost beyond what the rest's loss rate would have lost"),
        excess_arr_vs_parent=("Excess ARR against parent", "ARR lost beyond what the best parent's loss rate would have lost"),
    ),
    **_terms("days", tenure_days=("Age in days", "from the first contract's start to the opening day")),
    **_terms(
        "flag",
        is_lost=("Lost", "had the outcome; empty while undecided"),
        is_listed=("Listed", "crude rate above the rest's by the minimum lift; otherwise only taken into account"),
        is_simpson=("Parts and whole disagree", "every value moved one way or not at all, the whole the other (Simpson)"),
    ),
}  # fmt: skip
