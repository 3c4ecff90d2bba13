-- name: add
-- A new campaign.
insert into campaigns (id, bucket, customer_id, dialect, name, status, sender, text, service_id, application_id,
                       user_id, track_links, quiet, extras, send_at, window_start, window_end, window_days, created_at,
                       tend_at, page_size)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)

-- name: add_sources
-- Whom it is for, after those that were named before.
insert into campaign_sources (campaign_id, bucket, position, list_id, contacts, numbers)
select $1, $2, $3 + row_number() over (order by place)::integer - 1, list_id,
       case when contacts is not null then array(select jsonb_array_elements_text(contacts)::bigint) end,
       case when numbers is not null then array(select jsonb_array_elements_text(numbers)) end
from unnest($4::bigint[], $5::jsonb[], $6::jsonb[]) with ordinality u (list_id, contacts, numbers, place)

-- name: count_sources
-- How many sources a campaign has.
select count(*) from campaign_sources where campaign_id = $1

-- name: source
-- One source of a campaign.
select list_id, contacts, numbers from campaign_sources where campaign_id = $1 and position = $2

-- name: one
-- A campaign of a customer.
select * from campaigns where id = $1 and customer_id = $2

-- name: anyones
-- A campaign, for the operator.
select * from campaigns where id = $1

-- name: lock
-- A campaign of a customer, held against whoever plans or feeds it.
select * from campaigns where id = $1 and customer_id = $2 for update

-- name: lock_due
-- The next campaign that there is something to do for, held; those that another process is at are passed.
select * from campaigns where tend_at <= $1 order by tend_at limit 1 for update skip locked

-- name: next_due
-- When there is something to do for a campaign next, or a page is to be looked at.
select least((select min(tend_at) from campaigns where tend_at is not null),
             (select min(look_at) from campaign_pages where look_at is not null))

-- name: listed
-- Campaigns of a customer, sorted by 'created', 'name' or 'status', downwards with $3.
select * from campaigns where customer_id = $1
order by case when $2 = 'name' and not $3 then lower(name) when $2 = 'status' and not $3 then status end,
         case when $2 = 'name' and $3 then lower(name) when $2 = 'status' and $3 then status end desc,
         case when $3 then -id else id end
limit $4 offset $5

-- name: listed_of_all
-- The newest campaigns of all customers.
select * from campaigns order by id desc limit $1

-- name: write
-- What changes in a campaign while it lives.
update campaigns
set status = $2, why = $3, started_at = $4, planned_at = $5, finished_at = $6, tend_at = $7, sources_done = $8,
    source_after = $9, people = $10, opted_out = $11, duplicates = $12, inactive = $13, numberless = $14, pages = $15,
    fed_to = $16, fed = $17, refused = $18
where id = $1

-- name: plan_numbers
-- Puts numbers into the audience, each once, with the contacts they are of; gives how many were new and how many of
-- those have opted out. $5: the scopes of opting out that count. (By number as in `sent_to`.)
with given as materialized (
    select distinct number from unnest($4::text[]) number
), put as (
    insert into campaign_people (campaign_id, bucket, address, contact_id, state)
    select $1, $2, g.number,
           (select c.id from contacts c where c.customer_id = $3 and c.phone between g.number and g.number
            order by c.phone limit 1),
           case when exists (select from opt_outs o where o.customer_id = $3 and o.address = g.number
                                                      and o.scope = any($5::text[]) offset 0) then 1 else 0 end
    from given g order by g.number
    on conflict do nothing
    returning state
)
select count(*) as new, count(*) filter (where state = 1) as opted_out from put

-- name: plan_contacts
-- Puts contacts into the audience; gives how many there are, are without a number, were new, and of those opted out.
with found as materialized (
    select id, phone from contacts where id = any($4::bigint[]) and customer_id + 0 = $3
), put as (
    insert into campaign_people (campaign_id, bucket, address, contact_id, state)
    select $1, $2, f.phone, f.id,
           case when exists (select from opt_outs o where o.customer_id = $3 and o.address = f.phone
                                                      and o.scope = any($5::text[]) offset 0) then 1 else 0 end
    from found f where f.phone is not null order by f.phone
    on conflict do nothing
    returning state
)
select (select count(*) from found) as found, (select count(*) from found where phone is null) as numberless,
       count(*) as new, count(*) filter (where state = 1) as opted_out
from put

-- name: members
-- The next members of a list after a contact, and whether each is written to by way of it. Of a list that was emptied
-- there are none.
select contact_id, active from list_members
where list_id = $1 and contact_id > $2 and exists (select from lists where id = $1 and emptied_at is null)
order by contact_id limit $3

-- name: people
-- The next people of an audience who are sent to, after an address, with what is known of them.
select p.address, c.*
from (select address, contact_id from campaign_people
      where campaign_id = $1 and address > $2 and state = 0 order by address limit $3) p
