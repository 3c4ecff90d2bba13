-- The estate: who sends (customers, users, applications, services, senders) and over what (channels, routes,
-- prices). Small tables, read whole into each process's cache; on Citus they are reference tables, so nothing here
-- carries a bucket except the customer and the channel, whose bucket their rows take.

-- Ids are counter * 64 + bucket. Each value of the sequence is a block of 1,000 counters for one process.
create sequence viesti_ids increment by 1000 minvalue 1000 start with 1000;

create table customers (
    id              bigint primary key,
    bucket          smallint not null check (bucket between 0 and 63),
    key             text not null unique check (key ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
    name            text not null check (name <> ''),
    default_region  text not null default 'FI' check (default_region ~ '^[A-Z]{2}$'),
    currency        text not null default 'EUR' check (currency ~ '^[A-Z]{3}$'),
    languages       text[] not null default '{}',      -- languages of consent words; empty: all
    report_names    jsonb not null default '{}',       -- names of the delivery report's parameters, where they differ
    callback_secret text,                              -- sealed; signs callbacks (Standard Webhooks)
    weight          integer not null default 1 check (weight between 1 and 1000),
    enabled         boolean not null default true,
    created_at      timestamptz not null
);

create table users (
    id              bigint primary key,
    email           text not null unique check (email like '%_@_%'),
    name            text not null,
    password_hash   text,                              -- Argon2id; null: cannot sign in
    administrator   boolean not null default false,
    enabled         boolean not null default true,
    created_at      timestamptz not null
);

create table user_customers (
    user_id         bigint not null references users on delete cascade,
    customer_id     bigint not null references customers on delete cascade,
    role            text not null default 'member' check (role in ('member', 'manager')),
    primary key (user_id, customer_id)
);

create table services (
    id               bigint primary key,
    customer_id      bigint not null references customers,
    key              text not null check (key ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
    name             text not null check (name <> ''),
    kind             text not null check (kind in ('OneWay', 'TwoWay', 'Group')),
    default_sender   text not null default '',
    character_policy text not null default 'none' check (character_policy in ('none', 'strict', 'replace')),
    shift_tables     text[] not null default '{}' check (shift_tables <@ array['tr', 'es', 'pt']),
    lane             text not null default 'auto' check (lane in ('auto', 'transactional', 'bulk')),
    on_unknown       text not null default 'resend' check (on_unknown in ('resend', 'hold')),
    report_statuses  text not null default 'final' check (report_statuses in ('final', 'all')),
    validity_seconds integer check (validity_seconds > 0),
    dialogue         boolean not null default false,   -- inbound messages open threads
    consent_words    boolean not null default true,    -- STOP, START and HELP are acted on
    stop_reply       text not null default '',
    start_reply      text not null default '',
    help_reply       text not null default '',
    webhook_url      text not null default '',         -- inbound messages are posted here
    enabled          boolean not null default true,
    created_at       timestamptz not null,
    unique (customer_id, key)
);

-- Where a two-way service listens: an address of ours and a keyword chain ('' is every message to the address).
create table service_keywords (
    service_id      bigint not null references services on delete cascade,
    address         text not null check (address <> ''),
    chain           text not null default '',          -- upper-case words joined by one space
    primary key (address, chain)
);

-- What a service does with an inbound message, in order of position.
create table service_actions (
    id              bigint primary key,
    service_id      bigint not null references services on delete cascade,
    position        integer not null,
    kind            text not null check (kind in ('http_request', 'auto_reply', 'add_to_list', 'opt_out')),
    options         jsonb not null default '{}',
    unique (service_id, position)
);

create table applications (
    id               bigint primary key,
    customer_id      bigint not null references customers,
    key              text not null check (key ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
    name             text not null check (name <> ''),
    client_key       text not null unique check (client_key <> ''),
    secret_hash      text not null,                    -- Argon2id
    service_id       bigint references services,       -- the service its messages are sent by
    throttle_calls   integer check (throttle_calls > 0),
    throttle_seconds integer check (throttle_seconds > 0),
    enabled          boolean not null default true,
    created_at       timestamptz not null,
    unique (customer_id, key)
);

create table senders (
    id              bigint primary key,
    customer_id     bigint not null references customers,
    sender          text not null check (sender <> ''),
    kind            text not null check (kind in ('alphanumeric', 'international', 'short_code')),
    countries       text[] not null default '{}',      -- ISO 3166 codes; empty: all
    state           text not null default 'approved' check (state in ('pending', 'approved', 'suspended', 'rejected')),
    unique (customer_id, sender)
);

create table channels (
    id              bigint primary key,
    bucket          smallint not null check (bucket between 0 and 63),
    key             text not null unique check (key ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
    kind            text not null check (kind <> ''),
    options         jsonb not null default '{}',
    secrets         text,                              -- sealed JSON: options that must not be read (passwords)
    enabled         boolean not null default true,
    created_at      timestamptz not null
);

create table routes (
    id              bigint primary key,
    key             text not null unique,
    channel_id      bigint not null references channels,
    prefix          text not null default '' check (prefix ~ '^[0-9]{0,15}$'),
    sender          text,
    service_id      bigint references services,
    customer_id     bigint references customers,
    priority        integer not null default 100,
    weight          integer not null default 1 check (weight > 0),
    enabled         boolean not null default true
);

create table prices (
    id              bigint primary key,
    prefix          text not null default '' check (prefix ~ '^[0-9]{0,15}$'),
    channel_id      bigint references channels,
    customer_id     bigint references customers,
    per_part        numeric(14, 6) not null check (per_part >= 0),
    currency        text not null check (currency ~ '^[A-Z]{3}$'),
    gbp_per_part    numeric(14, 6) not null check (gbp_per_part >= 0),
    unique nulls not distinct (prefix, channel_id, customer_id)
);

-- Every administrative act; written in the transaction of the act itself.
create table audit (
    id              bigint primary key,
    at              timestamptz not null,
    actor           text not null,
    action          text not null,
    subject         text not null,
    detail          jsonb not null default '{}'
);
create index audit_at on audit (at);
