-- name: of_customer
-- What of a customer is held for a reason, the longest held first, locked, at most $4, after an id.
select id, bucket, customer_id, reason, channel_id, lane, parts, cost, due_at, since, campaign_id
from held where customer_id = $1 and reason = $2 and id > $3
order by id limit $4
for update skip locked

-- name: of_campaign
-- What of a campaign is held for a reason, the longest held first, locked, at most $4, after an id.
select id, bucket, customer_id, reason, channel_id, lane, parts, cost, due_at, since, campaign_id
from held where campaign_id = $1 and reason = $2 and id > $3
order by id limit $4
for update skip locked

-- name: some
-- Those of these that are held, locked.
select id, bucket, customer_id, reason, channel_id, lane, parts, cost, due_at, since, campaign_id
from held where id = any($1::bigint[])
order by id
for update

-- name: older
-- Those held since before $1 that nobody paused, locked, at most $2.
select id, bucket, customer_id, reason, channel_id, lane, parts, cost, due_at, since, campaign_id
from held where since < $1 and reason <> 'paused'
order by since limit $2
for update skip locked

-- name: await_balance
-- These are held for lack of balance from now on.
update held set reason = 'balance' where id = any($1::bigint[])

-- name: listed
-- What of a customer is held for these reasons, the longest held first, after an id, at most $4. (Each reason is looked
-- up in the index by itself.)
select h.id, h.customer_id, h.reason, h.since, h.parts, h.cost, h.due_at, r.address, m.sender, m.currency
from (
    select x.* from unnest($2::text[]) u (reason)
    cross join lateral (
        select * from held where customer_id = $1 and reason = u.reason and id > $3 order by id limit $4 offset 0
    ) x
    order by x.id limit $4
) h
left join lateral (select message_id, address from recipients where id = h.id offset 0) r on true
left join lateral (select sender, currency from messages where id = r.message_id offset 0) m on true
order by h.id

-- name: listed_all
-- What is held for these reasons, of all customers, the longest held first, after an id, at most $3.
select h.id, h.customer_id, h.reason, h.since, h.parts, h.cost, h.due_at, r.address, m.sender, m.currency
from (select * from held where reason = any($1::text[]) and id > $2 order by id limit $3) h
left join lateral (select message_id, address from recipients where id = h.id offset 0) r on true
left join lateral (select sender, currency from messages where id = r.message_id offset 0) m on true
order by h.id

-- name: reasons
-- Why these are held, as far as they are.
select id, reason from held where id = any($1::bigint[])

-- name: tally
-- How many of a customer are held, for each reason, and what they would cost.
select reason, count(*) as recipients, coalesce(sum(cost), 0) as cost from held where customer_id = $1 group by reason

-- name: release
-- Queues recipients that are held, $1 in order, each with its fair tag of $2, to be sent when they are due, or now ($3).
-- One that is not frozen any more (a late receipt of an earlier attempt came) is only held no more. Gives those queued.
-- (`is true` keeps the look-ups a hash; as joins they are planned for one row.)
with gone as materialized (
    delete from held where id = any($1::bigint[])
    returning id, bucket, channel_id, lane, parts, case when due_at > $3 then due_at end as due_at, campaign_id, attempt,
              tried
), freed as materialized (
    update recipients
    set status = case when (id in (select id from gone where due_at is not null)) is true then 5 else 10 end
    where id = any($1::bigint[]) and status = 3 and (id in (select id from gone)) is true
    returning id
)
insert into outbox (id, bucket, channel_id, lane, tag, parts, due_at, campaign_id, attempt, tried, released_at)
select g.id, g.bucket, g.channel_id, g.lane, ($2::bigint[])[width_bucket(g.id, $1::bigint[])], g.parts, g.due_at,
       g.campaign_id, g.attempt, g.tried, coalesce(g.due_at, $3)
from gone g where (g.id in (select id from freed)) is true
returning id, channel_id, due_at

-- name: drop
-- Takes recipients out of what is held; gives those that were.
delete from held where id = any($1::bigint[]) returning id

-- name: pause
-- Holds back up to $3 recipients of a campaign that wait for a channel and are in nobody's hands; gives how many it took.
-- What was sent by an earlier attempt after all is taken from the queue, and not held.
with picked as materialized (
    select id from outbox where campaign_id = $1 and claim is null order by id limit $3 for update skip locked
), gone as materialized (
    delete from outbox where id = any(array(select id from picked))
    returning id, bucket, channel_id, lane, parts, due_at, campaign_id, attempt, tried
), frozen as materialized (
    update recipients set status = 3 where id = any(array(select id from picked)) and status in (5, 10)
    returning id, customer_id
), kept as (
    insert into held (id, bucket, customer_id, reason, channel_id, lane, parts, due_at, since, campaign_id, attempt, tried)
    select id, bucket, (select customer_id from frozen limit 1), 'paused', channel_id, lane, parts, due_at, $2,
           campaign_id, attempt, tried
    from gone where (id in (select id from frozen)) is true
)
select count(*) from gone
