-- name: link_text
-- A recipient's text with what its short links need, and what a visit is counted by. Nothing where links are not
-- tracked. ("offset 0" keeps the message a look-up by its index.)
select r.id, r.bucket, r.customer_id, r.address, coalesce(r.sent_at, r.finished_at) as sent_at, coalesce(r.text, m.text) as text, m.link_base, m.link_rule,
       m.links_until, m.campaign_id
from recipients r
cross join lateral (
    select text, link_base, link_rule, links_until, campaign_id from messages where id = r.message_id offset 0
) m
where r.id = $1 and m.link_base is not null

-- name: link_texts
-- The same of many recipients, as far as their links are to be listed.
select r.id, coalesce(r.text, m.text) as text, m.link_base, m.link_rule
from recipients r
cross join lateral (
    select text, link_base, link_rule from messages where id = r.message_id offset 0
) m
where r.id = any($1::bigint[]) and m.link_base is not null

-- name: record
-- Notes visits that are not noted yet, and adds them to what they come to. The first person on a recipient's link is
-- counted for the contact: then all persons of the link are those of this batch. Gives the visits that were not noted, and
-- which of them are the first to a recipient's link: at all, and of persons.
with given as materialized (
    select * from unnest($1::bigint[], $2::smallint[], $3::bigint[], $4::smallint[], $5::timestamptz[], $6::text[],
                         $7::text[], $8::bigint[], $9::text[], $10::bigint[])
                  u (id, bucket, recipient_id, link, at, reason, agent, customer_id, address, campaign_id)
), new as (
    insert into clicks (id, bucket, recipient_id, link, at, reason, agent)
    select id, bucket, recipient_id, link, at, reason, agent from given
    on conflict do nothing
    returning id
), sums as materialized (
    select recipient_id, bucket, link, customer_id, address, campaign_id, count(*) as clicks,
           count(*) filter (where reason = '') as persons, min(at) as first_at, max(at) as last_at, min(id) as id,
           min(id) filter (where reason = '') as person
    from given where id in (select id from new)
    group by recipient_id, bucket, link, customer_id, address, campaign_id
), known as (
    insert into clicked as k (recipient_id, bucket, link, customer_id, campaign_id, clicks, persons, first_at, last_at)
    select recipient_id, bucket, link, customer_id, campaign_id, clicks, persons, first_at, last_at
    from sums order by recipient_id, link
    on conflict (recipient_id, link, bucket) do update
    set clicks = k.clicks + excluded.clicks, persons = k.persons + excluded.persons,
        first_at = least(k.first_at, excluded.first_at), last_at = greatest(k.last_at, excluded.last_at)
    returning recipient_id, link, persons, clicks
), counted as (
    insert into contact_counts (id, bucket, customer_id, address, kind, amount, at)
    select s.id, s.bucket, s.customer_id, s.address, 'click', 1, s.last_at
    from sums s join known k on k.recipient_id = s.recipient_id and k.link = s.link
    where s.persons > 0 and k.persons = s.persons
)
select g.id, k.clicks = s.clicks and g.id = s.id as first,
       k.persons = s.persons and g.id is not distinct from s.person as first_person
from given g
join sums s on s.recipient_id = g.recipient_id and s.link = g.link
join known k on k.recipient_id = g.recipient_id and k.link = g.link
where g.id in (select id from new)

-- name: of_recipients
-- How often the links of these recipients were followed.
select recipient_id, link, clicks, persons, first_at, last_at from clicked where recipient_id = any($1::bigint[])

-- name: visits
-- The visits to the links of these recipients, as they came, at most $2.
select recipient_id, link, at, reason, agent from clicks where recipient_id = any($1::bigint[]) order by id limit $2

-- name: of_campaigns
-- What the visits to the links of these campaigns come to.
select campaign_id, sum(clicks)::bigint as clicks, sum(persons)::bigint as persons, count(*) as links,
       count(*) filter (where persons > 0) as distinct_links,
       count(distinct recipient_id) filter (where persons > 0) as people
from clicked where campaign_id = any($1::bigint[]) group by campaign_id
