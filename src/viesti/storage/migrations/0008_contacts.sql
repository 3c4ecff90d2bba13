-- The contact book: one for each customer, for every interface. A contact carries what any of them knows of a person;
-- group services and tags are lists, and being on a list has its own switch.

alter table contacts
    add column email         text not null default '',
    add column first_name    text not null default '',
    add column last_name     text not null default '',
    add column company       text not null default '',
    add column gender        text check (gender in ('Male', 'Female', 'Other')),
    add column birth_year    smallint check (birth_year between 1900 and 2200),
    add column address_line1 text not null default '',      -- SmartDialog's streetAddress
    add column address_line2 text not null default '',
    add column postcode      text not null default '',      -- SmartDialog's zipCode
    add column city          text not null default '',
    add column county        text not null default '',
    add column country       text not null default '',      -- as people write it
    add column country_code  text check (country_code ~ '^[A-Z]{3}$'),
    add column properties    jsonb not null default '[]',   -- [{"name", "value"}], names once, in the order given
    add column updated_at    timestamptz;

-- What happened with a person, apart from what is known of him: these change with every message, the row above seldom.
create table contact_counters (
    contact_id      bigint not null,
    bucket          smallint not null,
    inbound         integer not null default 0,
    outbound        integer not null default 0,
    failed          integer not null default 0,
    links_sent      integer not null default 0,
    distinct_clicks integer not null default 0,
    last_at         timestamptz,
    primary key (contact_id, bucket)
) with (fillfactor = 70);

-- Counts still to be added to the counters: written in the transaction of the change, by customer and address (the
-- message path knows no contacts), folded by a duty. What is nobody's contact is dropped.
create table contact_counts (
    id              bigint not null,
    bucket          smallint not null,
    customer_id     bigint not null,
    address         text not null,
    kind            text not null check (kind in ('inbound', 'outbound', 'failed', 'link_sent', 'click')),
    amount          integer not null,
    at              timestamptz not null,
    primary key (id, bucket)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);

-- A list of a group service carries its service; any other is a tag. One that was emptied is cut off at once, under a
-- name nobody asks for, and its members are swept away in the background.
alter table lists
    add column service_id bigint,
    add column emptied_at timestamptz,
    add constraint an_emptied_list_is_nobodys check (emptied_at is null or service_id is null);
create unique index lists_service on lists (service_id, bucket) where service_id is not null;
create index lists_emptied on lists (emptied_at) where emptied_at is not null;

alter table list_members add column added_at timestamptz;
create index list_members_contact on list_members (contact_id);

-- What a person allowed one of our addresses to do (WhatsApp opt-in); opt_outs stand above it.
create table channel_consents (
    customer_id     bigint not null,
    bucket          smallint not null,
    channel         text not null check (channel in ('whatsapp')),
    identity        text not null,                          -- our address
    address         text not null,
    opted_in        boolean not null,
    since           timestamptz not null,
    primary key (customer_id, identity, address, channel, bucket)
);
