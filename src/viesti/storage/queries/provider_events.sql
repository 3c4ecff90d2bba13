-- name: keep
-- Keeps bodies whose digest was not seen of late on their channel, each once.
with given as materialized (
    select * from unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::bytea[], $5::bytea[], $6::timestamptz[])
                  u (id, channel_id, bucket, digest, body, received_at)
), new as (
    insert into provider_bodies (digest, channel_id, bucket, at)
    select digest, channel_id, bucket, received_at from given
    on conflict do nothing
    returning digest, channel_id
)
insert into provider_events (id, bucket, channel_id, body, received_at)
select g.id, g.bucket, g.channel_id, g.body, g.received_at
from given g join new n on n.digest = g.digest and n.channel_id = g.channel_id

-- name: take
-- The oldest bodies that were not worked on yet, at most $1, locked until the transaction ends; those that another
-- process works on are passed over.
select id, bucket, channel_id, body, received_at, failures from provider_events
where due_at is null order by id limit $1
for update skip locked

-- name: take_these
-- These bodies, as far as nobody else works on them.
select id, bucket, channel_id, body, received_at, failures from provider_events
where id = any($1::bigint[]) order by id
for update skip locked

-- name: due
-- Bodies that failed and are to be tried again by now, at most $2.
select id from provider_events where due_at <= $1 order by due_at limit $2

-- name: next_due
-- When the next body that failed is to be tried again.
select due_at from provider_events where due_at is not null and due_at < 'infinity' order by due_at limit 1

-- name: done
-- Drops bodies that were worked on.
delete from provider_events where id = any($1::bigint[])

-- name: failed
-- Keeps bodies that failed for later; without a time ($4) they wait for a person.
update provider_events e set failures = e.failures + 1, last_error = u.error, due_at = coalesce(u.due_at, 'infinity')
from unnest($1::bigint[], $2::text[], $3::timestamptz[]) u (id, error, due_at)
where e.id = u.id and e.id = any($1::bigint[])

-- name: again
-- Takes failed bodies up again at once (null: all of them); gives their ids.
update provider_events set due_at = $2 where due_at is not null and ($1::bigint[] is null or id = any($1::bigint[]))
returning id

-- name: drop_failed
-- Drops failed bodies for good.
delete from provider_events where due_at is not null and id = any($1::bigint[])

-- name: failed_ones
-- Bodies that failed, the oldest first, without what is in them.
select id, channel_id, octet_length(body) as octets, received_at, failures, last_error, nullif(due_at, 'infinity') as due_at
from provider_events where due_at is not null order by id limit $1

-- name: body
-- What a body holds.
select body from provider_events where id = $1

-- name: counts
-- How many bodies wait to be worked on, and how many failed.
select (select count(*) from provider_events where due_at is null) as waiting,
       (select count(*) from provider_events where due_at is not null) as failed

-- name: new_references
-- Notes which messages were made; gives those that were not noted before.
insert into inbound_references (reference, channel_id, bucket, at)
select * from unnest($1::text[], $2::bigint[], $3::smallint[], $4::timestamptz[])
on conflict do nothing
returning reference, channel_id

-- name: forget_bodies
-- Forgets digests of bodies that were taken before a time, at most $2.
delete from provider_bodies where ctid = any(array(select ctid from provider_bodies where at < $1 order by at limit $2))

-- name: forget_references
-- Forgets references of messages that were made before a time, at most $2. What came since a body that failed is known
-- on: part of that one may have taken effect, and it may yet be tried again.
delete from inbound_references
where ctid = any(array(
    select ctid from inbound_references
    where at < least($1, (
        select received_at from provider_events where due_at is not null order by received_at limit 1))
    order by at limit $2))

-- name: forget_failed
-- Drops bodies that failed and came before a time, at most $2.
delete from provider_events
where id = any(array(
    select id from provider_events where due_at is not null and received_at < $1 order by received_at limit $2))
