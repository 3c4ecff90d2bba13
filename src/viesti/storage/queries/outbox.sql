-- name: claim
-- Claims up to $3 ready recipients of channel $1 under fencing token $4 of lease $2, urgent lane first, then by
-- fair-queueing tag, and moves the virtual time of their lanes forward. Claims nothing when the lease has run out or
-- passed to another holder. Gives them with what is needed to send and to settle them; nulls where that is no longer
-- stored. ("offset 0" keeps these look-ups by index, one for each row: as joins they are planned for one row.)
with picked as materialized (
    select id from outbox
    where channel_id = $1 and claim is null and due_at is null
      and exists (select from leases where name = $2 and token = $4 and expires_at > $5)
    order by lane, tag, id
    limit $3
    for update skip locked
), claimed as materialized (
    update outbox set claim = $4, claimed_at = $5, attempt = attempt + 1
    where id = any(array(select id from picked))
    returning id, lane, tag, attempt, tried, released_at
), clock as (
    insert into fair_clock (channel_id, lane, tag) select $1, lane, max(tag) from claimed group by lane
    on conflict (channel_id, lane) do update set tag = greatest(fair_clock.tag, excluded.tag)
)
select c.lane, c.tag, c.id, c.attempt, c.tried, c.released_at, r.*, m.*
from claimed c
left join lateral (
    select id, message_id, address, address_kind, text, doubts, channel_id, created_at, parts, fell_back_after
    from recipients where id = c.id offset 0
) r on true
left join lateral (
    select id, sender, sender_kind, text, shift_tables, validity_seconds, service_id, customer_id, send_at, report_all,
           link_base, link_rule, protocol, content::text, fallback
    from messages where id = r.message_id offset 0
) m on true

-- name: settle
-- Removes settled recipients that are still claimed under this token; gives those that were. (The sum keeps the
-- planner from the index on claim, which leads to everything this process holds.)
delete from outbox where id = any($1::bigint[]) and claim + 0 = $2
returning id

-- name: settle_sent
-- Settles recipients that the carrier took whole, as far as they are still claimed under token $1: they leave, their
-- parts ($3 to $8, in order) are noted, and they are marked as `sent` (30) unless a receipt has moved them further.
-- None of them leaves when one of the customers $9 has a subscription to every status: then more is to be written with
-- it. Gives them, and whether a receipt came before one of the references. (`is true` keeps the look-up in `gone` a hash;
-- as a join it is planned for one row. The low bits of an id are its bucket.)
with gone as materialized (
    delete from outbox where id = any($3::bigint[]) and claim + 0 = $1
      and not exists (select from unnest($9::bigint[]) p (customer_id)
                      where exists (select from subscriptions s
                                    where s.customer_id = p.customer_id and s.event = 'report' and s.ended_at is null
                                      and s.options @> '{"every": true}' offset 0))
    returning id
), noted as (
    insert into parts (recipient_id, bucket, attempt, number, total, channel_id, reference, sent_at)
    select p.recipient_id, p.recipient_id % 64, p.attempt, p.number, p.total, $2, p.reference, p.sent_at
    from unnest($3::bigint[], $4::smallint[], $5::smallint[], $6::smallint[], $7::text[], $8::timestamptz[])
         p (recipient_id, attempt, number, total, reference, sent_at)
    where (p.recipient_id in (select id from gone)) is true
), marked as (
    update recipients r
    set status = greatest(r.status, 30), sent_at = coalesce(r.sent_at, u.at), attempt = u.attempt, channel_id = $2
    from (select id, max(attempt) as attempt, max(at) as at
          from unnest($3::bigint[], $4::smallint[], $8::timestamptz[]) p (id, attempt, at) group by id order by id) u
    where r.id = u.id and r.id = any($3::bigint[]) and (r.id in (select id from gone)) is true
)
select id, exists (select from waiting_receipts where reference = any($7::text[]) and channel_id = $2) from gone

-- name: defer
-- Gives recipients back, to be tried not before their time (null: at once), perhaps on another channel; gives
-- those that were still claimed under this token. Another channel has another virtual time, so there its tag is
-- that of what is served now: it has waited already. $1 is in order, so a row finds its place by bisection (as a
-- join this is planned for one row, and every row then passes through the whole list).
update outbox o set claim = null, claimed_at = null,
    due_at = ($2::timestamptz[])[width_bucket(o.id, $1::bigint[])],
    channel_id = ($3::bigint[])[width_bucket(o.id, $1::bigint[])],
    tried = case when o.channel_id = ($3::bigint[])[width_bucket(o.id, $1::bigint[])] then o.tried
                 else array_append(o.tried, o.channel_id) end,
    tag = case when o.channel_id = ($3::bigint[])[width_bucket(o.id, $1::bigint[])] then o.tag else coalesce(
        (select f.tag from fair_clock f
         where f.channel_id = ($3::bigint[])[width_bucket(o.id, $1::bigint[])] and f.lane = o.lane), 0) end
