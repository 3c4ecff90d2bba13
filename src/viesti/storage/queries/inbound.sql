-- name: take_parts
-- Takes up to $1 whole messages, and up to $1 of those in parts whose last part has come or whose time is up, with
-- all their parts. The part with the lowest id is locked for its message, so that two engines never process the same
-- one, nor each a piece of it.
with whole as materialized (
    select id from inbound_parts where total is null order by id limit $1 for update skip locked
), ended as materialized (
    select min(id) as id from inbound_parts where total is not null
    group by source, reference, total, channel_id, destination
    having count(distinct number) >= total or min(received_at) < $2
    order by min(id) limit $1
), heads as materialized (
    select id, source, reference, total, channel_id, destination from inbound_parts
    where id = any(array(select id from ended))
    for update skip locked
)
delete from inbound_parts where id = any(array(
    select id from whole
    union all
    select q.id from heads h join inbound_parts q
        on q.source = h.source and q.reference = h.reference and q.total = h.total
       and q.channel_id = h.channel_id and q.destination = h.destination))
returning id, bucket, channel_id, source, source_kind, destination, text, payload, reference, total, number, received_at

-- name: open_threads
-- Finds or opens a thread for each service and address.
insert into threads (id, bucket, customer_id, service_id, address, opened_at, last_at)
select * from unnest($1::bigint[], $2::smallint[], $3::bigint[], $4::bigint[], $5::text[], $6::timestamptz[], $6::timestamptz[])
on conflict (service_id, address, bucket) do update set last_at = greatest(threads.last_at, excluded.last_at)
returning id, service_id, address

-- name: opt_out
-- These must not be written to any more.
insert into opt_outs (customer_id, bucket, address, scope, since)
select * from unnest($1::bigint[], $2::smallint[], $3::text[], $4::text[], $5::timestamptz[])
on conflict (customer_id, address, bucket) do update set scope = excluded.scope, since = excluded.since

-- name: opt_in
-- These may be written to again.
delete from opt_outs o using unnest($1::bigint[], $2::text[]) u (customer_id, address)
where o.customer_id = u.customer_id and o.address = u.address

-- name: add_contacts
-- Senders that the customer does not know yet become contacts; gives every one's id.
insert into contacts (id, bucket, customer_id, phone, source, created_at)
select * from unnest($1::bigint[], $2::smallint[], $3::bigint[], $4::text[], $5::text[], $6::timestamptz[])
on conflict (customer_id, phone, bucket) do update set phone = excluded.phone
returning id, customer_id, phone

-- name: add_to_list
-- Puts a contact on a list by name, which is made when there is none.
with target as (
    insert into lists (id, bucket, customer_id, name) values ($1, $2, $3, $4)
    on conflict (customer_id, name, bucket) do update set name = excluded.name
    returning id
)
insert into list_members (list_id, bucket, contact_id) select id, $2, $5 from target
on conflict (list_id, contact_id, bucket) do update set active = true

-- name: message
-- One inbound message of a customer.
select * from inbound_messages where id = $1 and customer_id = $2

-- name: recent
-- The newest inbound messages of a customer.
select * from inbound_messages where customer_id = $1 and id < $2 order by id desc limit $3

-- name: recent_of_all
-- The newest inbound messages of all customers, and of nobody.
select * from inbound_messages where id < $1 order by id desc limit $2

-- name: count_answer
-- Counts an automatic answer of a service to an address; gives how many there were since $5, this one included.
insert into answers_given (service_id, bucket, address, since, given) values ($1, $2, $3, $4, 1)
on conflict (service_id, address, bucket) do update
set given = case when answers_given.since < $5 then 1 else answers_given.given + 1 end,
    since = case when answers_given.since < $5 then excluded.since else answers_given.since end
returning given

-- name: forget_answers
-- Forgets counts that are too old to matter, at most $2.
delete from answers_given where ctid = any(array(select ctid from answers_given where since < $1 limit $2))
