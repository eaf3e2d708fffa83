"""The sample world: the same from the same seed, whole and dated rightly, and every planted truth visible in its rows.

One world of 20,000 accounts is laid in DuckDB for the whole file. Bounds are stated by hand, wide enough for chance at
that size (about three standard errors) and narrow enough to fail when a truth is taken out.
"""

import resource
import time
from contextlib import contextmanager

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from lib.store import sample
from lib.store.sample import names, truths
from lib.store.sample.days import FIRST, LAST
from lib.store.tables import KEYS, SCHEMA, columns

EXTRA = {"account": ["lead_source", "onboarding_package"]}
LAID_OUT = """
-- one row per account that ever paid: its first and last day under subscription
create table life as
select account, min(starts_on) as starts_on, max(coalesce(cancelled_on, ends_on, date '2200-01-01')) as ends_on
from contract where kind = 'subscription' group by account;

-- one row per account active on an opening day: was it lost within the year, and its dimensions on that day
create table base as
select o.opens_on, l.ends_on <= o.opens_on + interval 1 year as lost, l.ends_on,
       a.* exclude (plan), coalesce(h.value, a.plan) as plan
from life as l join account as a using (account)
cross join (values (date '2024-11-01'), (date '2025-11-01')) as o (opens_on)
left join account_history as h on h.account = l.account and h.field = 'plan'
     and h.from_on <= o.opens_on and coalesce(h.until_on, date '2200-01-01') > o.opens_on
where l.starts_on <= o.opens_on and l.ends_on > o.opens_on;

-- one row per account and Monday: events and people
create table week as
select account, date_trunc('week', occurred_at)::date as monday, count(*) as n, count(distinct person) as people
from event group by all;
"""


@contextmanager
def laid(world):
    """A world's tables in DuckDB, with what most questions stand on."""
    with duckdb.connect() as con:
        con.execute(SCHEMA)
        for column in EXTRA["account"]:
            con.execute(f"alter table account add column {column} varchar")
        for name, rows in world:
            con.register("rows", rows)
            con.execute(f"insert into {name} select * from rows")
            con.unregister("rows")
        con.execute(LAID_OUT)
        yield con


@pytest.fixture(scope="module")
def con():
    with laid(sample.tables(20_000, 7)) as con:
        yield con


def one(con, sql, *values):
    """The single row of a question, as a tuple; as a plain value where it has one column."""
    row = con.execute(sql, values).fetchone()
    return row[0] if len(row) == 1 else row


def whole(accounts, seed, **options) -> dict[str, pa.Table]:
    parts = {}
    for name, rows in sample.tables(accounts, seed, **options):
        parts.setdefault(name, []).append(rows)
    return {name: pa.concat_tables(chunks).combine_chunks() for name, chunks in parts.items()}


# ---- the same world from the same seed


def test_same_seed_same_world():
    assert whole(300, 1) == whole(300, 1)


def test_another_seed_is_another_world():
    a, b = whole(300, 1), whole(300, 2)
    assert all(a[name] != b[name] for name in a if name != "feature")


def test_chunks_cut_the_world_without_changing_it():
    assert whole(3_500, 1, chunk=1_000) == whole(3_500, 1, chunk=20_000)


@pytest.mark.parametrize("accounts", [1, 2, 57, 1_001])
def test_small_and_odd_sizes(accounts):
    assert len(whole(accounts, 3)["account"]) == accounts


@pytest.mark.parametrize("accounts", [0, -1, names.ROOM + 1])
def test_impossible_sizes_are_refused(accounts):
    with pytest.raises(ValueError, match="1 to"):
        next(sample.tables(accounts, 1))


def test_all_tables_with_the_columns_and_types_of_the_schema():
    kinds = {"VARCHAR": "string", "BIGINT": "int64", "DOUBLE": "double", "BOOLEAN": "bool", "DATE": "date32[day]",
             "TIMESTAMP": "timestamp[us]", "DECIMAL(18,2)": "decimal128(18, 2)"}  # fmt: skip
    world = whole(300, 1)
    assert set(world) == set(KEYS) - {"heading"}
    for name, rows in world.items():
        wanted = [(c, kinds[kind]) for c, kind in columns(name).items()] + [(c, "string") for c in EXTRA.get(name, [])]
        assert [(f.name, str(f.type)) for f in rows.schema] == wanted, name


# ---- whole: keys, ids, dates


