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
-- `scope` and the written tables are shadowed by those of the cursor; without a cursor's own there is no account, no word.
-- An account may have columns of any name beside ours, so only named columns of `scope` are joined.

create table scope (
    _account uinteger, account varchar, segment varchar, started_on date, tenure_months double, arr decimal(18, 2), seats bigint,
    renews_on date, churned boolean
);

-- What people write in the app: the columns that facts and measures read. Tables of a workspace may have more.
create table written_sentiment (account varchar, score integer, said_on date, made_at timestamp);
create table written_save_plan (account varchar, opened_on date, closed_on date, outcome varchar);
create table written_cancel_request (account varchar, asked_on date, withdrawn_on date);
create table written_touch (account varchar, occurred_at timestamp, kind varchar, is_two_way boolean);
create table written_renewal_call (account varchar, renews_on date, call varchar, amount decimal(18, 2), called_on date);
create table written_task (account varchar, due_on date, done_on date, owner varchar, title varchar);
