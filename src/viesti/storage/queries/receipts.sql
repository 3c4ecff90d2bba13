-- name: find_parts
-- The parts that these references name on a channel. Ids below $3 are too old to be meant (carriers use
-- references again).
select recipient_id, bucket, attempt, number, total, reference, state from parts
where reference = any($1::text[]) and reference <> '' and channel_id = $2 and recipient_id >= $3

-- name: apply
-- Writes receipts of channel $1 with what they say of their parts and recipients ($2 to $9 and $13 as they came). Those that
-- are further ($10) than what is known go to their part; whoever wrote it meanwhile, what is final (neither 0, 1 nor 6)
-- only gives way to delivered (2), and expired (3) to a failure. A status ($11, $12; null: none) goes to the recipient
-- where it is higher. Gives the recipients that moved, what is owed for it, and whether a
-- subscription of their customer's may be to it. (The low bits of an id are its bucket.)
with logged as (
    insert into receipts (recipient_id, bucket, number, channel_id, reference, state, error, done_at, received_at, raw)
    select u.recipient_id, u.recipient_id % 64, u.number, $1, u.reference, u.state, u.error, u.done_at, u.received_at,
           u.raw
    from unnest($2::bigint[], $4::smallint[], $5::text[], $6::smallint[], $7::text[], $8::timestamptz[],
                $9::timestamptz[], $13::text[])
         u (recipient_id, number, reference, state, error, done_at, received_at, raw)
), told as (
    update parts p set state = u.state, error = u.error, done_at = u.done_at
    from unnest($2::bigint[], $3::smallint[], $4::smallint[], $6::smallint[], $7::text[], $8::timestamptz[],
                $10::boolean[]) u (recipient_id, attempt, number, state, error, done_at, further)
    where p.recipient_id = u.recipient_id and p.attempt = u.attempt and p.number = u.number and u.further
      and p.recipient_id = any($2::bigint[])
      and (p.state is null or p.state in (0, 1, 6) or u.state = 2 or (p.state = 3 and u.state not in (0, 1, 6)))
)
update recipients r
set status = u.status, failure = u.failure, carrier_error = nullif(u.error, ''), carrier_at = u.done_at,
    finished_at = case when u.status >= 50 then u.received_at else r.finished_at end
from unnest($2::bigint[], $7::text[], $8::timestamptz[], $9::timestamptz[], $11::smallint[], $12::text[])
     u (id, error, done_at, received_at, status, failure)
where r.id = u.id and r.id = any($2::bigint[]) and r.status < u.status
returning r.id, r.bucket, r.message_id, r.customer_id, r.address, r.status, r.failure, r.carrier_error, r.reports,
          case when r.status between 51 and 69 then (select o.status from recipients o where o.id = r.id) end as was,
          exists (select from subscriptions s where s.customer_id = r.customer_id and s.event in ('report', 'invalid')
                  and s.ended_at is null offset 0) as told

-- name: lock_recipients
-- Locks recipients in their order.
select id from recipients where id = any($1::bigint[]) order by id for no key update

-- name: part_states
-- The states of all parts of these recipients, whose messages have several. (One that was whole in itself went another
-- way, before it went on by SMS.)
select recipient_id, number, total, state from parts where recipient_id = any($1::bigint[]) and total > 1

-- name: take_waiting
-- Takes out the waiting receipts that these references were waited for on a channel.
delete from waiting_receipts where reference = any($1::text[]) and channel_id = $2
returning channel_id, reference, alternatives, state, error, done_at, received_at, source, destination, raw, recipient_id,
          attempt, failure, read_at

-- name: findable_waiting
-- Waiting receipts since $2 whose part (of a recipient from $3 on) is there by now; locked and taken out, at most $1.
with found as materialized (
    select w.id from waiting_receipts w
    where w.received_at >= $2
      and exists (select from parts p where p.channel_id = w.channel_id and p.reference <> ''
                  and p.reference = any(array_append(w.alternatives, w.reference)) and p.recipient_id >= $3)
    order by w.id limit $1
    for update skip locked
)
delete from waiting_receipts where id = any(array(select id from found))
returning channel_id, reference, alternatives, state, error, done_at, received_at, source, destination, raw, recipient_id,
          attempt, failure, read_at

-- name: findable_hinted
-- Waiting receipts that name an attempt, unless that is in somebody's hands; locked and taken out, at most $1. However
-- old: none waits with a name longer than the attempt is in those hands.
-- ("offset 0" keeps it a look for each; as a join it reads the queue through.)
with found as materialized (
    select w.id from waiting_receipts w
    where w.recipient_id is not null
      and not exists (select from outbox where id = w.recipient_id and claim is not null and attempt = w.attempt offset 0)
    order by w.recipient_id limit $1
    for update skip locked
)
delete from waiting_receipts where id = any(array(select id from found))
returning channel_id, reference, alternatives, state, error, done_at, received_at, source, destination, raw, recipient_id,
          attempt, failure, read_at

-- name: mark_read
-- When people read what channel $3 delivered to them, unless that is known.
update recipients r set read_at = u.at from unnest($1::bigint[], $2::timestamptz[]) u (id, at)
where r.id = u.id and r.id = any($1::bigint[]) and r.channel_id = $3 and r.status = 70 and r.read_at is null

-- name: waiting
-- Receipts that have not found their part, newest first.
select * from waiting_receipts order by id desc limit $1

-- name: count_waiting
-- How many receipts have not found their part.
select count(*) from waiting_receipts

-- name: forget_waiting
-- Drops waiting receipts that came before the limit, at most $2.
delete from waiting_receipts where id = any(array(select id from waiting_receipts where received_at < $1 limit $2))