left join lateral (
    select id, external_reference, name, email, first_name, last_name, company, address_line1, address_line2, postcode,
           city, county, country, properties
    from contacts where id = p.contact_id offset 0
) c on true
order by p.address

-- name: refuse
-- People who can't be sent to, and why.
update campaign_people p set state = 2, why = u.why
from unnest($2::text[], $3::text[]) u (address, why)
where p.campaign_id = $1 and p.address = u.address and p.address = any($2::text[]) and p.state = 0

-- name: passed
-- People of an audience in a state, after an address.
select address, contact_id, why from campaign_people
where campaign_id = $1 and address > $2 and state = $3 order by address limit $4

-- name: message_of_page
-- The message that a page became already, its parts, and whom it is to.
select m.id, m.part_count, array(select address from recipients r where r.message_id = m.id and r.id > m.id) as addresses
from messages m where m.campaign_id = $1 and m.request_id = $2 limit 1

-- name: add_page
-- A page that became a message; it is looked at soon.
insert into campaign_pages (campaign_id, bucket, page, message_id, recipients, queued, parts, fed_at, looked_at, look_at)
values ($1, $2, $3, $4, $5, $5, $6, $7, $7, $7)
on conflict do nothing

-- name: queued
-- How many recipients of a campaign wait for a channel, or are in its hands.
select count(*) from outbox where campaign_id = $1

-- name: waiting
-- How many recipients of a campaign are still to be handed over.
select (select count(*) from outbox where campaign_id = $1) + (select count(*) from held where campaign_id = $1)

-- name: pages_to_look_at
-- Pages whose time has come to be looked at, held; those that another process is at are passed.
select campaign_id, page, message_id from campaign_pages where look_at <= $1 order by look_at limit $2
for update skip locked

-- name: unsettled_pages
-- Pages of a campaign that may still change and were not looked at since a moment.
select message_id from campaign_pages
where campaign_id = $1 and look_at is not null and looked_at < $2 order by page limit $3

-- name: look
-- Looks how the recipients of these messages stand, writes it down, and when to look again: after an eighth of the
-- page's age while any may change, hourly when all are final (a late receipt may still say that one was delivered),
-- never after some days, or when all are delivered. A page whose recipients are no longer kept stays as it was.
-- (By one look-up for each message, so that the later periods are read and nothing else.)
with seen as materialized (
    select m.id as message_id, s.*
    from unnest($1::bigint[]) m (id), lateral (
        select count(*) as n, count(*) filter (where status = 3) as frozen,
               count(*) filter (where status = 5) as scheduled, count(*) filter (where status = 10) as queued,
               count(*) filter (where status = 20) as unknown, count(*) filter (where status = 30) as sent,
               count(*) filter (where status = 50) as expired, count(*) filter (where status = 55) as undelivered,
               count(*) filter (where status = 58) as cancelled,
               count(*) filter (where status = 60 and failure <> 'opted_out') as failed,
               count(*) filter (where status = 60 and failure = 'opted_out') as opted_out,
               count(*) filter (where status = 70) as delivered,
               coalesce(sum(parts) filter (where failure is distinct from 'opted_out' and status <> 58), 0) as parts,
               coalesce(sum(cost), 0) as cost, coalesce(sum(cost_gbp), 0) as cost_gbp
        from recipients r where r.message_id = m.id and r.id > m.id
    ) s
)
update campaign_pages p
set frozen = s.frozen, scheduled = s.scheduled, queued = s.queued, unknown = s.unknown, sent = s.sent,
    expired = s.expired, undelivered = s.undelivered, cancelled = s.cancelled, failed = s.failed,
    opted_out = s.opted_out, delivered = s.delivered, parts = s.parts, cost = s.cost, cost_gbp = s.cost_gbp,
    looked_at = $2,
    look_at = case
        when s.delivered + s.cancelled + s.failed + s.opted_out = p.recipients then null
        when $2 - p.fed_at > interval '5 days' then null
        when s.frozen + s.scheduled + s.queued + s.unknown + s.sent = 0 then $2 + interval '1 hour'
        else $2 + least(greatest(($2 - p.fed_at) / 8, interval '1 second'), interval '1 hour') end
from seen s
where p.message_id = s.message_id and p.message_id = any($1::bigint[]) and s.n = p.recipients

-- name: progress
-- How all pages of these campaigns stand, summed.
select campaign_id, sum(recipients) as recipients, sum(frozen) as frozen, sum(scheduled) as scheduled,
       sum(queued) as queued, sum(unknown) as unknown, sum(sent) as sent, sum(expired) as expired,
       sum(undelivered) as undelivered, sum(cancelled) as cancelled, sum(failed) as failed,
       sum(opted_out) as opted_out, sum(delivered) as delivered, sum(parts) as parts, sum(cost) as cost,
       sum(cost_gbp) as cost_gbp, min(looked_at) filter (where look_at is not null) as oldest_look
