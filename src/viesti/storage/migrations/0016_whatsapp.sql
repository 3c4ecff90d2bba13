-- WhatsApp: the same messages, recipients and inbound messages by another protocol, and what only this one has: bodies
-- that the provider posted, the customer-service window, templates, parties without a phone number, media.

-- What is sent. Checks on tables with history are `not valid`: what is there holds already, so it is not read through,
-- and a new period's partition has them valid.
alter table messages
    add column protocol text not null default 'sms',
    add column content  jsonb,                         -- null: plain text; else what domain/whatsapp_content reads
    add column fallback jsonb;                         -- what goes out as SMS instead: {"text", "sender"}
alter table messages
    add constraint messages_protocol_check check (protocol in ('sms', 'whatsapp')) not valid,
    add constraint only_whatsapp_has_content check (protocol = 'whatsapp' or (content is null and fallback is null)) not valid;

alter table recipients add column read_at timestamptz;
alter table recipients add constraint read_when_delivered check (read_at is null or status = 70) not valid;

-- Recipients that have another way left when WhatsApp does not deliver in time: whoever takes the row queues the SMS.
create table fallbacks (
    recipient_id    bigint not null,
    bucket          smallint not null,
    due_at          timestamptz not null,
    primary key (recipient_id, bucket)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);
create index fallbacks_due on fallbacks (due_at);

-- A receipt may name the attempt it speaks of (our id came back with it), the failure, and when the message was read.
alter table waiting_receipts
    add column recipient_id bigint,
    add column attempt      smallint,
    add column failure      text,
    add column read_at      timestamptz,
    add constraint names_an_attempt_whole check ((recipient_id is null) = (attempt is null)) not valid;
create index waiting_receipts_recipient on waiting_receipts (recipient_id) where recipient_id is not null;

-- What comes in. The kind is the provider's (text, image, button, ...), the reference its id of the message; `source`
-- is a phone number, or the user id of a party that has none (source_kind 'whatsapp_user').
alter table inbound_messages
    add column protocol    text not null default 'sms',
    add column reference   text,
    add column kind        text not null default 'text',
    add column attachments jsonb;
alter table inbound_messages
    add constraint inbound_messages_protocol_check check (protocol in ('sms', 'whatsapp')) not valid;

-- Bodies that a provider posted, kept as they came until they are worked on; the bucket is the channel's, here and in
-- the two tables below. One that failed is tried again at its time, and at 'infinity' waits for a person.
create table provider_events (
    id              bigint not null,
    bucket          smallint not null,
    channel_id      bigint not null,
    body            bytea not null,
    received_at     timestamptz not null,
    failures        smallint not null default 0 check (failures >= 0),
    last_error      text not null default '',
    due_at          timestamptz,                       -- null: at once
    primary key (id, bucket),
    constraint due_again_when_it_failed check ((failures = 0) = (due_at is null))
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_cost_delay = 0);
create index provider_events_ready on provider_events (id) where due_at is null;
create index provider_events_due on provider_events (due_at) where due_at is not null;

-- Which bodies were taken of late: a provider posts one again whose answer it missed.
create table provider_bodies (
    digest          bytea not null check (octet_length(digest) = 32),
    channel_id      bigint not null,
    bucket          smallint not null,
    at              timestamptz not null,
    primary key (digest, channel_id, bucket)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50000);
create index provider_bodies_at on provider_bodies (at);

-- Which inbound messages were made of late: each once, in however many bodies it came.
create table inbound_references (
    reference       text not null check (reference <> ''),
    channel_id      bigint not null,
    bucket          smallint not null,
    at              timestamptz not null,
    primary key (reference, channel_id, bucket)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50000);
create index inbound_references_at on inbound_references (at);

-- When a person last wrote to one of our identities: free text may be sent for a day from then.
create table whatsapp_windows (
    customer_id     bigint not null,
    bucket          smallint not null,
    identity        text not null,                     -- our number's digits
    address         text not null,                     -- theirs, or their user id
    last_at         timestamptz not null,
    primary key (customer_id, identity, address, bucket)
) with (fillfactor = 70);

