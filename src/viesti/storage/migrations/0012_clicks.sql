-- Who followed the links of a recipient. A short link itself has no row: its token is the recipient's id and the link's
-- number, and where it leads to stands in the stored text. Like the recipients these go with their period.

-- Every visit, as it came. No address of the visitor is kept.
create table clicks (
    id              bigint not null,
    bucket          smallint not null,
    recipient_id    bigint not null,
    link            smallint not null check (link between 0 and 7),
    at              timestamptz not null,
    reason          text not null,                     -- why it is not a person's; '' when nothing speaks against one
    agent           text not null,                     -- what the visitor called itself, cut off
    primary key (recipient_id, id, bucket)
) partition by range (recipient_id);

-- What they come to for each link: written with each visit, so that reading needs no counting.
create table clicked (
    recipient_id    bigint not null,
    bucket          smallint not null,
    link            smallint not null check (link between 0 and 7),
    customer_id     bigint not null,
    campaign_id     bigint,
    clicks          integer not null,
    persons         integer not null,                  -- of them by persons; from the first on the link is counted once
    first_at        timestamptz not null,
    last_at         timestamptz not null,
    primary key (recipient_id, link, bucket),
    constraint some_of_them_persons check (clicks > 0 and persons between 0 and clicks),
    constraint first_before_last check (first_at <= last_at)
) partition by range (recipient_id);
create index clicked_campaign on clicked (campaign_id) where campaign_id is not null;

-- Both are opened and dropped with every period.
create or replace function viesti_open_period(period integer) returns void language plpgsql as $$
declare
    parent text;
    low    bigint := period::bigint << 36;
    high   bigint := (period::bigint + 1) << 36;
begin
    foreach parent in array array['messages', 'recipients', 'parts', 'receipts', 'events', 'inbound_messages', 'clicks',
                                  'clicked'] loop
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
                                  'clicked'] loop
        execute format('drop table if exists %I', parent || '_' || period);
    end loop;
    delete from periods where number = period;
end $$;

select viesti_open_period(number) from periods;
