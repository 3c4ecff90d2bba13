-- What the message path carries for campaigns, links, money and the loop guard.

-- The campaign a message is of; and when its links are followed: the short form they go out in, until when they lead
-- anywhere, and by which rule they are found in the text (domain/links), so that the rule may change.
alter table messages
    add column campaign_id bigint,
    add column link_base   text,
    add column links_until timestamptz,
    add column link_rule   smallint,
    add constraint followed_by_a_rule check ((link_base is null) = (link_rule is null)),
    add constraint followed_until check (links_until is null or link_base is not null);
create index messages_campaign on messages (campaign_id, id) where campaign_id is not null;

-- A recipient that something was found odd about, such as the same text too often, and what that was.
alter table recipients
    add column flagged_at  timestamptz,
    add column flagged_why text,
    add constraint flagged_for_a_reason check ((flagged_at is null) = (flagged_why is null));

-- Status 3: frozen. What is there holds already, so it is not read through; a new period's partition has it valid. (A
-- partition's checks are its own as well as its parent's, so each is dropped on its own.)
do $$
declare
    each regclass;
begin
    alter table recipients drop constraint recipients_status_check;
    for each in select inhrelid from pg_inherits where inhparent = 'recipients'::regclass loop
        execute format('alter table %s drop constraint if exists recipients_status_check', each);
    end loop;
    alter table recipients add constraint recipients_status_check
        check (status in (3, 5, 10, 20, 30, 50, 55, 58, 60, 70)) not valid;
end $$;

-- What was sent to a number before: the newest first, and how often of late.
create index recipients_address on recipients (customer_id, address, id);

-- Recipients of a campaign that wait for a channel, to be held back at once.
alter table outbox add column campaign_id bigint;
create index outbox_campaign on outbox (campaign_id, id) where campaign_id is not null;

-- What is sent and the links in it are counted by one row, so links are no kind of their own (nobody wrote one).
alter table contact_counts add column links smallint not null default 0;
alter table contact_counts drop constraint contact_counts_kind_check;
alter table contact_counts add constraint contact_counts_kind_check
    check (kind in ('inbound', 'outbound', 'failed', 'click'));

-- Accepted, but held back: frozen recipients, with what it takes to queue them. A row of the outbox that is held
-- becomes one of these, and back, so its attempts are kept.
create table held (
    id              bigint not null,                   -- the recipient's
    bucket          smallint not null,
    customer_id     bigint not null,
    reason          text not null check (reason in ('balance', 'repeated', 'paused')),
    channel_id      bigint not null,
    lane            smallint not null,
    parts           smallint not null,
    cost            numeric(14, 6),                    -- not taken from the balance yet; null: nothing, or taken
    due_at          timestamptz,
    since           timestamptz not null,
    campaign_id     bigint,
    attempt         smallint not null default 0,
    tried           bigint[] not null default '{}',
    primary key (id, bucket)
);
create index held_customer on held (customer_id, reason, id);
create index held_campaign on held (campaign_id, reason, id) where campaign_id is not null;

alter table customers
    add column link_domain  text not null default '' check (link_domain = '' or link_domain ~ '^[a-z0-9.-]{1,253}$'),
    add column link_days    integer not null default 90 check (link_days between 1 and 3650),
    add column gbp_rate     numeric(14, 6) check (gbp_rate > 0),         -- pounds for one of its currency
    add column repeat_limit integer not null default 10 check (repeat_limit between 0 and 1000),   -- 0: no loop guard
    add column repeat_minutes integer not null default 10 check (repeat_minutes between 1 and 1440),
    add column senders_become_contacts boolean not null default true;
create unique index customers_link_domain on customers (link_domain) where link_domain <> '';

alter table services add column track_links boolean not null default false;

alter table applications add column txtsync_contract text not null default '1.1'
    check (txtsync_contract in ('1.1', '1.2'));
