-- How accounts stand as of a day. Grain of every relation: one row per account of `scope`, by its number in this snapshot.
-- Nothing after the day is known: a notice, a cancellation, a use, a stage or a word of a later day is as if it were not.
--   term_on       terms.sql     contracts: live or not, money, seats, the next renewal, notice
--   use_on        use.sql       the same, and use of the last full weeks against seats and against the weeks before
--   weekly_on     use.sql       people active in each of the last 13 full weeks (accounts without use have no row)
--   stage_on      stages.sql    the furthest stage reached (accounts that reached none have no row); stage_order is their order
--   contact_on    contact.sql   tickets, touches, what the customer and the CSM said, save plans; written_between: what others wrote
--   risk_on       risk.sql      use_on and contact_on, and the reasons for which an account is at risk
--   stood_on      standing.sql  risk_on, and the stage against that of peers
--   standing_on   standing.sql  stood_on, and what an account is ready for
-- `scope` and the written tables are shadowed by those of the cursor; without a cursor's own there is no account, no word.
-- An account may have columns of any name beside ours, so only named columns of `scope` are joined.

create table scope (
    _account uinteger, account varchar, csm varchar, segment varchar, started_on date, tenure_months double, arr decimal(18, 2), seats bigint,
    renews_on date, churned boolean, plan varchar
);

-- What people write in the app, with every column that facts and measures read. `place` orders rows of which the newest counts,
-- the oldest first, and real_… is the day of which a row is: lib/facts/written.py gives both before it moves days. changed_by wrote the row as it is, at changed_at.
create table written_sentiment (
    account varchar, score integer, said_on date, comment varchar,
    real_said_on date, place bigint, made_by varchar, made_at timestamp, changed_by varchar, changed_at timestamp
);
create table written_note (
    account varchar, "text" varchar,
    made_by varchar, made_at timestamp, changed_by varchar, changed_at timestamp
);
create table written_next_step (
    account varchar, "text" varchar, due_on date, owner varchar, done_on date, real_done_on date,
    id varchar, version bigint, made_by varchar, made_at timestamp, changed_by varchar, changed_at timestamp
);
create table written_touch (
    account varchar, occurred_at timestamp, kind varchar, is_two_way boolean, is_proactive boolean, comment varchar, url varchar,
    person varchar, play varchar, real_occurred_at timestamp, made_by varchar, made_at timestamp, changed_by varchar, changed_at timestamp
);
create table written_task (
    account varchar, title varchar, owner varchar, due_on date, is_commitment boolean, done_on date, real_done_on date,
    play varchar, rule varchar, person varchar, role varchar, id varchar, version bigint, made_by varchar, made_at timestamp, changed_by varchar, changed_at timestamp
);
create table written_exception_act (
    account varchar, rule varchar, person varchar, act varchar, acted_on date, until_on date, owner varchar, reason varchar,
    real_acted_on date, place bigint, id varchar, version bigint, made_by varchar, made_at timestamp, changed_by varchar, changed_at timestamp
);
create table written_hold_out (
    account varchar, name varchar, kind varchar, person varchar, is_held boolean, drawn_on date,
    real_drawn_on date, made_by varchar, made_at timestamp, changed_by varchar, changed_at timestamp
);
create table written_audience (
    campaign varchar,
    id varchar, made_by varchar, made_at timestamp, changed_by varchar, changed_at timestamp
);
create table written_save_plan (
    account varchar, reason varchar, steps varchar, owner varchar, opened_on date, closed_on date, outcome varchar,
    real_opened_on date, real_closed_on date, id varchar, version bigint, made_by varchar, made_at timestamp, changed_by varchar, changed_at timestamp
);
create table written_cancel_request (
    account varchar, reason varchar, asked_on date, withdrawn_on date, comment varchar,
    real_asked_on date, real_withdrawn_on date, made_by varchar, made_at timestamp, changed_by varchar, changed_at timestamp
);
create table written_renewal_call (
    account varchar, renews_on date, call varchar, amount decimal(18, 2), called_on date, comment varchar,
    real_called_on date, place bigint, made_by varchar, made_at timestamp, changed_by varchar, changed_at timestamp
);
create table written_handover (
    account varchar, pain varchar, impact varchar, critical_event varchar, success_criteria varchar, buyer varchar,
    champions varchar, blockers varchar, verbal_commitments varchar, complexity varchar,
    made_by varchar, made_at timestamp, changed_by varchar, changed_at timestamp
);
create table written_goal (
    account varchar, category varchar, promised_on date, due_on date, reached_on date, "value" double, comment varchar,
    real_promised_on date, real_reached_on date, made_by varchar, made_at timestamp, changed_by varchar, changed_at timestamp
);

-- The journey in force, laid on a cursor by journey.py. journey_stage: a row per journey and stage in its order; metric, metric_of,
-- least: what enters it (milestone: a file must say so; start: the account's start). is_known: whether the data can tell that anybody
-- came to it. journey_said: the texts of files that mean it.
-- journey_of: which journey an account is on, where the values of a column have their own.
create table journey_stage (
    journey varchar, place integer, stage varchar, objective varchar, expected_days integer, is_optional boolean, is_exit boolean,
    metric varchar, metric_of varchar, least double, is_known boolean
);
create table journey_said (stage varchar, journey varchar, place integer);
create table journey_of (_account uinteger, journey varchar);

-- What exceptions.py lays on a cursor: use by weeks, what rules are told by, of whom, and the rules themselves.
create table use_week (
    _account uinteger, day date, seats bigint, is_machine boolean, counts boolean, active_people bigint, utilisation double, people_change double,
    days_change double, people_growth double, n_weeks_known bigint, active_days double, breadth bigint, key_features double, silent_days bigint
);
create table exception_signal (
    fact varchar, _account uinteger, person varchar, from_on date, value double, pace double, until_on date
);
create table exception_gate (gate varchar, _account uinteger, from_on date, until_on date);
create table exception_rule (
    place integer, rule varchar, fact varchar, sign integer, enter double, leave double, for_days integer, gates varchar[],
    is_by_weeks boolean
);
create table exception_spell (
    place integer, rule varchar, _account uinteger, person varchar, began_on date, ended_on date, began_value double, value double,
    is_cut boolean
);

-- What plays.py lays on a cursor: what to do about what a rule says, and after how many days a play is looked at again.
create table exception_aim (rule varchar, fact varchar, is_good boolean, play varchar);
create table play_aim (play varchar, aim varchar, check_days integer);
