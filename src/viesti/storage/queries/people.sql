-- name: known
-- What is known of these people, $1 of the customer and $2 the number, as far as there is anything: what they opted out
-- of, and who of the customer's contacts they are. Then, without a number, those customers of $3 with a live
-- subscription to what is sent or to reports, and to which. (One look by index for each; "offset 0" and "limit" keep it so, as joins it is
-- planned for a few; and the order names the index of numbers, or planned while there are no contacts it takes any.)
select p.customer_id, p.address, o.scope, c.id, c.name, c.first_name, c.last_name, c.external_reference
from unnest($1::bigint[], $2::text[]) p (customer_id, address)
left join lateral (
    select scope from opt_outs where customer_id = p.customer_id and address = p.address offset 0
) o on true
left join lateral (
    select id, name, first_name, last_name, external_reference from contacts
    where customer_id = p.customer_id and phone between p.address and p.address order by phone limit 1
) c on true
where o.scope is not null or c.id is not null
union all
select p.customer_id, null, 'outbound', null, null, null, null, null from unnest($3::bigint[]) p (customer_id)
where exists (select from subscriptions s
              where s.customer_id = p.customer_id and s.event = 'outbound' and s.ended_at is null offset 0)
union all
select p.customer_id, null, 'report', null, null, null, null, null from unnest($3::bigint[]) p (customer_id)
where exists (select from subscriptions s
              where s.customer_id = p.customer_id and s.event = 'report' and s.ended_at is null offset 0)

-- name: on_whatsapp
-- What these parties, $1 of the customer, $2 by our identity and $3 the address, said under any name that we know them by
-- (a number or a user id): the scope in which they must not be written to, and whether they allowed that identity.
with asked as (
    select customer_id, identity, address from unnest($1::bigint[], $2::text[], $3::text[]) p (customer_id, identity, address)
), named as materialized (
    select customer_id, identity, address, address as name from asked
    union all
    select a.customer_id, a.identity, a.address, w.bsuid from asked a cross join lateral (
        select bsuid from whatsapp_parties where customer_id = a.customer_id and phone = a.address offset 0) w
    union all
    select a.customer_id, a.identity, a.address, w.phone from asked a cross join lateral (
        select phone from whatsapp_parties where customer_id = a.customer_id and bsuid = a.address and phone is not null
        offset 0) w
)
select n.customer_id, n.identity, n.address,
       min(f.scope) as scope,  -- 'all' before 'marketing'
       bool_or(f.scope is null) as opted_in
from named n cross join lateral (
    select scope from opt_outs where customer_id = n.customer_id and address = n.name
    union all
    select case when opted_in then null else 'all' end from channel_consents
    where customer_id = n.customer_id and identity = n.identity and address = n.name and channel = 'whatsapp'
    offset 0
) f
group by n.customer_id, n.identity, n.address
