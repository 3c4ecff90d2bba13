-- name: due
-- Recipients whose time with WhatsApp is over, locked, at most $2. Who is with somebody else is left to him.
select recipient_id from fallbacks where due_at <= $1 order by due_at limit $2 for update skip locked

-- name: next_due
-- When the next one's time is over.
select min(due_at) from fallbacks

-- name: put_off
-- Look at these again at their time.
update fallbacks f set due_at = u.due_at from unnest($1::bigint[], $2::timestamptz[]) u (id, due_at)
where f.recipient_id = u.id and f.recipient_id = any($1::bigint[])

-- name: take
-- Takes the other way that these have left; gives those that had one. Whoever takes it settles what becomes of them.
delete from fallbacks where recipient_id = any(array(
    select recipient_id from fallbacks where recipient_id = any($1::bigint[]) order by recipient_id for update))
returning recipient_id

-- name: drop
-- These need no other way any more.
delete from fallbacks where recipient_id = any($1::bigint[])

-- name: lock
-- Locks recipients in their order and says where they stand.
select id, status, attempt, sent_at, fell_back_after from recipients where id = any($1::bigint[])
order by id for no key update

-- name: lock_free
-- The same for those that nobody else is writing to.
select id, status, attempt, sent_at, fell_back_after from recipients where id = any($1::bigint[])
order by id for no key update skip locked

-- name: queued
-- Which of these wait for a channel, in which attempt, and whether they are in nobody's hands: then they are locked.
with free as materialized (
    select id from outbox where id = any($1::bigint[]) and claim is null for update skip locked
)
select id, attempt, (id in (select id from free)) is true as free from outbox where id = any($1::bigint[])

-- name: queue
-- Recipients ($1) go on by SMS, on channel $2 by route $3, in the coding $4, after so many attempts ($5): they wait there
-- from now ($6) on. In a queue that is not theirs they have waited already, so their tag is that of what is served now.
-- A message that had no price has one now, in its customer's currency.
with moved as (
    update recipients r
    set channel_id = u.channel_id, route_id = u.route_id, coding = u.coding, fell_back_after = u.attempts,
        attempt = u.attempts, status = greatest(r.status, 10)
    from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::smallint[])
         u (id, channel_id, route_id, coding, attempts)
    where r.id = u.id and r.id = any($1::bigint[])
    returning r.id, r.bucket, r.message_id, r.parts, r.channel_id, r.attempt
), priced as (
    update messages m set currency = u.currency
    from unnest($7::bigint[], $8::text[]) u (id, currency)
    where m.id = u.id and m.id = any($7::bigint[]) and m.currency is null
)
insert into outbox (id, bucket, channel_id, lane, tag, parts, campaign_id, attempt, released_at)
select r.id, r.bucket, r.channel_id, m.lane,
       coalesce((select f.tag from fair_clock f where f.channel_id = r.channel_id and f.lane = m.lane), 0),
       r.parts, m.campaign_id, r.attempt, $6
from moved r cross join lateral (select lane, campaign_id from messages where id = r.message_id offset 0) m
on conflict (id, bucket) do update
set channel_id = excluded.channel_id, tag = excluded.tag, parts = excluded.parts, attempt = excluded.attempt,
    tried = '{}', due_at = null, released_at = excluded.released_at

