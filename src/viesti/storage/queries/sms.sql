-- name: down
-- The newest of what a customer sent and got, ids between $2 and $3, made between $7 and $8: at most $4 sent and $5
-- received are looked at, and of the sent ones those taken that stand at $6 (null: anywhere). Then $9 are left out, and
-- $10 given.
select id, came from (
    select id, false as came from (
        select id, status from recipients
        where customer_id = $1 and id > $2 and id < $3 and created_at >= $7 and created_at < $8
        order by id desc limit $4) sent
    where $6::smallint[] is null or status = any($6)
    union all
    select id, true from (
        select id from inbound_messages
        where customer_id = $1 and id > $2 and id < $3 and received_at >= $7 and received_at < $8
        order by id desc limit $5) received) found
order by id desc offset $9 limit $10

-- name: up
-- The same, the oldest first.
select id, came from (
    select id, false as came from (
        select id, status from recipients
        where customer_id = $1 and id > $2 and id < $3 and created_at >= $7 and created_at < $8
        order by id limit $4) sent
    where $6::smallint[] is null or status = any($6)
    union all
    select id, true from (
        select id from inbound_messages
        where customer_id = $1 and id > $2 and id < $3 and received_at >= $7 and received_at < $8
        order by id limit $5) received) found
order by id offset $9 limit $10

-- name: with_down
-- The newest of what a customer sent to the number $11 and got from it, of a campaign $12 (null: any). (`between`, as
-- equality is planned like a number that most of the customer's messages go to.)
select id, came from (
    select id, false as came from (
        select id, status from recipients
        where customer_id = $1 and address between $11 and $11 and id > $2 and id < $3
          and created_at >= $7 and created_at < $8
          and ($12::bigint is null or (select campaign_id from messages where id = message_id) = $12)
        order by address desc, id desc limit $4) sent
    where $6::smallint[] is null or status = any($6)
    union all
    select id, true from (
        select id from inbound_messages
        where customer_id = $1 and source between $11 and $11 and id > $2 and id < $3
          and received_at >= $7 and received_at < $8
        order by source desc, id desc limit $5) received) found
order by id desc offset $9 limit $10

-- name: with_up
-- The same, the oldest first.
select id, came from (
    select id, false as came from (
        select id, status from recipients
        where customer_id = $1 and address between $11 and $11 and id > $2 and id < $3
          and created_at >= $7 and created_at < $8
          and ($12::bigint is null or (select campaign_id from messages where id = message_id) = $12)
        order by address, id limit $4) sent
    where $6::smallint[] is null or status = any($6)
    union all
    select id, true from (
        select id from inbound_messages
        where customer_id = $1 and source between $11 and $11 and id > $2 and id < $3
          and received_at >= $7 and received_at < $8
        order by source, id limit $5) received) found
order by id offset $9 limit $10

-- name: of_campaign_down
-- The newest of what went to the people of a campaign of the customer's. (A message comes before its recipients, so they
-- are read message by message.)
select id, false as came from (
    select r.id, r.status
    from (select id from messages where campaign_id = $10 and customer_id = $1 and id < $3
          order by campaign_id desc, id desc) m,
         lateral (select id, status, created_at from recipients where message_id = m.id and id > m.id offset 0) r
    where r.id > $2 and r.id < $3 and r.created_at >= $6 and r.created_at < $7
    order by m.id desc, r.id desc limit $4) sent
where $5::smallint[] is null or status = any($5)
order by id desc offset $8 limit $9

-- name: of_campaign_up
-- The same, the oldest first.
select id, false as came from (
    select r.id, r.status
    from (select id from messages where campaign_id = $10 and customer_id = $1 and id < $3
          order by campaign_id, id) m,
         lateral (select id, status, created_at from recipients where message_id = m.id and id > m.id offset 0) r
    where r.id > $2 and r.id < $3 and r.created_at >= $6 and r.created_at < $7
    order by m.id, r.id limit $4) sent
where $5::smallint[] is null or status = any($5)
order by id offset $8 limit $9

-- name: sent_from
-- The id from which on a customer's recipients are of $2 or later: halving the ids below $3 until one is left. Ids are in
-- the order of time only nearly, so the moment asked for should leave some room.
with recursive search (low, high) as (
    select 0::bigint, $3::bigint
    union all
    select case when p.created_at < $2 then p.id + 1 else s.low end,
           case when p.created_at < $2 then s.high else (s.low + s.high) / 2 end
    from search s left join lateral (
        select id, created_at from recipients where customer_id = $1 and id >= (s.low + s.high) / 2
        order by id limit 1) p on true
    where s.low < s.high
)
select low, high from search where low >= high

-- name: came_from
-- The same of what a customer got.
with recursive search (low, high) as (
    select 0::bigint, $3::bigint
    union all
    select case when p.received_at < $2 then p.id + 1 else s.low end,
           case when p.received_at < $2 then s.high else (s.low + s.high) / 2 end
    from search s left join lateral (
        select id, received_at from inbound_messages where customer_id = $1 and id >= (s.low + s.high) / 2
        order by id limit 1) p on true
    where s.low < s.high
)
select low, high from search where low >= high

-- name: sent
-- These recipients of a customer, with what is shown of their messages. (One look by index for each message: as a join
-- it is planned like one of most of them.)
select r.id, r.address, r.text as own_text, r.parts, r.status, r.failure, r.cost, r.cost_gbp, r.created_at, r.finished_at,
       r.flagged_at, r.flagged_why, r.warnings, m.sender, m.text, m.application_id, m.user_id, m.campaign_id, m.currency, m.link_base,
       m.link_rule
from recipients r,
     lateral (select sender, text, application_id, user_id, campaign_id, currency, link_base, link_rule
              from messages where id = r.message_id offset 0) m
where r.id = any($2::bigint[]) and r.customer_id = $1

-- name: received
-- These inbound messages of a customer.
select id, source, destination, text, parts, received_at from inbound_messages
where id = any($2::bigint[]) and customer_id = $1

-- name: number_of
-- The number of a contact of the customer.
select phone from contacts where id = $2 and customer_id = $1
