-- What a file can hold besides a table of the store: rows that become rows of other tables (derive.py).

-- one row per deal (opportunity) -> milestone: the stages it reached and when
create table deal (
    deal               varchar not null,
    account            varchar not null,
    name               varchar,
    stage              varchar,
    entered_on         date,             -- the stage it is in now
    created_on         date,
    closes_on          date,
    amount             decimal(18, 2),
    currency           varchar,
    owner              varchar,
    channel            varchar,
    product            varchar
);

-- one row per invoice or payment -> contract: months paid in a row are a term
create table invoice (
    invoice            varchar not null,
    account            varchar not null,
    paid_on            date,
    amount             decimal(18, 2),
    currency           varchar,
    product            varchar,
    status             varchar,
    country            varchar
);