@pytest.mark.parametrize("table", [t for t, key in KEYS.items() if key and t != "heading"])
def test_keys_are_unique(con, table):
    assert one(con, f"select count(*) - count(distinct ({', '.join(KEYS[table])},)) from {table}") == 0


@pytest.mark.parametrize("table", sorted(set(KEYS) - {"account", "feature", "heading"}))
def test_every_row_belongs_to_an_account(con, table):
    assert one(con, f"select count(*) from {table} anti join account using (account)") == 0


@pytest.mark.parametrize("table", ["event", "setting", "ticket", "survey", "touch"])
def test_every_person_is_one_of_the_account(con, table):
    assert (
        one(con, f"select count(*) from {table} anti join person using (account, person) where person is not null") == 0
    )


def test_who_finishes_an_import_began_it_and_three_in_ten_are_left(con):
    by_person = (
        "select person, count(*) filter (where feature = 'import_begun') as begun, "
        "count(*) filter (where feature = 'import_finished') as finished from event where person is not null group by person, occurred_at::date"
    )
    assert one(con, f"select count(*) from ({by_person}) where finished > begun") == 0
    assert 0.25 < one(con, f"select 1 - sum(finished) / sum(begun) from ({by_person})") < 0.35


def test_no_other_orphans(con):
    assert one(con, "select count(*) from event anti join feature using (feature)") == 0
    assert one(con, "select count(*) from account as a anti join account as p on a.parent = p.account"
                    " where a.parent is not null") == 0  # fmt: skip
    assert one(con, "select count(*) from account as a join account as p on a.parent = p.account"
                    " where p.parent is not null") == 0  # fmt: skip


def test_names_are_unique_and_of_many_alphabets(con):
    assert one(con, "select count(distinct name) from account") == 20_000
    for some in ("%&%", "%''%", "%Å%", "%ž%"):
        assert one(con, f"select count(*) from account where name ilike '{some}'") > 0, some
    million = names.company_names(np.arange(1_000_000), 1)
    assert len(million.unique()) == 1_000_000


def test_accounts_carry_no_outcome(con):
    assert one(con, "select count(arr) + count(churned) + count(churned_on) + count(tenure_months) from account") == 0


DATE_RULES = {
    "contracts end after they start": "select count(*) from contract where ends_on <= starts_on",
    "cancelled within the term": "select count(*) from contract where not (cancelled_on > starts_on and cancelled_on < ends_on)",
    "terms of a product family follow each other": """
        select count(*) from contract as a join contract as b using (account, product)
        where a.starts_on < b.starts_on and coalesce(a.cancelled_on, a.ends_on, date '2200-01-01') > b.starts_on
          and a.product in ('Platform', 'Insights')""",
    "one gapless run of the main product": """
        select count(*) from (select starts_on, lag(ends_on) over (partition by account order by starts_on) as before
        from contract where product = 'Platform') where before <> starts_on""",
    "notice lies within its term": """
        select count(*) from contract
        where not (notice_given_on between starts_on and ends_on) or not (asked_to_cancel_on between starts_on and ends_on)
           or asked_to_cancel_on > cancelled_on""",
    "other products end with the main one": """
        select count(*) from contract as c join life as l using (account)
        where c.kind = 'subscription' and coalesce(c.cancelled_on, c.ends_on) > l.ends_on""",
    "people come after the account": """
        select count(*) from person join account using (account) where provisioned_at::date < started_on""",
    "people leave after they came": "select count(*) from person where deactivated_on <= provisioned_at::date",
    "trained and opted out while there": """
        select count(*) from person where trained_on < provisioned_at::date or trained_on >= deactivated_on
           or opted_out_on < provisioned_at::date or opted_out_on >= deactivated_on""",
    "use only by people who are there": """
        select count(*) from event join person using (account, person)
        where occurred_at < provisioned_at or occurred_at::date >= deactivated_on""",
    "use only of released features": """
        select count(*) from event join feature using (feature) where occurred_at::date < released_on""",
    "tickets close after they open": "select count(*) from ticket where closed_at <= opened_at",
    "surveys are answered after they are sent": "select count(*) from survey where answered_on < sent_on",
    "history has no gaps": """
        select count(*) from (select from_on, lag(until_on) over (partition by account, field order by from_on) as before
        from account_history) where before <> from_on""",
    "history ends in the present value": """
        select count(*) from account_history as h join account as a using (account) where until_on is null
        and value <> case field when 'csm' then a.csm when 'tier' then a.tier else a.plan end""",
}


@pytest.mark.parametrize("rule", DATE_RULES)
def test_dates_agree(con, rule):
    assert one(con, DATE_RULES[rule]) == 0


