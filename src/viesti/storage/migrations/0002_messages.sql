-- What was asked, what went out and what came back. Range-partitioned by id, which is by time: a period is 2^30
-- counters (2^36 ids); the retention duty opens periods, moves the sequence on to the next, and drops the old ones.

create table periods (
    number          integer primary key check (number between 0 and 131071),
    starts_at       timestamptz                        -- null: opened ahead, not begun
);

create table messages (
    id              bigint not null,
    bucket          smallint not null,
    customer_id     bigint not null,
    application_id  bigint,
    service_id      bigint,
    dialect         text not null,                     -- the interface that took it
    sender          text not null,
    sender_kind     text not null,
    text            text not null,
    lane            smallint not null check (lane in (0, 1)),
    shift_tables    text[] not null default '{}',
    validity_seconds integer,
    send_at         timestamptz,                       -- null: at once
    recipient_count integer not null check (recipient_count > 0),
    part_count      integer not null check (part_count > 0),
    currency        text,
    dlr_url         text,
    report_all      boolean not null default false,    -- report every status, not only the final one
    customer_data   text,
    request_id      text,
    parent_id       bigint,                            -- the inbound message this answers
    quiet           boolean not null default false,    -- outbound triggers are not called for it
    extras          jsonb,                             -- what only the dialect knows (RegardingReference, Custom01, ...)
    created_at      timestamptz not null,
    primary key (id, bucket)
) partition by range (id);

create table recipients (
    id              bigint not null,
    bucket          smallint not null,
    message_id      bigint not null,
    customer_id     bigint not null,
    address         text not null,
    address_kind    text not null,
    text            text,                              -- null: the message's text
    coding          text not null,
    parts           smallint not null check (parts between 1 and 255),
    status          smallint not null check (status in (5, 10, 20, 30, 50, 55, 58, 60, 70)),
    failure         text,
    carrier_error   text,
    channel_id      bigint,
    route_id        bigint,
    attempt         smallint not null default 0,
    doubts          smallint not null default 0,       -- times an attempt ended without an answer
    reports         boolean not null,                  -- a delivery report is owed for its final status
    cost            numeric(14, 6),
    cost_gbp        numeric(14, 6),
    warnings        text[],
    created_at      timestamptz not null,
    sent_at         timestamptz,
    carrier_at      timestamptz,                       -- the carrier's own time of the final status
    finished_at     timestamptz,
    primary key (id, bucket),
    constraint finished_when_final check ((status >= 50) = (finished_at is not null)),
    constraint failed_with_a_reason check ((status in (50, 55, 58, 60)) = (failure is not null))
) partition by range (id);
create index recipients_message on recipients (message_id);

create table parts (
    recipient_id    bigint not null,
    bucket          smallint not null,
    attempt         smallint not null,
    number          smallint not null,
    total           smallint not null,
    channel_id      bigint not null,
    reference       text not null,                     -- canonical form; '' when the carrier gave none
    sent_at         timestamptz not null,
    state           smallint check (state between 0 and 9),
    error           text,
    done_at         timestamptz,
    primary key (recipient_id, attempt, number, bucket)
) partition by range (recipient_id);
create index parts_reference on parts (reference, channel_id) where reference <> '';

-- Every receipt that found its part, as it came.
create table receipts (
    recipient_id    bigint not null,
    bucket          smallint not null,
    number          smallint not null,
    channel_id      bigint not null,
    reference       text not null,
    state           smallint not null check (state between 0 and 9),
    error           text not null,
    done_at         timestamptz,
    received_at     timestamptz not null,
    raw             text not null
) partition by range (recipient_id);
create index receipts_recipient on receipts (recipient_id);

-- What else happened to a recipient or an inbound message: deferrals, doubts, new routes, callbacks made.
create table events (
    subject_id      bigint not null,
    bucket          smallint not null,
    at              timestamptz not null,
    kind            text not null,
    detail          jsonb not null default '{}'
) partition by range (subject_id);
create index events_subject on events (subject_id);

