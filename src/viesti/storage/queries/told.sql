-- name: as_told
-- What programs are told of these recipients beside where they stand; the SMS that went out instead of a WhatsApp message
-- where it did. ("offset 0" keeps the message a look-up by its index.)
select r.id, r.bucket, r.message_id, r.customer_id, r.address, r.parts, r.cost, r.created_at, r.sent_at,
       coalesce(r.text, m.text) as text, m.sender, m.protocol, m.service_id, m.campaign_id, m.customer_data, m.request_id,
       m.currency, m.link_base, m.link_rule,
       (select c.name from campaigns c where c.id = m.campaign_id) as campaign,
       case when r.fell_back_after is not null then m.fallback end as instead
from recipients r
cross join lateral (
    select text, sender, protocol, service_id, campaign_id, customer_data, request_id, currency, link_base, link_rule,
           fallback
    from messages where id = r.message_id offset 0
) m
where r.id = any($1::bigint[])