MOMENTS = {
    "event": ["occurred_at"], "touch": ["occurred_at"], "ticket": ["opened_at", "closed_at"],
    "survey": ["sent_on", "answered_on"], "milestone": ["reached_on"], "goal": ["promised_on", "reached_on"],
    "setting": ["set_on"], "person": ["provisioned_at", "deactivated_on", "trained_on"], "account_history": ["from_on"],
}  # fmt: skip


@pytest.mark.parametrize("table", MOMENTS)
def test_nothing_before_the_start_after_the_loss_or_past_the_last_day(con, table):
    for column in MOMENTS[table]:
        assert one(con, f"""
            select count(*) from {table} as t join account as a using (account) left join life as l using (account)
            left join (select account, max(ends_on) as ends_on from contract where kind = 'trial' group by 1) as trial
                 using (account)
            where t.{column}::date < a.started_on or t.{column}::date > $1
               or t.{column}::date >= coalesce(l.ends_on, trial.ends_on)""", LAST.item()) == 0, column  # fmt: skip


def test_events_lie_within_the_two_years(con):
    first, last = one(con, "select min(occurred_at)::date, max(occurred_at)::date from event")
    assert (first, last) == (FIRST.item(), LAST.item())


def test_size_and_make_up(con):
    assert 1e6 < one(con, "select count(*) * 6000 / 20000 from event") < 2e6
    assert 50 < one(con, "select 20000 / count(distinct csm) from account") < 110
    assert 0.10 < one(con, "select avg(lost::int) from base where opens_on = date '2025-11-01'") < 0.135
    kinds = dict(con.execute("""
        select case when kind = 'trial' then 'trial' when ends_on is null then 'evergreen'
               else (datediff('month', starts_on, ends_on))::varchar end, count(distinct account)
        from contract where product in ('Platform', 'Platform trial') group by 1""").fetchall())  # fmt: skip
    assert kinds["12"] > 0.6 * 20_000 and min(kinds[k] for k in ("trial", "evergreen", "1", "24", "36")) > 500


def test_renewals_are_flat_up_and_down(con):
    flat, up, down = one(con, """
        with step as (select arr, lag(arr) over (partition by account order by starts_on) as before,
                      datediff('month', starts_on, ends_on) as months from contract where product = 'Platform')
        select avg((arr = before)::int), avg((arr > before)::int), avg((arr < before)::int)
        from step where months = 12 and before is not null""")  # fmt: skip
    assert 0.40 < flat < 0.60 and 0.30 < up < 0.50 and 0.06 < down < 0.16


# ---- the planted truths, each in the raw rows (data/README.md tells them in the same order)


def lift(con, where: dict[str, str], opens_on: str) -> tuple[int, float]:
    """Accounts inside, and their loss rate over that of all others."""
    inside = " and ".join(f"{column} = '{value}'" for column, value in where.items())
    n, rate, rest = one(
        con,
        f"""
        select count(*) filter (where {inside}), avg(lost::int) filter (where {inside}),
               avg(lost::int) filter (where not ({inside})) from base where opens_on = date '{opens_on}'""",
    )
    return n, rate / rest


@pytest.mark.parametrize("spot", truths.HOT_SPOTS, ids=lambda s: " x ".join(s.where.values()))
def test_hot_spots_hold(con, spot):
    """The other hot-spots lift the rest too, so the ratio to the rest lies below the planted lift: 1.6 to 2.9."""
    n, ratio = lift(con, spot.where, "2025-11-01")
    assert n > 0.035 * one(con, "select count(*) from base where opens_on = date '2025-11-01'")
    assert 1.55 < ratio < 2.95
    if spot.where["region" if "region" in spot.where else "industry"] in ("North America", "EMEA", "Hospitality"):
        assert lift(con, spot.where, "2024-11-01")[1] > 1.5  # held the year before


def test_one_hot_spot_is_new(con):
    where = {"region": "APAC", "plan": "Team"}
    assert 0.6 < lift(con, where, "2024-11-01")[1] < 1.25 and lift(con, where, "2025-11-01")[1] > 1.55


def test_innocent_dimensions(con):
    """What nothing was planted in stays near the average."""
    for where in (
        {"segment": "Enterprise"},
        {"channel": "Self-serve"},
        {"industry": "Retail"},
        {"lead_source": "Event"},
    ):
        assert 0.75 < lift(con, where, "2025-11-01")[1] < 1.30, where


