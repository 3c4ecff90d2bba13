-- name: add
-- Adds a subscription, or finds the live one with the same URL; gives its id, and whether it is the one added.
insert into subscriptions (id, bucket, customer_id, service_id, dialect, event, url_sealed, url_digest, name, description,
                           user_id, application_id, created_at, options)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
on conflict (customer_id, service_id, dialect, event, url_digest, bucket) where ended_at is null
do update set name = excluded.name, description = excluded.description, options = excluded.options
returning id, id = $1 as added

-- name: count_others
-- How many live subscriptions a customer's service has (null: those to every service), but for those with this URL.
select count(*) from subscriptions
where customer_id = $1 and event = $2 and service_id is not distinct from $3 and ended_at is null and url_digest <> $4

-- name: one
-- One subscription, live or ended.
select id, bucket, customer_id, service_id, dialect, event, url_sealed, ended_at, options from subscriptions where id = $1

-- name: wanted
-- How many live subscriptions to an event these customers have. (To find whether there is one it would read all.)
select count(*) from subscriptions where customer_id = any($1::bigint[]) and event = $2 and ended_at is null

-- name: of_services
-- The live subscriptions to these events at these services of these customers, to be called now. They can't be ended
-- before this transaction is: so whoever ends one finds every call that is owed for it.
select id, bucket, customer_id, service_id, dialect, event, url_sealed, ended_at, options from subscriptions
where customer_id = any($1::bigint[]) and event = any($3::text[]) and ended_at is null
  and (service_id is null or service_id = any($2::bigint[]))
order by id
for share

-- name: of_customers
-- The same at whichever service.
select id, bucket, customer_id, service_id, dialect, event, url_sealed, ended_at, options from subscriptions
where customer_id = any($1::bigint[]) and event = any($2::text[]) and ended_at is null
order by id
for share

-- name: refused
-- Counts calls whose endpoint said that it is gone; gives how many there were in a row, and since when.
update subscriptions s set refusals = s.refusals + u.calls, refused_since = coalesce(s.refused_since, $3)
from unnest($1::bigint[], $2::integer[]) u (id, calls)
where s.id = u.id and s.id = any($1::bigint[]) and s.ended_at is null
returning s.id, s.refusals, s.refused_since

-- name: answered
-- These endpoints took a call: refusals are counted anew.
update subscriptions set refusals = 0, refused_since = null where id = any($1::bigint[]) and refusals > 0

-- name: end
-- Ends subscriptions, and forgets their URLs; gives those that were live.
update subscriptions set ended_at = $2, ended_why = $3, url_sealed = ''
where id = any($1::bigint[]) and ended_at is null
returning id

-- name: drop_callbacks
-- What is still owed for these subscriptions goes with them.
delete from callbacks where subscription_id = any($1::bigint[])