where o.id = any($1::bigint[]) and o.claim = $4
returning o.id

-- name: withdraw
-- Removes recipients that turned out to be sent already, unless they are in somebody's hands; gives those removed.
delete from outbox where id = any($1::bigint[]) and claim is null
returning id

-- name: withdraw_from
-- The same for those that wait for channel $2.
delete from outbox where id = any($1::bigint[]) and claim is null and channel_id = $2
returning id

-- name: put_off
-- Recipients that wait for their time or for a channel, in nobody's hands, are due at $2; so are those that are held, when
-- they are released. Gives both. (It is another time that they are due at, so what a release noted is of no matter.)
with free as materialized (
    select id from outbox where id = any($1::bigint[]) and claim is null for update
), put as (
    update recipients set status = 5
    where id = any(array(select id from free)) and status in (5, 10) and fell_back_after is null
    returning id
), due as (
    update outbox set due_at = $2, released_at = null where id = any(array(select id from put)) returning id
), kept as (
    update held set due_at = $2 where id = any($1::bigint[]) returning id
)
select id from due union all select id from kept

-- name: attempts
-- In which attempt these are as far as they are queued, and whether that is in somebody's hands.
select id, attempt, claim is not null as in_hand from outbox where id = any($1::bigint[])

-- name: withdraw_campaign
-- The same for up to $2 recipients of a campaign.
delete from outbox where id = any(array(
    select id from outbox where campaign_id = $1 and claim is null order by id limit $2 for update skip locked))
returning id

-- name: unclaim
-- Gives back what was claimed and certainly not written to a carrier; the attempt does not count.
update outbox set claim = null, claimed_at = null, attempt = attempt - 1
where id = any($1::bigint[]) and claim = $2

-- name: unclaim_all_but
-- Gives back what is claimed under this token and not among these.
update outbox set claim = null, claimed_at = null, attempt = attempt - 1
where claim = $1 and id <> all($2::bigint[])

-- name: release_due
-- Makes due recipients ready, at most $2 at a time; gives the channels that have work now.
with due as materialized (
    select id from outbox where due_at <= $1 order by due_at limit $2 for update skip locked
)
update outbox set due_at = null where id = any(array(select id from due))
returning id, channel_id

-- name: next_due
-- When the next scheduled or deferred recipient falls due.
select min(due_at) from outbox where due_at is not null

-- name: abandoned
-- Recipients whose claimant is gone, locked, at most $2: its channel is served under a newer token, or its lease has
-- been out since before $1 and the claim is as old (the holder may still come back for a younger one).
select id, claim, channel_id, attempt from outbox o
where claim is not null
  and (exists (select from leases l where l.name = 'channel ' || o.channel_id and l.token > o.claim)
       or (claimed_at < $1 and not exists (select from leases l where l.token = o.claim and l.expires_at > $1)))
order by claim -- by the index of what is claimed: by id it would read the whole queue
limit $2
for update skip locked

-- name: requeue
-- Gives abandoned recipients back for another attempt, not before their time (null: at once).
update outbox o set claim = null, claimed_at = null, due_at = u.due_at
from unnest($1::bigint[], $2::timestamptz[]) u (id, due_at)
where o.id = u.id and o.id = any($1::bigint[])

-- name: drop
-- Removes recipients that are not to be tried again.
delete from outbox where id = any($1::bigint[])

-- name: depth
-- How much waits, by channel and lane.
select channel_id, lane,
       count(*) filter (where due_at is null and claim is null) as ready,
       count(*) filter (where due_at is not null) as due_later,
       count(*) filter (where claim is not null) as claimed
from outbox group by channel_id, lane

-- name: clocks
-- The virtual time of every channel's lane.
select channel_id, lane, tag from fair_clock

-- name: ready_after
-- Ready recipients of a channel after an id, locked, at most $3.
select id from outbox
where channel_id = $1 and id > $2 and claim is null and due_at is null
order by id
limit $3
for update skip locked

-- name: move
-- Puts recipients on another channel's queue.
update outbox o set channel_id = u.channel_id from unnest($1::bigint[], $2::bigint[]) u (id, channel_id)
where o.id = u.id and o.id = any($1::bigint[])
