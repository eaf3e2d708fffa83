"""Who of the members of an audience is spared, and why; who is held out to compare with.

spared        a context: the relation `spared` of all members, each with the reason or none
REASONS       why somebody is spared, in the order in which it is said; the first that holds
campaign_of   a campaign: a ready one by its name, or one as an audience keeps it
question_of   the list it is for, and how it is asked; without list and campaign all people
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb

from lib.book import Book
from lib.definitions import Definitions, piece
from lib.definitions.campaigns import Campaign
from lib.errors import Refused
from lib.facts.addressees import lay, parameters, text_of
from lib.measures.registry import measure

OPTED_OUT, DEACTIVATED, NO_ADDRESS = "opted out", "deactivated", "no e-mail address"
OPEN_TICKET, SENT, CONTACTED, ADVANCED, HELD_OUT = (
    "open ticket", "already sent", "contacted lately", "no beginner any more", "held out",
)  # fmt: skip
REASONS = (OPTED_OUT, DEACTIVATED, NO_ADDRESS, SENT, OPEN_TICKET, CONTACTED, ADVANCED, HELD_OUT)

# A letter is sent today, whatever day the audience is asked about: on the last day of the data, as which what was written since
# counts.
_SPARED = f"""with today as (
    select coalesce(getvariable('known_to')::date, $as_of::date) as today
),
member as (
    select
        account, person, any_value(name) as name, any_value(csm) as csm, any_value(person_name) as person_name,
        any_value(email) as email, any_value(role) as role, any_value(reason) as reason
    from members_asked
    group by account, person
),
touch as (
    select account, person, kind, play, occurred_at::date as happened_on from core.touch
    union all
    select account, person, kind, play, occurred_at::date from written_touch
),
touched as (
    select
        member.account, member.person,
        bool_or(touch.kind = 'campaign' and touch.play = $play) as is_sent,
        max(touch.happened_on) as last_on
    from member
    join touch on touch.account = member.account and (member.person is null or touch.person = member.person)
    group by member.account, member.person
),
ticket as (
    select account, person
    from core.ticket, today
    where coalesce(opened_at < today + 1, true) and coalesce(closed_at >= today + 1, true)
),
open_ticket as (
    select distinct member.account, member.person
    from member
    join ticket on ticket.account = member.account
    where $open_tickets = 'account' or ($open_tickets = 'person' and (member.person is null or ticket.person = member.person))
),
drawn as (
    select account, person, arg_max(is_held, (drawn_on, made_at)) as is_held
    from written_hold_out
    where kind = 'campaign' and name = $play
    group by account, person
),
spared as (
    select
        member.* exclude (reason),
        met.n_days_used, met.n_features, met.n_active_people, met.n_people,
        case
            when member.reason is not null then member.reason
            when member.person is not null and member.email is null then '{NO_ADDRESS}'
            when $send_once and is_sent then '{SENT}'
            when open_ticket.account is not null then '{OPEN_TICKET}'
            when $quiet_days > 0 and last_on > today - $quiet_days::integer then '{CONTACTED}'
            when $most_advanced >= 0 and n_advanced > $most_advanced then '{ADVANCED}'
            when coalesce(drawn.is_held, place_in_draw($salt, member.account, member.person) < $hold_share) then '{HELD_OUT}'
        end as reason,
        drawn.is_held is not null as is_drawn
    from member
    cross join today
    left join addressee as met on met.account = member.account and met.person = member.person
    left join touched on touched.account = member.account and touched.person is not distinct from member.person
    left join open_ticket on open_ticket.account = member.account and open_ticket.person is not distinct from member.person
    left join drawn on drawn.account = member.account and drawn.person is not distinct from member.person
)
"""


@dataclass(frozen=True)
class Spared:
    """The statement whose last step is `spared`, what it binds, the SQL of the list below it, and the campaign."""

    sql: str
    bound: Mapping[str, object]
    below: str
    campaign: Campaign | None
    feature: str


@contextmanager
def spared(
    con: duckdb.DuckDBPyConnection,
    book: Book,
    definitions: Definitions,
    campaign: str,
    asks: str,
    options: object,
    feature: str,
) -> Iterator[Spared]:
    """All members of the list, each with why they are spared; without a campaign for what holds of any letter."""
    meant = campaign_of(definitions, campaign)
    asks, options, feature = question_of(meant, asks, options, feature)
    found = measure("members")(con, book, definitions, asks=asks, options=options, which="all")
    rules = {
        "play": meant.play(feature) if meant else "", "send_once": bool(meant and meant.send_once),
        "quiet_days": meant.quiet_days if meant else 0, "open_tickets": meant.open_tickets if meant else "none",
        "most_advanced": meant.most_advanced if meant else -1, "hold_share": meant.hold_share if meant else 0.0,
        "salt": (meant.salt or meant.play(feature)) if meant else "",
    }  # fmt: skip
    lay(con, book.as_of, definitions)
    con.register("members_asked", found.table)
    try:
        yield Spared(_SPARED, parameters(_SPARED, book.as_of, definitions) | rules, found.sql, meant, feature)
    finally:
        con.unregister("members_asked")


def campaign_of(definitions: Definitions, campaign: str) -> Campaign | None:
    """The ready campaign of that name, or what the text of JSON says; None for none. Raises Refused for neither."""
    if not campaign:
        return None
    if campaign.lstrip().startswith("{"):
        try:
            return piece(Campaign, json.loads(campaign), "The campaign")
        except (ValueError, RecursionError):
            raise Refused("The campaign is no object of JSON.") from None
    ready = {each.campaign: each for each in definitions.campaigns.ready}
    if campaign not in ready:
        raise Refused(f"There is no campaign {campaign[:60]!r}; ready are {', '.join(ready) or 'none'}.")
    return ready[campaign]


def question_of(campaign: Campaign | None, asks: str, options: object, feature: str) -> tuple[str, object, str]:
    """The list, its options and the feature: those of the campaign where no list is named."""
    feature = (campaign.feature if campaign else "") or feature
    if campaign and campaign.needs_feature and not feature:
        raise Refused(f"“{campaign.campaign}” is about a feature: say which.")
    if asks:
        return asks, options, feature
    if not campaign:
        return "contacts", options, feature
    return "contacts", {"conditions": text_of(campaign.who), "feature": feature}, feature