-- Which user id is which number, as the provider told it. A number may be unknown; one that moves to another user id
-- leaves the one before.
create table whatsapp_parties (
    customer_id     bigint not null,
    bucket          smallint not null,
    phone           text check (phone ~ '^[0-9]{1,15}$'),
    bsuid           text not null check (bsuid <> ''),
    username        text not null default '',
    updated_at      timestamptz not null,
    primary key (customer_id, bsuid, bucket),
    unique (customer_id, phone, bucket)
) with (fillfactor = 70);

-- Templates as the provider has them. Words of its own (status, category, quality) are kept as they come, so that a new
-- one is no error; what may be sent is decided by domain/templates.
create table templates (
    id              bigint not null,
    bucket          smallint not null,                 -- the customer's
    customer_id     bigint not null,
    channel_id      bigint not null,
    provider_id     text not null default '',          -- '': not answered yet
    name            text not null check (name <> ''),
    language        text not null check (language <> ''),
    display_name    text not null default '',
    category        text not null check (category ~ '^[A-Z_]+$'),
    status          text not null check (status ~ '^[A-Z_]+$'),
    quality         text not null default '',
    reason          text not null default '',
    components      jsonb not null,
    raw_content     text not null default '',
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    primary key (id, bucket),
    unique (customer_id, channel_id, name, language, bucket)
);
create index templates_provider on templates (provider_id, channel_id);

-- A service writes by one identity, and waits so long for WhatsApp before it falls back.
alter table services
    add column whatsapp_sender  text not null default '' check (whatsapp_sender ~ '^[0-9]{0,15}$'),
    add column fallback_minutes integer not null default 10 check (fallback_minutes between 1 and 1440);

-- What came with inbound messages: fetched from the provider soon, as it forgets it. Either it is still to be fetched
-- (`due_at`), or it was settled: it is there, or there is a reason why not. It goes with its message's period.
create table inbound_media (
    inbound_id      bigint not null,
    bucket          smallint not null,
    position        smallint not null check (position >= 0),
    channel_id      bigint not null,
    mime_type       text not null,
    name            text not null default '',
    sha256          text not null default '',          -- as the provider gave it
    provider_id     text not null,
    failures        smallint not null default 0,
    due_at          timestamptz,
    fetched_at      timestamptz,
    bytes           bytea storage external,            -- compressed by its own format
    error           text,
    primary key (inbound_id, position, bucket),
    constraint to_be_fetched_or_settled check ((due_at is null) = (fetched_at is not null)),
    constraint settled_one_way check (num_nonnulls(bytes, error) = num_nonnulls(fetched_at))
) partition by range (inbound_id);
create index inbound_media_due on inbound_media (due_at) where due_at is not null;

-- Media are opened and dropped with every period.
create or replace function viesti_open_period(period integer) returns void language plpgsql as $$
declare
    parent text;
    low    bigint := period::bigint << 36;
    high   bigint := (period::bigint + 1) << 36;
begin
    foreach parent in array array['messages', 'recipients', 'parts', 'receipts', 'events', 'inbound_messages', 'clicks',
                                  'clicked', 'inbound_media'] loop
        continue when to_regclass(format('%I', parent || '_' || period)) is not null;
        execute format('create table %I (like %I including defaults including constraints)',
                       parent || '_' || period, parent);
        execute format('alter table %I attach partition %I for values from (%s) to (%s)',
                       parent, parent || '_' || period, low, high);
        if parent in ('recipients', 'parts') then
            execute format('alter table %I set (fillfactor = 45, autovacuum_vacuum_scale_factor = 0.05)',
                           parent || '_' || period);
        elsif parent = 'clicked' then
            execute format('alter table %I set (fillfactor = 80)', parent || '_' || period);
        end if;
    end loop;
    insert into periods (number) values (period) on conflict do nothing;
end $$;

create or replace function viesti_drop_period(period integer) returns void language plpgsql as $$
declare
    parent text;
begin
    set local lock_timeout = '500ms';
    foreach parent in array array['messages', 'recipients', 'parts', 'receipts', 'events', 'inbound_messages', 'clicks',
                                  'clicked', 'inbound_media'] loop
        execute format('drop table if exists %I', parent || '_' || period);
    end loop;
    delete from periods where number = period;
end $$;

select viesti_open_period(number) from periods;