def test_low_seat_utilisation_before_the_year_goes_with_loss(con):
    low, rest, share = one(
        con,
        """
        with active as (select account, count(distinct person) as people from event
                        where occurred_at >= '2025-10-04' and occurred_at < '2025-11-01' group by 1),
        seats as (select account, sum(seats) as n_seats from contract where product in ('Platform', 'Platform seats')
                  and starts_on <= '2025-11-01' and coalesce(cancelled_on, ends_on, '2200-01-01') > '2025-11-01' group by 1),
        used as (select lost, coalesce(people, 0) / n_seats < 0.3 as is_low from base join seats using (account)
                 left join active using (account) where opens_on = date '2025-11-01' and n_seats > 0)
        select avg(lost::int) filter (where is_low), avg(lost::int) filter (where not is_low), avg(is_low::int) from used
    """,
    )
    assert 1.5 < low / rest < 2.5 and 0.10 < share < 0.22


def test_the_mix_worsens_while_every_part_stays(con):
    rate = {(str(day), paid): (n, r) for day, paid, n, r in con.execute("""
        select opens_on, lead_source = 'Paid search', count(*), avg(lost::int) from base
        where region = 'Latin America' group by 1, 2""").fetchall()}  # fmt: skip
    whole = dict(con.execute("select opens_on::varchar, avg(lost::int) from base where region = 'Latin America' group by 1")
                 .fetchall())  # fmt: skip
    old, new = "2024-11-01", "2025-11-01"
    share = {day: rate[day, True][0] / (rate[day, True][0] + rate[day, False][0]) for day in (old, new)}
    assert share[old] < 0.18 and share[new] > 0.40
    assert whole[new] / whole[old] > 1.2
    for paid in (True, False):  # two samples of the same rate: within three standard errors
        (n0, r0), (n1, r1) = rate[old, paid], rate[new, paid]
        assert abs(r1 - r0) < 3 * np.sqrt(r0 * (1 - r0) / n0 + r1 * (1 - r1) / n1)


def test_one_stage_is_slow_for_one_segment(con):
    dwell = {
        (segment, stage): days
        for segment, stage, days in con.execute("""
        with step as (select account, stage, lead(reached_on) over (partition by account order by reached_on) - reached_on
                      as days from milestone)
        select segment, stage, median(days) from step join account using (account)
        where started_on < '2025-01-01' and stage in ('Onboarding', 'Adoption', 'Usage') group by all""").fetchall()
    }
    for stage in ("Onboarding", "Adoption", "Usage"):
        for segment in ("Mid-market", "Enterprise"):
            times = 2.2 if (segment, stage) == ("Enterprise", "Adoption") else 1.0
            assert dwell[segment, stage] / dwell["SMB", stage] == pytest.approx(times, rel=0.12), (segment, stage)


def test_slow_onboarding_goes_with_loss(con):
    slow, quick = one(
        con,
        """
        with first as (select account, min(reached_on) filter (where stage = 'Onboarding') as began,
                       min(reached_on) filter (where stage = 'Adoption') as done from milestone group by 1)
        select avg(lost::int) filter (where done - began > 45), avg(lost::int) filter (where done - began <= 45)
        from base join first using (account) where opens_on = date '2025-11-01' and done < date '2025-11-01'""",
    )
    assert 1.3 < slow / quick < 1.95


def test_carrying_features_go_with_staying_and_others_do_not(con):
    for feature in (*truths.CARRYING_FEATURES, "comment", "export"):
        ratio = one(con, """
            with used as (select distinct account from event
                          where feature = $1 and occurred_at >= '2025-08-01' and occurred_at < '2025-11-01')
            select avg(lost::int) filter (where used.account is not null)
                 / avg(lost::int) filter (where used.account is null)
            from base left join used using (account) where opens_on = date '2025-11-01'""", feature)  # fmt: skip
        assert (0.55 < ratio < 0.85) if feature in truths.CARRYING_FEATURES else (0.85 < ratio < 1.15), feature


def use_before_loss(con, where: str) -> np.ndarray:
    """Events of the last three weeks before the loss over a usual three weeks (20 to 11 weeks before), per lost account."""
    return np.array(
        con.execute(f"""
        select coalesce(sum(n) filter (where monday > ends_on - 25), 0) / 3
             / (sum(n) filter (where monday between ends_on - 140 and ends_on - 77) / 9)
        from life join week using (account) join account using (account)
        where ends_on between date '2025-06-01' and date '2026-10-31' and monday > ends_on - 140 and {where}
        group by account having sum(n) filter (where monday between ends_on - 140 and ends_on - 77) >= 9
    """).fetchall()
    )[:, 0]


