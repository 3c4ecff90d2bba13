-- What customers have paid in and may spend, and what of it is spent.

-- A customer without a row here has no balance: what he sends is priced, and nothing is ever held back. The hard cap is
-- a constraint: what is accepted is added to `spent` by the statement that stores it, so no process, however late or
-- dead, can go above it. Written with every batch of the customer's, so with room for the next version on the page.
create table balances (
    customer_id     bigint not null,
    bucket          smallint not null,
    currency        text not null check (currency ~ '^[A-Z]{3}$'),
    paid            numeric(16, 6) not null default 0,
    cap             numeric(16, 6) default 0 check (cap >= 0),      -- how far below zero it may go; null: no limit
    spent           numeric(16, 6) not null default 0 check (spent >= 0),
    since           timestamptz not null,
    primary key (customer_id, bucket),
    constraint within_the_cap check (cap is null or spent <= paid + cap)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500,
        autovacuum_vacuum_cost_delay = 0);

-- What is still to be added to `spent`: given back for what was not sent, or went a cheaper way. Written in the
-- transaction that settles the recipient, folded by a duty, so that settling waits for nobody's balance.
create table balance_changes (
    recipient_id    bigint not null,
    bucket          smallint not null,
    customer_id     bigint not null,
    amount          numeric(14, 6) not null check (amount < 0),
    primary key (recipient_id, bucket)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);

-- What was paid in, and how the cap was changed.
create table balance_entries (
    id              bigint not null,
    bucket          smallint not null,
    customer_id     bigint not null,
    at              timestamptz not null,
    kind            text not null check (kind in ('paid', 'cap', 'no cap')),
    amount          numeric(16, 6),
    actor           text not null,
    note            text not null default '',
    primary key (id, bucket),
    constraint an_amount_but_for_no_cap check ((kind = 'no cap') = (amount is null))
);
create index balance_entries_customer on balance_entries (customer_id, id);

-- Whether its cost is taken from the customer's balance; null where none was kept, and while it is frozen.
alter table recipients add column charged boolean;

-- What was frozen is as good as new when it is released: how long it is tried counts from here.
alter table outbox add column released_at timestamptz;

-- What has been held for long is given up, but for what somebody paused.
create index held_since on held (since) where reason <> 'paused';
