-- The tables of a store. One statement per table, the grain in the comment above it.
-- `account`, `person`, `feature` ... without a suffix are ids, kept as text exactly as the file had them.
-- Days are dates, moments are timestamps in UTC, money is DECIMAL and never blended across currencies.

-- one row per account; every other column of an import is appended and kept as a dimension
create table account (
    account            varchar not null,
    name               varchar,
    csm                varchar,
    account_executive  varchar,
    channel            varchar,
    segment            varchar,
    region             varchar,
    country            varchar,
    industry           varchar,
    plan               varchar,
    tier               varchar,
    touch_model        varchar,          -- high, mid, low, digital: how much human time the account gets
    employees          bigint,
    started_on         date,
    tenure_months      double,           -- length of life so far, for files that carry no dates
    acquisition_cost   decimal(18, 2),
    parent             varchar,          -- the account that owns this one
    url                varchar,
    arr                decimal(18, 2),   -- only where no contracts are given
    seats              bigint,           -- only where no contracts are given
    renews_on          date,             -- only where no contracts are given
    churned            boolean,          -- only where no contracts are given
    churned_on         date              -- only where no contracts are given
);

-- one row per account, field and the day a value began
create table account_history (
    account            varchar not null,
    field              varchar not null, -- a column of account
    from_on            date not null,
    until_on           date,             -- exclusive; empty while it still holds
    value              varchar
);

-- one row per contract term and product
create table contract (
    contract           varchar not null,
    account            varchar not null,
    product            varchar,
    product_family     varchar,
    plan               varchar,
    starts_on          date,
    ends_on            date,             -- exclusive: the renewal date; empty for an evergreen contract
    arr                decimal(18, 2),
    seats              bigint,
    currency           varchar,
    kind               varchar,          -- trial, subscription
    is_recurring       boolean,
    notice_by          date,
    notice_given_on    date,
    asked_to_cancel_on date,
    cancelled_on       date,             -- ended before its term
    lost_reason        varchar,
    is_derived         boolean           -- made from an account row, not given
);

-- one row per account and metric
create table entitlement (
    account            varchar not null,
    metric             varchar not null, -- api_calls, storage_gb, ...
    allowance          double
);

-- one row per end user of an account
create table person (
    person             varchar not null,
    account            varchar not null,
    name               varchar,
    email              varchar,
    role               varchar,
    buying_role        varchar,          -- buyer, sponsor, champion, blocker, user
    provisioned_at     timestamp,
    deactivated_on     date,
    trained_on         date,
    opted_out_on       date
);

-- one row per usage event; rests as Parquet beside the store, pages read its rollups
create table event (
    event              varchar,          -- its id, where the file has one: the same id is the same event
    occurred_at        timestamp not null,
    account            varchar not null,
    person             varchar,          -- empty: a system event, counted for the account and for no person
    feature            varchar,
    quantity           double
);

-- one row per feature of the product
create table feature (
    feature            varchar not null,
    name               varchar,
    level              varchar,          -- simple, advanced
    plan               varchar,          -- the plan it comes in
    released_on        date,
    cadence            varchar,          -- daily, weekly, monthly, quarterly: its natural rhythm
    is_system          boolean,
    role               varchar,          -- login, help, task, begins, finishes: what it is to whoever uses it
    process            varchar           -- the guided process it begins or finishes
);

-- one row per configuration choice
create table setting (
    account            varchar not null,
    person             varchar,
    setting            varchar not null,
    value              varchar,
    set_on             date
);

-- one row per account and stage reached
create table milestone (
    account            varchar not null,
    stage              varchar not null,
    reached_on         date
);

-- one row per support ticket
create table ticket (
    ticket             varchar not null,
    account            varchar not null,
    person             varchar,
    opened_at          timestamp,
    closed_at          timestamp,
    severity           varchar,
    csat               double,
    url                varchar
);

-- one row per survey sent
create table survey (
    survey             varchar not null,
    account            varchar not null,
    person             varchar,
    kind               varchar,          -- nps, csat, proficiency
    sent_on            date,
    answered_on        date,
    score              double,
    comment            varchar
);

-- one row per contact by the team
create table touch (
    touch              varchar not null,
    account            varchar not null,
    person             varchar,
    occurred_at        timestamp,
    kind               varchar,          -- call, email, training, qbr, campaign
    made_by            varchar,
    is_two_way         boolean,
    is_proactive       boolean,
    play               varchar,
    url                varchar
);

-- one row per outcome the customer bought for
create table goal (
    goal               varchar not null,
    account            varchar not null,
    category           varchar,
    promised_on        date,
    due_on             date,
    reached_on         date,
    value              double
);

-- one row per header of an accounts file that became a field of another name: a dimension answers to both
create table heading (
    header             varchar not null,
    field              varchar not null  -- a column of account
);