def test_use_sinks_before_most_losses_but_not_of_heavy_users(con):
    falls = use_before_loss(con, "true")
    assert 0.62 < (falls < 0.6).mean() < 0.80
    assert 0.08 < (falls > 0.8).mean() < 0.30  # steady and heavy to the end


def test_heavy_users_leave_as_often(con):
    """A heavy account has twice the events a person; heavy or not, as many are lost, and at full use."""
    ratio, loud = one(
        con,
        """
        with load as (select account, sum(n) / greatest(max(people), 1) as a_head from week
                      where monday between date '2025-06-01' and date '2025-08-18' group by 1),
        heavy as (select *, a_head > quantile_cont(a_head, 0.90) over () as is_heavy from load),
        late as (select account, sum(n) as n from week join life using (account)
                 where monday between life.ends_on - 28 and life.ends_on group by 1)
        select avg(lost::int) filter (where is_heavy) / avg(lost::int) filter (where not is_heavy),
               count(*) filter (where is_heavy and lost and late.n > 8)
        from base join heavy using (account) left join late using (account) where opens_on = date '2025-11-01'""",
    )
    assert 0.75 < ratio < 1.3 and loud > 20


def test_some_go_dark_before_the_end(con):
    """No use at all for the last five weeks although there was use before; steadier accounts never fall silent."""
    dark, n = one(
        con,
        """
        select count(*) filter (where coalesce(last_day, date '2000-01-01') < ends_on - 35), count(*)
        from life left join (select account, max(occurred_at)::date as last_day from event group by 1) using (account)
        where ends_on between date '2025-06-01' and date '2026-10-31'""",
    )
    assert 0.12 < dark / n < 0.28


def test_ninety_of_a_hundred_loyal_people_are_so_within_ninety_days(con):
    """Loyal: active in three of four weeks. Of people provisioned in the first year and followed for a whole one."""
    early, ever, people = one(
        con,
        """
        with newcomer as (select person, provisioned_at::date as day from person join life using (account)
                          where provisioned_at between '2024-11-01' and '2025-10-01' and ends_on >= date '2026-10-31'
                            and deactivated_on is null),
        active as (select distinct person, day, (occurred_at::date - day) // 7 as week from event join newcomer using (person)),
        loyal as (select person, min(a.week) as week from active as a
                  where (select count(*) from active as b where b.person = a.person
                         and b.week between a.week - 3 and a.week) >= 3 group by 1)
        select count(*) filter (where 7 * week + 6 <= 90), count(*), (select count(*) from newcomer) from loyal
        where 7 * week + 6 <= 365""",
    )
    assert 0.86 < early / ever < 0.95 and 0.5 < ever / people < 0.75


def test_over_provisioned_renewals_are_cut_or_lost(con):
    """Renewals of the last year with more than twice the seats of the people provisioned, against all others."""
    rows = dict(
        con.execute("""
        with due as (select account, ends_on, seats, arr, lead(seats) over w as next_seats
                     from contract where product = 'Platform' and seats > 0
                     and datediff('month', starts_on, ends_on) >= 12 window w as (partition by account order by starts_on)),
        head as (select account, count(*) as people from person group by 1)
        select seats > 2 * people, [avg((next_seats is null)::int), avg((next_seats < 0.7 * seats)::int)]
        from due join head using (account) where ends_on between date '2025-11-01' and date '2026-10-01' group by 1
    """).fetchall()
    )
    assert rows[True][0] > 1.5 * rows[False][0] and rows[True][1] > 0.2 > 0.08 > rows[False][1]


def test_loss_follows_the_champion_who_left(con):
    """Champions gone in the half year before the opening day of the second year; loss in the half year after it."""
    gone, stays = one(
        con,
        """
        with champion as (select account, deactivated_on between date '2025-08-01' and date '2025-10-31' as is_gone
                          from person where buying_role = 'champion')
        select avg((ends_on <= date '2026-02-01')::int) filter (where is_gone),
               avg((ends_on <= date '2026-02-01')::int) filter (where is_gone is not true)
        from base join champion using (account) where opens_on = date '2025-11-01'""",
    )
    assert 1.5 < gone / stays < 3.6