from campaign_pages where campaign_id = any($1::bigint[]) group by campaign_id

-- name: replies
-- What came in from people of a campaign when nothing else had been sent to them since: how many messages, from how many
-- people, and from how many who said stop. (By number as in `sent_to`.)
select count(*) as messages, count(distinct source) as people,
       count(distinct source) filter (where consent = 'stop') as stopped
from inbound_messages i
where i.customer_id = $2 and i.id > $3 and i.received_at >= $4
  and exists (select from campaign_people p where p.campaign_id = $1 and p.address = i.source and p.state = 0 offset 0)
  and $1 = (
    select (select campaign_id from messages where id = r.message_id)
    from (select message_id, failure, created_at from recipients
          where customer_id = $2 and address between i.source and i.source order by address desc, id desc limit 50) r
    where r.created_at <= i.received_at and r.failure is distinct from 'opted_out' limit 1)

-- name: known_contacts
-- Those of these that are contacts of the customer, with their numbers.
select id, phone from contacts where id = any($2::bigint[]) and customer_id + 0 = $1

-- name: known_tags
-- Those of these that are tags of the customer.
select id from lists where id = any($2::bigint[]) and customer_id + 0 = $1 and service_id is null and emptied_at is null

-- name: tags_by_name
-- The customer's tags of these names, in any letter case.
select n.written, l.id from unnest($2::text[]) n (written)
join lateral (select id from lists where customer_id = $1 and lower(name) = lower(n.written) and service_id is null
              and emptied_at is null order by id limit 1) l on true

-- name: lists_of_groups
-- The lists of these group services of the customer; a group that nobody was ever in has none.
select id from lists where service_id = any($2::bigint[]) and customer_id + 0 = $1 order by id

-- name: example
-- The number of somebody on a list.
select c.phone from (
    select contact_id from list_members where list_id = $1 and active order by contact_id limit 100) m
join lateral (select phone from contacts where id = m.contact_id offset 0) c on true
where c.phone is not null limit 1

-- name: preview
-- Whom an audience would be, without writing it down: numbers $2, contacts $3, everybody active on the lists $4. How many
-- people, how many of them have opted out ($5: the scopes that count), are members who are not written to by way of their
-- list, contacts without a number; how many were named at all; whoever is at place $6, and up to $7 of those who are sent
-- to, numbers first in the order given.
with named as materialized (
    select number as address, null::bigint as contact_id, place from unnest($2::text[]) with ordinality u (number, place)
    union all
    select phone, id, null from contacts where id = any($3::bigint[]) and customer_id + 0 = $1
    union all
    select c.phone, c.id, null
    from list_members m, lateral (select id, phone from contacts where id = m.contact_id offset 0) c
    where m.list_id = any($4::bigint[]) and m.active
), people as materialized (
    select address, min(place) as place, max(contact_id) as contact_id from named where address is not null
    group by address collate "C", address
), standing as materialized (
    select p.*, exists (select from opt_outs o where o.customer_id = $1 and o.address = p.address
                                                 and o.scope = any($5::text[]) offset 0) as opted_out
    from people p
)
select (select count(*) from named) as named, (select count(*) from named where address is null) as numberless,
       (select count(*) from list_members where list_id = any($4::bigint[]) and not active) as inactive,
       (select count(*) from standing) as people, (select count(*) from standing where opted_out) as opted_out,
       (select row(address, contact_id, opted_out) from standing order by place, address offset $6 limit 1) as shown,
       array(select address from standing where not opted_out order by place, address limit $7) as sample

-- name: preview_people
-- What is known of people by their numbers.
select a.address, c.*
from unnest($2::text[]) with ordinality a (address, place)
left join lateral (
    select id, external_reference, name, email, first_name, last_name, company, address_line1, address_line2, postcode,
           city, county, country, properties
    from contacts where customer_id = $1 and phone between a.address and a.address order by phone limit 1
) c on true
order by a.place

-- name: forget_people
-- Takes away up to $2 people of the campaign that has been over for longest, if since before $1; gives how many.
delete from campaign_people where ctid = any(array(
    select ctid from campaign_people
    where campaign_id = (select id from campaigns where finished_at < $1 order by finished_at limit 1) limit $2))

-- name: forget
-- Takes away that campaign itself, when it has no people any more; gives how many.
with gone as (
    delete from campaigns where id = (select id from campaigns where finished_at < $1 order by finished_at limit 1)
      and not exists (select from campaign_people p where p.campaign_id = campaigns.id)
    returning id
), pages as (
    delete from campaign_pages where campaign_id = any(array(select id from gone))
), sources as (
    delete from campaign_sources where campaign_id = any(array(select id from gone))
)
select count(*) from gone
