-- How accounts stand as of a day. Grain of every relation: one row per account of `scope`, by its number in this snapshot.
-- Nothing after the day is known: a notice, a cancellation, a use, a stage or a word of a later day is as if it were not.
--   term_on       terms.sql     contracts: live or not, money, seats, the next renewal, notice
--   use_on        use.sql       the same, and use of the last full weeks against seats and against the weeks before
--   weekly_on     use.sql       people active in each of the last 13 full weeks (accounts without use have no row)
--   stage_on      stages.sql    the furthest stage reached (accounts that reached none have no row); stage_order is their order
--   contact_on    contact.sql   tickets, touches, what the customer and the CSM said, save plans
--   risk_on       risk.sql      use_on and contact_on, and the reasons for which an account is at risk
--   stood_on      standing.sql  risk_on, and the stage against that of peers
--   standing_on   standing.sql  stood_on, and what an account is ready for
-- and what was written about an account, by whom: written_between.
-- `scope` and the written tables are shadowed by those of the cursor; without a cursor's own there is no account, no word.
-- An account may have columns of any name beside ours, so only named columns of `scope` are joined.

create table scope (
    _account uinteger, account varchar, segment varchar, started_on date, tenure_months double, arr decimal(18, 2), seats bigint,
    renews_on date, churned boolean
);

-- What people write in the app: the columns that facts and measures read. Tables of a workspace may have more.
-- changed_by wrote the row as it is, at changed_at.
create table written_sentiment (account varchar, score integer, said_on date, made_at timestamp, changed_by varchar, changed_at timestamp);
create table written_save_plan (
    account varchar, opened_on date, closed_on date, outcome varchar, changed_by varchar, changed_at timestamp
);
create table written_cancel_request (account varchar, asked_on date, withdrawn_on date, changed_by varchar, changed_at timestamp);
create table written_touch (
    account varchar, occurred_at timestamp, kind varchar, is_two_way boolean, changed_by varchar, changed_at timestamp
);
create table written_renewal_call (
    account varchar, renews_on date, call varchar, amount decimal(18, 2), called_on date, changed_by varchar, changed_at timestamp
);
create table written_task (
    account varchar, due_on date, done_on date, owner varchar, title varchar, changed_by varchar, changed_at timestamp
);
create table written_note (account varchar, changed_by varchar, changed_at timestamp);
create table written_next_step (account varchar, changed_by varchar, changed_at timestamp);

-- How many rows others than `reader` wrote or changed about an account from one moment until before another.
create macro written_between(since, until, reader) as table
select account, count(*) as n_written
from (
    select account, changed_by, changed_at from written_sentiment
    union all select account, changed_by, changed_at from written_save_plan
    union all select account, changed_by, changed_at from written_cancel_request
    union all select account, changed_by, changed_at from written_touch
    union all select account, changed_by, changed_at from written_renewal_call
    union all select account, changed_by, changed_at from written_task
    union all select account, changed_by, changed_at from written_note
    union all select account, changed_by, changed_at from written_next_step
)
where changed_at >= since::timestamp and coalesce(changed_at < until::timestamp, true) and changed_by is distinct from reader::varchar
group by account;