def test_trials_convert_by_early_use(con):
    used, idle, rate = one(
        con,
        """
        with trial as (select account, starts_on, ends_on from contract where kind = 'trial'
                       and starts_on >= date '2024-11-01' and ends_on <= date '2026-10-31'),
        early as (select account, count(distinct feature) >= 3 as is_engaged from trial join event using (account)
                  where occurred_at < starts_on + 7 group by 1)
        select avg((life.account is not null)::int) filter (where is_engaged),
               avg((life.account is not null)::int) filter (where is_engaged is not true),
               avg((life.account is not null)::int)
        from trial left join early using (account) left join life using (account)""",
    )
    assert 0.78 < used < 0.92 and 0.2 < idle < 0.42 and 0.5 < rate < 0.66
    assert (
        one(con, "select count(*) from contract where kind = 'trial' and ends_on > $1", LAST.item()) > 5
    )  # still open


def test_notices_are_given_and_some_taken_back(con):
    ahead, lapsed, kept = one(con, """
        with main as (select *, lead(starts_on) over (partition by account order by starts_on) as next
                      from contract where product = 'Platform')
        select count(*) filter (where ends_on > $1 and notice_given_on is not null and cancelled_on is null),
               avg((notice_given_on is not null)::int) filter (where ends_on <= $1 and next is null
                    and cancelled_on is null and notice_by is not null),
               count(*) filter (where ends_on <= $1 and next is not null and notice_given_on is not null)
        from main""", LAST.item())  # fmt: skip
    assert ahead > 30 and 0.45 < lapsed < 0.62 and kept > 50


def test_some_accounts_only_call_the_api(con):
    machines, seats, by_people = one(
        con,
        """
        with machine as (select account from account anti join person using (account))
        select (select count(distinct account) from event join machine using (account)),
               (select count(seats) from contract join machine using (account)),
               (select count(person) from event join machine using (account))""",
    )
    assert 0.02 < machines / 20_000 < 0.04 and (seats, by_people) == (0, 0)


def test_csm_changes_and_touches_follow_them(con):
    changed = one(con, "select count(distinct account) / 20000 from account_history where field = 'csm'")
    wrong = one(
        con,
        """
        select count(*) from touch as t join account_history as h using (account)
        where field = 'csm' and occurred_at::date >= from_on and occurred_at::date < coalesce(until_on, date '2200-01-01')
          and made_by <> value""",
    )
    assert 0.15 < changed < 0.25 and wrong == 0


# ---- the same world with nothing planted


@pytest.fixture(scope="module")
def flat():
    with laid(sample.tables(20_000, 7, planted=False, events_per_account=5)) as con:
        yield con


def test_without_truths_nothing_stands_out(flat):
    assert 0.10 < one(flat, "select avg(lost::int) from base where opens_on = date '2025-11-01'") < 0.135
    for spot in truths.HOT_SPOTS:
        n, ratio = lift(flat, spot.where, "2025-11-01")
        assert abs(ratio - 1) < 3 * np.sqrt(0.89 / (0.11 * n)), spot  # three standard errors of a rate of 11 %
    slow, usual = one(
        flat,
        """
        with step as (select account, stage, lead(reached_on) over (partition by account order by reached_on) - reached_on
                      as days from milestone)
        select median(days) filter (where segment = 'Enterprise'), median(days) filter (where segment <> 'Enterprise')
        from step join account using (account) where stage = 'Adoption'""",
    )
    assert slow / usual == pytest.approx(1, rel=0.1)


# ---- size and speed


def test_a_sample_of_six_thousand_is_made_in_seconds():
    began = time.process_time()
    events = sum(len(rows) for name, rows in sample.tables(6_000, 1) if name == "event")
    assert 1e6 < events < 2e6 and time.process_time() - began < 20


def test_thin_use_keeps_the_accounts():
    """The fast twin of the million accounts: few events, everything else as ever."""
    thin, full = whole(2_000, 1, events_per_account=5), whole(2_000, 1)
    assert 3 < len(thin["event"]) / 2_000 < 9
    assert all(thin[name] == full[name] for name in full if name != "event")


@pytest.mark.slow
def test_a_million_accounts_fit(capsys):
    began, sizes = time.perf_counter(), {}
    for name, rows in sample.tables(1_000_000, 1, events_per_account=5):
        sizes[name] = sizes.get(name, 0) + len(rows)
    seconds, peak = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    with capsys.disabled():
        print(f"\n1,000,000 accounts, {sizes['event']:,} events: {seconds:.0f} s, peak {peak:.1f} GB")
    assert sizes["account"] == 1_000_000 and seconds < 600 and peak < 6
