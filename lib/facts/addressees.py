"""People as whom one may write to: the relation of addressees.sql, what it binds, and the conditions on it as SQL.

lay         the temp table `addressee` on a cursor: a row per person with what conditions read
ADDRESSEE   what it is made of, addressee_on
MOMENT      moment_on: new people at the critical moments of their start
parameters  the values that a statement over it binds
read        conditions from the text of JSON that an audience keeps
text_of     the same back
where       conditions as SQL over `addressee`, called `met`, and the values they bind
"""

import json
import re
from collections.abc import Sequence
from datetime import date

import duckdb

from lib.definitions import Definitions, piece
from lib.definitions.campaigns import MOST_CONDITIONS
from lib.definitions.conditions import BANDS, KINDS, UNBOUNDED, Condition
from lib.errors import Refused
from lib.facts import people
from lib.store.rollups import PLAIN_NAMES

_RULES = "$as_of, $grace_days, $renewal_windows, $loyal_weeks, $loyal_of_weeks, $high_value_features, $advanced_weeks, $login_names"
ADDRESSEE = f"addressee_on({_RULES})"
MOMENT = f"moment_on({_RULES}, $new_user_days, $moments)"

# Of each kind what holds where the condition does; # stands for its number among the conditions. Turned round it is what is not so,
# unknown included, unless _DENIED says otherwise.
_HOLDS = {
    "signed_up": "met.days_since_coming between $least_# and $most_#",
    "trained": "met.trained_on is not null",
    "last_login": "met.last_use_on > $as_of::date - $days_#::integer",
    "never_logged_in": "met.person is not null and met.last_use_on is null",
    "days_of_use": "met.person is not null and met.n_days_used between $least_# and $most_#",
    "logins": "met.person is not null and met.n_logins between $least_# and $most_#",
    "contacted": "met.last_contact_on is not null and ($days_#::integer = 0"
    " or met.last_contact_on > $as_of::date - $days_#::integer)",
    "contacted_since_onboarding": "met.last_contact_on > met.onboarded_on",
    "feature": "(met.account, met.person) in (select (account, person) from feature_user_on($as_of, $feature_#, $days_#))",
    "advanced_features": "met.person is not null and met.n_advanced between $least_# and $most_#",
    "user_class": "list_contains($values_#::varchar[], met.user_class)",
    "role": "list_contains($values_#::varchar[], met.role)",
    "buying_role": "list_contains($values_#::varchar[], met.buying_role)",
    "champion": "met.buying_role = 'champion'",
    "nps": "list_contains($values_#::varchar[], case when met.nps >= $promoter_from then 'promoter'"
    " when met.nps <= $detractor_to then 'detractor' when met.nps is not null then 'passive' end)"
    " and ($days_#::integer = 0 or met.nps_on > $as_of::date - $days_#::integer)",
    "stage": "list_contains($values_#::varchar[], met.stage)",
    "renews": "met.renews_in between $least_# and $most_#",
    "account_left": "met.has_left",
}  # fmt: skip
_DENIED = {
    "never_logged_in": "met.last_use_on is not null",
    "contacted_since_onboarding": "met.onboarded_on is not null and coalesce(met.last_contact_on <= met.onboarded_on, true)",
}
assert set(_HOLDS) == set(KINDS) and len(BANDS) == 3


def parameters(sql: str, as_of: date, definitions: Definitions) -> dict:
    """The values `sql` binds beside those of its conditions: those its text names, since DuckDB refuses surplus ones."""
    values = {
        "high_value_features": list(definitions.adoption.high_value_features),
        "advanced_weeks": definitions.adoption.advanced_window,
        "login_names": list(PLAIN_NAMES["login"]),
        "new_user_days": definitions.campaigns.new_user_days,
        "moments": [vars(each) | {"place": at} for at, each in enumerate(definitions.campaigns.moments)],
        "promoter_from": definitions.voice.promoter_from,
        "detractor_to": definitions.voice.detractor_to,
    }
    named = set(re.findall(r"\$(\w+)", sql))
    return people.parameters(sql, as_of, definitions) | {name: values[name] for name in values if name in named}


def lay(con: duckdb.DuckDBPyConnection, as_of: date, definitions: Definitions) -> None:
    """The temp table `addressee`, made once a cursor: a question may read it several times."""
    sql = f"create temp table if not exists addressee as from {ADDRESSEE}"
    con.execute(sql, parameters(sql, as_of, definitions))


def read(text: str) -> tuple[Condition, ...]:
    """Conditions from a list in JSON; raises Refused, in words, naming the one that is wrong."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, list) or len(said) > MOST_CONDITIONS:
        raise Refused(
            'Conditions are a list of JSON, such as [{"condition": "trained"}, {"condition": "logins", "least": 11}], '
            f"of up to {MOST_CONDITIONS}."
        )
    return tuple(piece(Condition, each, f"Condition {at}") for at, each in enumerate(said, 1))


def text_of(conditions: Sequence[Condition]) -> str:
    """Conditions as the text of JSON that an audience keeps: what is as usual is left out."""
    usual = vars(Condition(""))
    said = [{name: value for name, value in vars(each).items() if value != usual[name]} for each in conditions]
    return json.dumps(said, ensure_ascii=False)


def where(conditions: Sequence[Condition], feature: str = "") -> tuple[str, dict]:
    """Conditions as SQL over `addressee` called `met`, all of which hold, and what they bind. Their texts come from a closed set.

    feature   the one meant where a condition names none
    """
    arms, bound = [], {}
    for at, each in enumerate(conditions):
        holds = f"coalesce({_HOLDS[each.condition]}, false)"
        denied = _DENIED.get(each.condition)
        arm = (denied or f"not {holds}") if each.is_not else holds
        if KINDS[each.condition].of == "person":
            arm = f"met.person is not null and {arm}"
        arms.append(arm.replace("#", str(at)))
        if KINDS[each.condition].shape == "feature" and not (each.feature or feature):
            raise Refused("Say which feature is meant.")
        values = vars(each) | {"values": list(each.values), "feature": each.feature or feature}
        values["most"] = each.most if each.most < UNBOUNDED else 2**31 - 1
        named = re.findall(rf"\$(\w+)_{at}\b", arms[-1])
        bound |= {f"{name}_{at}": values[name] for name in named}
    return " and ".join(f"({arm})" for arm in arms) or "true", bound
