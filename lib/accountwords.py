"""The words of the account page, for the glossary: unit -> name -> label and rule.

ACCOUNT   all of them
"""

ACCOUNT: dict[str, dict[str, tuple[str, str]]] = {
    "day": {
        "started_on": ("Customer since", "the start of the first contract, trials aside"),
        "ended_on": ("Ended on", "the end of the last contract of an account that has left"),
        "nps_on": ("NPS answered on", "the day of the latest NPS answer"),
        "sentiment_on": ("Sentiment said on", "the day of the latest sentiment"),
        "week_on": ("Week of", "a full week, by its Monday"),
        "first_week_on": ("First used", "the week of the first use, by its Monday"),
        "last_week_on": ("Last used", "the full week of the last use, by its Monday"),
        "trained_on": ("Trained on", "the day of a training, by the day"),
        "deactivated_on": ("Deactivated on", "the day the login was closed"),
        "starts_on": ("Starts on", "the first day of a contract term"),
        "ends_on": ("Ends on", "the day after a term's last: its renewal date; empty for an evergreen one"),
        "notice_given_on": ("Notice given on", "the day notice was given"),
        "asked_to_cancel_on": ("Asked to cancel on", "the day the customer asked to cancel"),
        "cancelled_on": ("Cancelled on", "the day a term was ended before its time"),
        "happened_on": ("Day", "the day it happened"),
        "promised_on": ("Promised on", "the day the goal was agreed"),
        "due_on": ("Due on", "the day by which it is to be done, or the goal to be reached"),
        "reached_on": ("Reached on", "the day the goal was reached"),
    },
    "text": {
        "account_state": ("State", "live, in grace, left, not begun, trial, or no contract, as of the day"),
        "account_executive": ("Account executive", "who sold to the account"),
        "country": ("Country", "the account's country"),
        "industry": ("Industry", "the account's industry"),
        "touch_model": ("Touch model", "how much human time the account gets"),
        "parent_account": ("Parent", "the account that owns this one, by its id"),
        "parent_name": ("Parent's name", "its name, where the viewer may see that account"),
        "url": ("Address", "where the account stands in the CRM"),
        "person": ("Person", "the person's id, as the file had it"),
        "person_name": ("Person's name", "the person's name"),
        "role": ("Role", "what the person does"),
        "buying_role": ("Buying role", "buyer, sponsor, champion, blocker or user"),
        "person_state": (
            "Person's state",
            "active, silent (no use in the recent full weeks), never active, left; empty where no use "
            "is known by then",
        ),
        "feature": ("Feature", "the feature's id, as the file had it"),
        "feature_name": ("Feature's name", "the feature's name"),
        "level": ("Level", "simple or advanced"),
        "feature_state": ("Feature's state", "new, in use, no longer used, or not used yet, as of the day"),
        "contract": ("Contract", "the contract's id, as the file had it"),
        "product": ("Product", "the product bought, else its family"),
        "became": (
            "Came as",
            "what a term was against the one before of its product: began, added, renewed, renewed up "
            "or down (by ARR, else by seats), changed (the one before was cancelled), came back (after the grace days), trial",
        ),
        "term_state": ("Term", "what a term is by the day: live, renewed, in grace, cancelled, ended"),
        "lost_reason": ("Reason", "why a term was not renewed, once that is known"),
        "happening": ("What", "contract, milestone, goal, ticket, survey, touch, change, written"),
        "title": ("Title", "what happened, or what is to be done, in a few words"),
        "detail": ("Detail", "what is known of it"),
        "who": ("Who", "the customer's person, or who of the team did it"),
        "link": ("Link", "where it stands in the CRM or the ticket system"),
        "goal": ("Goal", "the goal's id, as the file had it; empty for one the team wrote down"),
        "category": ("Category", "what kind of goal"),
        "goal_state": ("Goal's state", "reached on time, reached late, open, overdue, as of the day"),
        "win": ("Win", "goal, stage, promoter, record, feature, seats, renewed"),
    },
    "count": {
        "employees": ("Employees", "people the account employs"),
        "n_children": ("Children", "accounts of the viewer that this one owns"),
        "n_peers": ("Peers", "accounts of the viewer of the same segment that came to the stage"),
        "n_active_before": ("Active people before", "people with any use in the 4 full weeks before those"),
        "n_active_days": ("Days active", "days with use in each of the recent full weeks, summed"),
        "n_events": ("Events", "uses of a feature by people; of people and features over the weeks of the spread"),
        "n_people": ("People", "people active in the week"),
        "n_features": ("Features in use", "different features used: in the week, or in the recent full weeks"),
        "n_people_most": ("People, at most", "the most people who used it in one of the recent full weeks"),
        "n_feature_peers": ("Peers for features", "other accounts of the same plan, else segment, with use in the recent weeks"),
    },
    "ratio": {
        "peers_n_features": ("Peers' features", "the median of the features in use of those peers"),
    },
    "rate": {
        "use_share": ("Share of use", "n_events / the events of all people of the account, over the weeks of the spread"),
        "peers_use_rate": ("Peers who use it", "peers with use of the feature in the recent weeks / n_feature_peers"),
    },
    "money": {
        "arr_before": ("ARR before", "ARR of the term before, of the same product"),
        "goal_value": ("Value", "what the goal is worth to the customer"),
    },
    "days": {
        "peers_dwell_days": (
            "Peers' days in stage",
            "the median of the segment in that stage (Kaplan and Meier); empty where too "
            "few",
        ),
        "days_late": ("Days late", "from due_on to reached_on, or to the day while the goal is open"),
    },
    "flag": {
        "is_key": ("Key person", "buying role champion, sponsor or buyer"),
    },
}  # fmt: skip
