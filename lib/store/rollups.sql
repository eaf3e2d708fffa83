-- The tables of usage.duckdb. A week is its Monday; days and weeks are in UTC.

create table usage_person_day (
    account varchar, person varchar, day date, n_events uinteger, quantity double
);
create table usage_person_week (
    account varchar, person varchar, week date, n_active_days utinyint, n_events uinteger, quantity double,
    active_days utinyint  -- a bit per day, Monday's the lowest
);
create table usage_person_feature_week (
    account varchar, person varchar, feature varchar, week date, n_active_days utinyint, n_events uinteger
);
create table usage_first_use (  -- the week of the first one, of each
    account varchar, person varchar, feature varchar, week date
);
create table usage_feature_week (
    account varchar, feature varchar, week date, n_active_people uinteger, n_events uinteger
);
create table usage_week (
    account varchar, week date, n_active_people uinteger, n_active_days utinyint, n_features usmallint,
    n_events uinteger, n_events_system uinteger, quantity double, quantity_system double
);
create table usage_friction_week (
    account varchar, person varchar, week date,
    n_sessions uinteger, n_login_only uinteger, n_help_loops uinteger, n_begun uinteger, n_finished uinteger
);
create table usage_barrier_week (
    account varchar, person varchar, feature varchar, week date, n_help_loops uinteger, n_begun uinteger, n_finished uinteger
);

-- What went in: the batches, what each brought by day, and what was said of the features.
create table usage_batch (batch varchar);
create table usage_batch_day (batch varchar, day date, n_events uinteger, n_ids uinteger, n_merged uinteger);
create table usage_feature (feature varchar, is_system boolean, role varchar);
