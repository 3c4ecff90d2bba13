-- name: opt_out
-- These must not be written to any more; gives those for whom that is new. What stands and is as wide stays, with its
-- time: who forbade everything has not allowed the rest by forbidding advertising.
insert into opt_outs (customer_id, bucket, address, scope, since)
select * from unnest($1::bigint[], $2::smallint[], $3::text[], $4::text[], $5::timestamptz[])
on conflict (customer_id, address, bucket) do update
set scope = excluded.scope, since = excluded.since
where opt_outs.scope = 'marketing' and excluded.scope = 'all'
returning customer_id, address

-- name: opt_in
-- These may be written to again. Allowing advertising alone ends an opt-out from advertising alone.
delete from opt_outs o using unnest($1::bigint[], $2::text[], $3::text[]) u (customer_id, address, scope)
where o.customer_id = u.customer_id and o.address = u.address and (u.scope = 'all' or o.scope = u.scope)

-- name: standing
-- What a person forbade a customer.
select scope, since from opt_outs where customer_id = $1 and address = $2

-- name: standing_of
-- What these people, $1 of the customer and $2 the name, forbade. (One look for each; "offset 0" keeps it so.)
select p.customer_id, p.address, o.scope, o.since
from unnest($1::bigint[], $2::text[]) p (customer_id, address)
cross join lateral (
    select scope, since from opt_outs where customer_id = p.customer_id and address = p.address offset 0
) o

-- name: forbidden
-- Those of these people who forbade a customer all messages.
select address from opt_outs where customer_id = $1 and address = any($2::text[]) and scope = 'all'

-- name: set_channel
-- What people allowed our addresses on a channel, by their latest word; gives those who had not said so before.
insert into channel_consents (customer_id, bucket, channel, identity, address, opted_in, since)
select * from unnest($1::bigint[], $2::smallint[], $3::text[], $4::text[], $5::text[], $6::boolean[], $7::timestamptz[])
on conflict (customer_id, identity, address, channel, bucket) do update
set opted_in = excluded.opted_in, since = excluded.since
returning customer_id, address, opted_in,
          (select c.opted_in from channel_consents c
           where c.customer_id = channel_consents.customer_id and c.identity = channel_consents.identity
             and c.address = channel_consents.address and c.channel = channel_consents.channel) as was

-- name: channels
-- What a person allowed the addresses of a customer.
select channel, identity, opted_in, since from channel_consents
where customer_id = $1 and address = $2 order by channel, identity

-- name: ledger
-- How a person's consent to a customer came to be, the newest first.
select action, scope, at, source, evidence from consent_ledger
where customer_id = $1 and address = $2 order by id desc limit $3
