"""The words of Headlight: every column of every answer, and every term of a page, in one place.

TERMS   name -> Term; the README's table and the tables' headers are made from it, and a test holds both to it
"""

from dataclasses import dataclass

from lib.accountwords import ACCOUNT


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
        stands_out=("Stands out", "yes beyond the book's own 99.8 % limit with q up to 5 %; no; or too few to tell"),
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
    **_terms(
        "accounts",
        expected_lost=("Expected", "sum of the accounts' chances of the outcome given their mix, without the book they are in"),
        unexplained_lost=("Lost beyond expected", "n_lost - expected_lost"),
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
        adjusted_rate=("Rate at an average mix", "loss_ratio x overall_rate, at most 1"),
        adjusted_rate_lo=("Rate at an average mix, low", "lower bound, 95 %, of the book's own chance"),
        adjusted_rate_hi=("Rate at an average mix, high", "upper bound, 95 %, of the book's own chance"),
        p_value=("p", "chance of a rate as far from the other rows', or from what was expected, if there were no difference"),
        q_value=("q", "share of false ones expected among the rows with a q this low (Benjamini and Hochberg)"),
        p_adjusted=("Adjusted p", "chance of a find as strong as this anywhere in the search, if there were none"),
    ),
    **_terms(
        "ratio",
        lift=("Lift", "rate / the rest's rate"),
        loss_ratio=("Lost / expected", "n_lost / expected_lost: above 1 more is lost than the mix explains"),
        loss_ratio_lo=("Lost / expected, low", "lower bound, 95 %: Wilson's of the rate, by the expected rate"),
        loss_ratio_hi=("Lost / expected, high", "upper bound, 95 %: Wilson's of the rate, by the expected rate"),
        ratio_se=("Chance's share of the ratio", "standard error of lost / expected, if the mix were all there is"),
        ordinary_spread=("Ordinary spread", "standard deviation of the books' lost / expected beyond chance, extreme ones aside"),
        z=("z", "standard errors from expected, the ordinary spread allowed for"),
        limit_95_lo=("95 % limit, low", "lost / expected above which 97.5 % of such books lie by chance and ordinary spread"),
        limit_95_hi=("95 % limit, high", "lost / expected below which 97.5 % of such books lie by chance and ordinary spread"),
        limit_998_lo=("99.8 % limit, low", "lost / expected above which 99.9 % of such books lie by chance and ordinary spread"),
        limit_998_hi=("99.8 % limit, high", "lost / expected below which 99.9 % of such books lie by chance and ordinary spread"),
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
        is_small=("Small", "fewer accounts than the definitions call few"),
        is_simpson=("Parts and whole disagree", "every value moved one way or not at all, the whole the other (Simpson)"),
    ),
    # --- how accounts stand as of a day
    **_terms(
        "day",
        renews_on=("Renews on", "the next end of a live recurring term longer than a month; in grace, the end that has passed"),
        notice_by=("Notice by", "the earliest notice deadline of the terms that come to renewal"),
        last_touch_on=("Last touch", "the last two-way contact with a person of the customer, campaigns aside"),
        earlier_on=("Earlier day", "the day the earlier figures are of"),
        called_on=("Called on", "the day the renewal call was made"),
    ),
    **_terms(
        "text",
        tier=("Tier", "the account's tier"),
        tile=("Tile", "what is counted: accounts, their ARR, at risk, renewing, at risk and renewing"),
        renewal_window=(
            "Renewal in",
            "how near renews_on is: in grace, within so many days, later; rolling (monthly or evergreen); none known",
        ),
        notice=("Notice", "notice given, cancel asked, or none, by what was known on the day"),
        stage=("Stage", "the furthest stage reached by the day"),
        utilisation=("Utilisation", "the band of seats_active_rate; no seats given, or no use known"),
        movement=(
            "Movement of use",
            "significant drop, steady or rising, by usage_trend; too little use where there are too few people or weeks to tell",
        ),
        renewal_outcome=(
            "Outcome",
            "upcoming, pending, renewed or lapsed as of the day; due after the quarter where only its notice fell in it",
        ),
        save_plan_outcome=("Last save plan", "how the save plan that was closed last came out"),
        renewal_call=("Call", "the newest forecast somebody made of that renewal"),
    ),
    **_terms(
        "list",
        risk_reasons=("Why at risk", "notice given, cancel asked, in a save plan, usage drop, low sentiment: those that hold"),
        weekly=("Weekly active people", "people active in each of the last 13 full weeks, the oldest first"),
        ready=(
            "Ready for",
            "past onboarding, significant drop, top users, under the lowest band of utilisation, rising: those that hold",
        ),
    ),
    **_terms(
        "count",
        seats=("Seats", "seats of the live terms"),
        n_active_people=("Active people", "people with any use in the last 4 full weeks (Monday to Sunday) that ended by the day"),
        n_open_tickets=("Open tickets", "opened by the day and not closed by it"),
        n_earlier=("Accounts earlier", "the same accounts, as they stood on the earlier day"),
        n_change=("Change in accounts", "n - n_earlier"),
    ),
    **_terms(
        "ratio",
        dwell_ratio=(
            "Dwell against peers",
            "dwell_days / the median of accounts of the same segment in that stage (Kaplan and Meier); above 1 is slower",
        ),
        usage_trend=(
            "Usage trend",
            "active people of the last 4 full weeks / of the 4 before; empty where there is too little to tell",
        ),
        nps=("NPS answer", "the latest answer, 0 to 10"),
        sentiment=("Sentiment", "the latest one written by the team, 1 to 5"),
    ),
    **_terms(
        "rate",
        seats_active_rate=("Seats active", "n_active_people / seats; may exceed 1"),
    ),
    **_terms(
        "money",
        arr_at_risk=("ARR at risk", "ARR of the account where it is at risk, else 0"),
        arr_renewing=("ARR renewing", "ARR of the terms that come to renewal"),
        arr_earlier=("ARR earlier", "ARR on the earlier day"),
        arr_change=("Change in ARR", "arr - arr_earlier"),
        call_amount=("Amount called", "the amount of the renewal call"),
    ),
    **_terms(
        "days",
        days_to_renewal=("Days to renewal", "from the day to renews_on; below 0 in grace"),
        days_to_notice=("Days to notice", "from the day to notice_by; below 0 once it has passed"),
        dwell_days=("Days in stage", "from the day the stage was reached to the day"),
    ),
    **_terms(
        "flag",
        is_at_risk=("At risk", "notice given, cancel asked, in a save plan, usage drop, or low sentiment; health follows"),
        has_save_plan=("Save plan open", "a save plan was opened by the day and not closed by it"),
        has_asked=("Asked to cancel", "asked to cancel by the day and did not withdraw it"),
    ),
    # --- what changed since an earlier day
    **_terms("day", decide_by=("Decide by", "of an open renewal: its notice deadline while that is ahead, else its end")),
    **_terms("flag", is_open=("Open", "still to be decided: upcoming or pending, and no notice was given")),
    **_terms("text", csm_earlier=("CSM before", "the customer success manager on the earlier day")),
    **_terms("money", arr_at_stake=("ARR at stake", "ARR lost since the earlier day, or at risk for a reason that is new")),
    **_terms(
        "count",
        n_tickets_opened=("Tickets opened", "opened after the earlier day"),
        n_written=("Written by others", "what others wrote or changed about the account since"),
    ),
    **_terms(
        "list",
        changes=("What changed", "what is different on the day from the earlier one, the gravest first"),
        by_figure=("The quarter in all", "open, decided, asked to cancel, with a save plan, each call: how many and how much ARR"),
        by_change=("Changes in all", "each kind of change over all accounts: how many, their ARR, and by how much it moved"),
    ),
    # --- one account on one page
    **{name: term for unit, words in ACCOUNT.items() for name, term in _terms(unit, **words).items()},
    # --- what is to be done, and what was handed over
    **_terms(
        "day",
        made_at=("Written", "when it was written down"),
        changed_at=("Changed", "when it was written or changed last"),
    ),
    **_terms(
        "text",
        work=("Kind of work", "task, commitment (promised to the customer), next step, or save plan step"),
        owner=("Owner", "whose work it is"),
        made_by=("Written by", "who wrote it down"),
        changed_by=("Changed by", "who wrote or changed it last"),
        id=("Id", "the id of the row as the workspace keeps it; of a step, that of its save plan"),
    ),
    **_terms("list", missing=("Missing", "fields of the hand-over that say nothing")),
    **_terms(
        "count",
        version=("Version", "1, and one more with each change; an act on the row names the one it read"),
        step=("Step", "the place of a step in its save plan, from 0"),
        n_overdue=("Overdue in all", "rows on all pages that were due before the day"),
        n_filled=("Filled in", "fields of the hand-over that say something"),
        n_fields=("Fields", "fields of the hand-over"),
    ),
    **_terms("days", days_overdue=("Days overdue", "from the day it was due to the day asked about; 0 until it has passed")),
}  # fmt: skip
