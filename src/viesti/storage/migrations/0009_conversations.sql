-- Discussions, and who is called when a message comes in.

-- Who asked for a message when it was a person's connection, and the discussion it belongs to.
alter table messages
    add column user_id   bigint,
    add column thread_id bigint;

alter table threads add column destination text not null default '';   -- the address of ours last written to

-- Callbacks that programs asked for at run time, such as the trigger of a flow. The URL is a secret: it is sealed, and
-- known again by its digest.
create table subscriptions (
    id              bigint not null,
    bucket          smallint not null,
    customer_id     bigint not null,
    service_id      bigint,                                 -- null: of every service
    dialect         text not null,                          -- in whose words the call is
    event           text not null check (event in ('inbound', 'outbound')),
    url_sealed      text not null,
    url_digest      bytea not null check (octet_length(url_digest) = 32),
    name            text not null default '',
    description     text not null default '',
    user_id         bigint,
    application_id  bigint,
    created_at      timestamptz not null,
    refusals        integer not null default 0,             -- calls in a row that were told there is nobody (any more)
    refused_since   timestamptz,
    ended_at        timestamptz,
    ended_why       text,
    primary key (id, bucket),
    constraint ended_for_a_reason check ((ended_at is null) = (ended_why is null)),
    constraint refused_since_the_first check ((refusals = 0) = (refused_since is null))
);
create unique index subscriptions_once on subscriptions (customer_id, service_id, dialect, event, url_digest, bucket)
    nulls not distinct where ended_at is null;
create index subscriptions_live on subscriptions (customer_id, event, service_id) where ended_at is null;

-- A call made for a subscription has that subscription's sealed URL in `url`, and goes when the subscription ends.
-- One that stands apart waits for no other of its subject: an action that fails holds up none beside it.
alter table callbacks
    add column subscription_id bigint,
    add column apart boolean not null default false;
create index callbacks_subscription on callbacks (subscription_id) where subscription_id is not null;
