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
returning id, bucket, channel_id, source, source_kind, destination, text, payload, reference, total, number, received_at,
          protocol, message_reference, kind, attachments, details

-- name: message
-- One inbound message of a customer.
select id, bucket, customer_id, service_id, channel_id, source, source_kind, destination, text, payload, parts,
       parts_missing, keyword, consent, thread_id, received_at, protocol, reference, kind, attachments, details
from inbound_messages where id = $1 and customer_id = $2

-- name: payload
-- The octets of a message that is not text.
select payload from inbound_messages where id = $1

-- name: recent
-- The newest inbound messages of a customer.
select id, bucket, customer_id, service_id, channel_id, source, source_kind, destination, text, payload, parts,
       parts_missing, keyword, consent, thread_id, received_at, protocol, reference, kind, attachments, details
from inbound_messages where customer_id = $1 and id < $2 order by id desc limit $3

-- name: recent_of_all
-- The newest inbound messages of all customers, and of nobody.
select id, bucket, customer_id, service_id, channel_id, source, source_kind, destination, text, payload, parts,
       parts_missing, keyword, consent, thread_id, received_at, protocol, reference, kind, attachments, details
from inbound_messages where id < $1 order by id desc limit $2

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