create table inbound_messages (
    id              bigint not null,
    bucket          smallint not null,
    customer_id     bigint,                            -- null: no service listens there; kept for the operator
    service_id      bigint,
    channel_id      bigint not null,
    source          text not null,
    source_kind     text not null,
    destination     text not null,
    text            text not null,
    payload         bytea,
    parts           smallint not null,
    parts_missing   smallint not null default 0,
    keyword         text not null default '',
    consent         text check (consent in ('stop', 'start', 'help')),
    thread_id       bigint,
    received_at     timestamptz not null,
    primary key (id, bucket)
) partition by range (id);

-- Opens a period: its partition of every table above. A table that is made first and attached then lets others go
-- on writing; one that is created as a partition would lock them out of all periods.
create function viesti_open_period(period integer) returns void language plpgsql as $$
declare
    parent text;
    low    bigint := period::bigint << 36;
    high   bigint := (period::bigint + 1) << 36;
begin
    foreach parent in array array['messages', 'recipients', 'parts', 'receipts', 'events', 'inbound_messages'] loop
        continue when to_regclass(format('%I', parent || '_' || period)) is not null;
        execute format('create table %I (like %I including defaults including constraints)',
                       parent || '_' || period, parent);
        execute format('alter table %I attach partition %I for values from (%s) to (%s)',
                       parent, parent || '_' || period, low, high);
        if parent in ('recipients', 'parts') then
            -- Rows are updated soon after they are written: room for the new version on the same page (HOT).
            execute format('alter table %I set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05)',
                           parent || '_' || period);
        end if;
    end loop;
    insert into periods (number) values (period) on conflict do nothing;
end $$;

-- Drops a period: everything whose id was made in it. It needs each table alone for a moment, and gives up rather
-- than let others wait: it is tried again.
create function viesti_drop_period(period integer) returns void language plpgsql as $$
declare
    parent text;
begin
    set local lock_timeout = '500ms';
    foreach parent in array array['messages', 'recipients', 'parts', 'receipts', 'events', 'inbound_messages'] loop
        execute format('drop table if exists %I', parent || '_' || period);
    end loop;
    delete from periods where number = period;
end $$;

select viesti_open_period(0), viesti_open_period(1);
update periods set starts_at = now() where number = 0;

-- Threads (discussions) and the contact book, as far as the message path needs them.
create table threads (
    id              bigint not null,
    bucket          smallint not null,
    customer_id     bigint not null,
    service_id      bigint not null,
    address         text not null,
    opened_at       timestamptz not null,
    last_at         timestamptz not null,
    primary key (id, bucket),
    unique (service_id, address, bucket)
);

create table contacts (
    id                 bigint not null,
    bucket             smallint not null,
    customer_id        bigint not null,
    phone              text,
    external_reference text,
    name               text not null default '',
    source             text not null default '',
    created_at         timestamptz not null,
    primary key (id, bucket),
    unique (customer_id, phone, bucket),
    unique (customer_id, external_reference, bucket),
    check (phone is not null or external_reference is not null)
);

create table lists (
    id              bigint not null,
    bucket          smallint not null,
    customer_id     bigint not null,
    name            text not null check (name <> ''),
    primary key (id, bucket),
    unique (customer_id, name, bucket)
);

create table list_members (
    list_id         bigint not null,
    bucket          smallint not null,
    contact_id      bigint not null,
    active          boolean not null default true,
    primary key (list_id, contact_id, bucket)
);

-- Who must not be written to, now; and the ledger of how it came to be.
create table opt_outs (
    customer_id     bigint not null,
    bucket          smallint not null,
    address         text not null,
    scope           text not null default 'all' check (scope in ('all', 'marketing')),
    since           timestamptz not null,
    primary key (customer_id, address, bucket)
);

create table consent_ledger (
    id              bigint not null,
    bucket          smallint not null,
    customer_id     bigint not null,
    address         text not null,
    action          text not null check (action in ('stop', 'start')),
    scope           text not null,
    at              timestamptz not null,
    source          text not null,
    evidence        text not null default '',
    primary key (id, bucket)
);
create index consent_ledger_address on consent_ledger (customer_id, address);
