-- name: balance
-- The balance of a customer, if one is kept.
select customer_id, bucket, currency, paid, cap, spent, since from balances where customer_id = $1

-- name: open
-- Begins to keep a customer's balance, unless it is kept already.
insert into balances (customer_id, bucket, currency, since) values ($1, $2, $3, $4) on conflict do nothing

-- name: lock
-- The balance of a customer, locked: whoever would spend of it waits.
select customer_id, bucket, currency, paid, cap, spent, since from balances where customer_id = $1 for update

-- name: write
-- What a customer has paid in, and the cap.
update balances set paid = $2, cap = $3 where customer_id = $1

-- name: lock_left
-- What these customers may still spend (null: no limit), locked in one order everywhere.
select customer_id, paid + cap - spent as left from balances
where customer_id = any($1::bigint[]) order by customer_id for update

-- name: spend
-- Adds to what these customers have spent; their balances are locked.
update balances b set spent = b.spent + u.amount
from unnest($1::bigint[], $2::numeric[]) u (customer_id, amount)
where b.customer_id = u.customer_id and b.customer_id = any($1::bigint[])

-- name: add_entry
-- Notes what was paid in, or how the cap was changed.
insert into balance_entries (id, bucket, customer_id, at, kind, amount, actor, note)
values ($1, $2, $3, $4, $5, $6, $7, $8)

-- name: entries
-- What a customer paid in and how the cap was changed, the newest first.
select at, kind, amount, actor, note from balance_entries where customer_id = $1 order by id desc limit $2

-- name: settle_shares
-- These recipients pay $2 of $3 parts of what they were to cost ($4, where not null: of so many parts that it took
-- then); what was taken from a balance for the rest is given back. $1 is in order, so a row finds its place by
-- bisection (as a join this is planned for one row, and every row then passes through the whole list).
with locked as materialized (
    select id, bucket, customer_id, charged, cost, width_bucket(id, $1::bigint[]) as place
    from recipients where id = any($1::bigint[]) and cost is not null order by id for no key update
), was as materialized (
    select id, bucket, customer_id, charged, cost,
           round(cost * ($2::integer[])[place] / ($3::integer[])[place], 6) as now
    from locked
), written as (
    update recipients r
    set cost = round(r.cost * ($2::integer[])[width_bucket(r.id, $1::bigint[])]
                     / ($3::integer[])[width_bucket(r.id, $1::bigint[])], 6),
        cost_gbp = round(r.cost_gbp * ($2::integer[])[width_bucket(r.id, $1::bigint[])]
                         / ($3::integer[])[width_bucket(r.id, $1::bigint[])], 6),
        parts = coalesce(($4::smallint[])[width_bucket(r.id, $1::bigint[])], r.parts)
    where r.id = any($1::bigint[]) and (r.id in (select id from locked)) is true
)
insert into balance_changes as known (recipient_id, bucket, customer_id, amount)
select id, bucket, customer_id, now - cost from was where charged and now < cost
on conflict (recipient_id, bucket) do update set amount = known.amount + excluded.amount

-- name: costs
-- What these recipients cost so far, locked.
select id, bucket, customer_id, address, parts, cost, cost_gbp, coalesce(charged, false) as charged
from recipients where id = any($1::bigint[]) order by id for no key update

-- name: write_costs
-- What these recipients cost now, and for how many parts.
update recipients r set cost = u.cost, cost_gbp = u.cost_gbp, parts = u.parts
from unnest($1::bigint[], $2::numeric[], $3::numeric[], $4::smallint[]) u (id, cost, cost_gbp, parts)
where r.id = u.id and r.id = any($1::bigint[])

-- name: give_back
-- Amounts (below zero) to be added to what was spent.
insert into balance_changes as known (recipient_id, bucket, customer_id, amount)
select * from unnest($1::bigint[], $2::smallint[], $3::bigint[], $4::numeric[])
on conflict (recipient_id, bucket) do update set amount = known.amount + excluded.amount

-- name: fold_changes
-- Adds up to $1 changes to what was spent; gives the customers they were of.
with taken as materialized (
    delete from balance_changes where recipient_id = any(array(
        select recipient_id from balance_changes order by recipient_id limit $1 for update skip locked))
    returning customer_id, amount
), sums as materialized (
    select customer_id, sum(amount) as amount from taken group by customer_id
), locked as materialized (
    select customer_id from balances where customer_id = any(array(select customer_id from sums))
    order by customer_id for update
), written as (
    update balances b set spent = b.spent + s.amount
    from sums s where b.customer_id = s.customer_id and b.customer_id = any(array(select customer_id from locked))
)
select customer_id from sums

-- name: releasable
-- Customers with frozen recipients whose next one their balance covers by now.
select b.customer_id from balances b
cross join lateral (
    select cost from held where customer_id = b.customer_id and reason = 'balance' order by id limit 1 offset 0
) h
where b.cap is null or b.spent + coalesce(h.cost, 0) <= b.paid + b.cap

-- name: mark_charged
-- These recipients' costs are taken from the balance now.
update recipients set charged = true where id = any($1::bigint[])
