-- name: open
-- Finds or opens a discussion for each service and address, and notes which of our addresses was written to last, and
-- by what protocol.
insert into threads (id, bucket, customer_id, service_id, address, destination, opened_at, last_at, protocol)
select id, bucket, customer_id, service_id, address, destination, at, at, protocol
from unnest($1::bigint[], $2::smallint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::timestamptz[], $8::text[])
  u (id, bucket, customer_id, service_id, address, destination, at, protocol)
on conflict (service_id, address, bucket) do update
set destination = case when excluded.last_at >= threads.last_at then excluded.destination else threads.destination end,
    protocol = case when excluded.last_at >= threads.last_at then excluded.protocol else threads.protocol end,
    last_at = greatest(threads.last_at, excluded.last_at)
returning id, service_id, address

-- name: one
-- One discussion of a customer.
select id, customer_id, service_id, address, destination, protocol from threads where id = $1 and customer_id = $2
