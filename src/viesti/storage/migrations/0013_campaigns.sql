-- Campaigns: one text to many people. The audience is written down before anything is sent, one row for each person;
-- it is then fed into ordinary messages page by page.

create table campaigns (
    id              bigint not null,
    bucket          smallint not null,
    customer_id     bigint not null,
    dialect         text not null,                     -- the interface that made it
    name            text not null check (name <> ''),
    status          text not null check (status in ('draft', 'scheduled', 'planning', 'running', 'paused', 'finished',
                                                    'cancelled', 'failed')),
    why             text not null default '',          -- why it is paused or failed when nobody asked for it
    sender          text not null,                     -- '': the service's
    text            text not null check (text <> ''),
    service_id      bigint,
    application_id  bigint,
    user_id         bigint,
    track_links     boolean,                           -- null: as the service says
    quiet           boolean not null default false,
    extras          jsonb,
    send_at         timestamptz,                       -- null: at once
    window_start    time,
    window_end      time,
    window_days     smallint[],                        -- 0 is Monday
    created_at      timestamptz not null,
    started_at      timestamptz,                       -- the audience was begun to be planned
    planned_at      timestamptz,                       -- the audience is complete, and stays as it is
    finished_at     timestamptz,
    tend_at         timestamptz,                       -- when the engine looks at it next; null: there is nothing to do
    -- How far planning has come, and what it counted.
    sources_done    integer not null default 0,
    source_after    bigint not null default 0,         -- within the next source: a contact
    people          integer not null default 0,        -- rows of campaign_people
    opted_out       integer not null default 0,        -- of them
    duplicates      integer not null default 0,        -- named more than once
    inactive        integer not null default 0,        -- members of a tag who are not written to by way of it
    numberless      integer not null default 0,        -- contacts without a phone number
    -- How far feeding has come.
    pages           integer not null default 0,        -- made of the audience so far
    page_size       integer not null check (page_size > 0),   -- people of a page; it stays, so that a page stays what it was
    fed_to          text not null default '',          -- the last address in them
    fed             integer not null default 0,        -- recipients in them
    refused         integer not null default 0,        -- people who could not be sent to
    primary key (id, bucket),
    constraint finished_when_over check ((status in ('finished', 'cancelled', 'failed')) = (finished_at is not null)),
    constraint fed_when_planned check (pages = 0 or planned_at is not null),
    constraint window_whole check ((window_start is null) = (window_end is null)
                                   and (window_start is null) = (window_days is null))
) with (fillfactor = 50);
create index campaigns_customer on campaigns (customer_id, id);
create index campaigns_tend on campaigns (tend_at) where tend_at is not null;

-- Whom a campaign is for, as it was asked. Numbers and contacts come in rows of some thousands.
create table campaign_sources (
    campaign_id     bigint not null,
    bucket          smallint not null,
    position        integer not null,
    list_id         bigint,                            -- everybody on a tag
    contacts        bigint[],
    numbers         text[],                            -- digits, known to be right
    primary key (campaign_id, position, bucket),
    constraint of_one_kind check (num_nonnulls(list_id, contacts, numbers) = 1)
);

-- The audience: each person once. `state` 0: is sent to; 1: had opted out when it was planned; 2: can't be sent to.
create table campaign_people (
    campaign_id     bigint not null,
    bucket          smallint not null,
    address         text not null,
    contact_id      bigint,
    state           smallint not null default 0 check (state in (0, 1, 2)),
    why             text,
    primary key (campaign_id, address, bucket),
    constraint refused_for_a_reason check ((state = 2) = (why is not null))
) with (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 200000);

-- A page of the audience that became a message, and how its recipients stood when they were last looked at.
create table campaign_pages (
    campaign_id     bigint not null,
    bucket          smallint not null,
    page            integer not null,
    message_id      bigint not null,
    recipients      integer not null check (recipients > 0),
    frozen          integer not null default 0,
    scheduled       integer not null default 0,
    queued          integer not null,
    unknown         integer not null default 0,
    sent            integer not null default 0,
    expired         integer not null default 0,
    undelivered     integer not null default 0,
    cancelled       integer not null default 0,
    failed          integer not null default 0,
    opted_out       integer not null default 0,        -- between planning and sending
    delivered       integer not null default 0,
    parts           bigint not null default 0,         -- of those that were not opted out or cancelled
    cost            numeric(18, 6) not null default 0,
    cost_gbp        numeric(18, 6) not null default 0,
    fed_at          timestamptz not null,
    looked_at       timestamptz not null,
    look_at         timestamptz,                       -- when to look again; null: never
    primary key (campaign_id, page, bucket),
    constraint counted_whole check (recipients = frozen + scheduled + queued + unknown + sent + expired + undelivered
                                                 + cancelled + failed + opted_out + delivered)
) with (fillfactor = 50);
create unique index campaign_pages_message on campaign_pages (message_id, bucket);
create index campaign_pages_look on campaign_pages (look_at) where look_at is not null;
