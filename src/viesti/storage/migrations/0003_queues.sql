-- Work still to be done, and nothing else: rows leave when settled, so the cost of a queue does not grow with history.

-- Recipients waiting for a channel. Ready: neither due later nor claimed.
create table outbox (
    id              bigint not null,                   -- the recipient's
    bucket          smallint not null,
    channel_id      bigint not null,
    lane            smallint not null,
    tag             bigint not null,                   -- start tag of fair queueing (domain/fair)
    parts           smallint not null,
    attempt         smallint not null default 0,       -- attempts made
    due_at          timestamptz,
    claim           bigint,                            -- fencing token of the lease it was claimed under
    claimed_at      timestamptz,
    tried           bigint[] not null default '{}',    -- channels that refused it
    primary key (id, bucket),
    constraint claimed_whole check ((claim is null) = (claimed_at is null)),
    constraint claimed_is_not_due check (claim is null or due_at is null)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
        autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 100000);
create index outbox_ready on outbox (channel_id, lane, tag, id) where claim is null and due_at is null;
create index outbox_due on outbox (due_at) where due_at is not null;
create index outbox_claimed on outbox (claim) where claim is not null;

-- Receipts that have not found their part yet.
create table waiting_receipts (
    id              bigint not null,
    bucket          smallint not null,                 -- of the channel
    channel_id      bigint not null,
    reference       text not null,
    alternatives    text[] not null default '{}',
    state           smallint not null,
    error           text not null,
    done_at         timestamptz,
    received_at     timestamptz not null,
    source          text not null,
    destination     text not null,
    raw             text not null,
    primary key (id, bucket)
);
create index waiting_receipts_reference on waiting_receipts (reference, channel_id);
create index waiting_receipts_received on waiting_receipts (received_at);

-- Parts from handsets, stored before they are acknowledged; they leave when their message is processed.
create table inbound_parts (
    id              bigint not null,
    bucket          smallint not null,                 -- of the channel
    channel_id      bigint not null,
    source          text not null,
    source_kind     text not null,
    destination     text not null,
    text            text not null,
    payload         bytea,
    reference       integer,
    total           smallint,
    number          smallint,
    received_at     timestamptz not null,
    primary key (id, bucket),
    constraint part_of_a_whole check ((total is null) = (number is null) and (total is null) = (reference is null))
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);
create index inbound_parts_siblings on inbound_parts (source, reference) where total is not null;

-- HTTP calls owed to customers, in order for each subject (a recipient or an inbound message).
create table callbacks (
    id              bigint not null,
    bucket          smallint not null,
    customer_id     bigint not null,
    subject_id      bigint not null,
    kind            text not null check (kind in ('delivery_report', 'inbound', 'http_request')),
    method          text not null check (method in ('GET', 'POST')),
    url             text not null,                     -- and body: rendered once, so that every try sends the same
    body            text not null default '',
    attempt         smallint not null default 0,
    due_at          timestamptz not null,
    claim           bigint,
    claimed_until   timestamptz,
    parked_at       timestamptz,                       -- given up; waits for replay
    last_error      text not null default '',
    created_at      timestamptz not null,
    primary key (id, bucket),
    constraint claimed_whole check ((claim is null) = (claimed_until is null))
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
        autovacuum_vacuum_cost_delay = 0);
create index callbacks_due on callbacks (due_at, id) where claim is null and parked_at is null;
create index callbacks_subject on callbacks (subject_id);
create index callbacks_claimed on callbacks (claimed_until) where claim is not null;

-- Request ids of the last days: a repeat answers with the first result.
create table request_ids (
    application_id  bigint not null,
    bucket          smallint not null,
    request_id      text not null,
    body_hash       bytea not null,
    message_id      bigint not null,
    created_at      timestamptz not null,
    primary key (application_id, request_id, bucket)
);
create index request_ids_created on request_ids (created_at);

-- Fencing tokens only grow, whatever crashes.
create sequence viesti_fencing;

-- Who runs a channel now. Unlogged on purpose: after a crash of PostgreSQL nobody does, and all ask anew.
create unlogged table leases (
    name            text primary key,
    holder          text not null,
    token           bigint not null,
    expires_at      timestamptz not null
);

-- What an operator sees of the sessions.
create unlogged table session_states (
    channel_id      bigint not null,
    name            text not null,
    holder          text not null,
    state           text not null,
    detail          text not null,
    since           timestamptz not null,
    primary key (channel_id, name)
);

-- Virtual time of fair queueing, as far as each channel's lane has been served. Kept over a crash of PostgreSQL, unlike
-- the leases: from zero again, everything new would go before all that waits.
create table fair_clock (
    channel_id      bigint not null,
    lane            smallint not null,
    tag             bigint not null,
    primary key (channel_id, lane)
) with (fillfactor = 50);

-- How far a duty that walks through the recipients once has come.
create table cursors (
    name            text primary key,
    position        bigint not null
);

-- Recipients that were not final when the receipt duty passed them: looked at again at their time.
create table receipt_watch (
    recipient_id    bigint not null,
    bucket          smallint not null,
    check_at        timestamptz not null,
    primary key (recipient_id, bucket)
);
create index receipt_watch_due on receipt_watch (check_at);

-- Automatic answers of a service to an address, counted so that two machines don't answer each other for ever.
create table answers_given (
    service_id      bigint not null,
    bucket          smallint not null,
    address         text not null,
    since           timestamptz not null,
    given           integer not null,
    primary key (service_id, address, bucket)
);
