-- name: last
-- The last message to each of these (customer, address) that the carrier took, among the last $3 to it. ("between" and
-- the order of addresses leave it no index but recipients_address: by id alone it would walk through all that the
-- customer ever sent, where it takes the address for a common one.)
select u.customer_id, u.address, r.id, r.message_id, r.text,
       case when r.status = 70 then r.finished_at end as delivered_at
from unnest($1::bigint[], $2::text[]) u (customer_id, address),
     lateral (select * from (select id, message_id, text, status, sent_at, finished_at from recipients
                             where customer_id = u.customer_id and address between u.address and u.address
                             order by address desc, id desc limit $3) latest
              where sent_at is not null order by id desc limit 1) r

-- name: messages
-- What is told of messages; of those that are no SMS, nothing.
select id, sender, text, link_base, link_rule, service_id, quiet or protocol <> 'sms' as quiet, created_at from messages where id = any($1::bigint[])

-- name: unflagged
-- What is told of recipients that nothing odd was found about, in the order they were accepted in.
select id, bucket, customer_id, message_id, address, text from recipients
where id = any($1::bigint[]) and flagged_at is null
order by id

-- name: alike
-- How many messages with each text went to each (customer, address) after a moment, among the last $5 to it; the
-- place says which text; what was held, called back or kept from who had opted out is not counted.
select u.place, count(*) as alike
from unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[])
       with ordinality u (customer_id, address, text, since, place),
     lateral (select message_id, text, created_at, status, failure, flagged_at from recipients
              where customer_id = u.customer_id and address between u.address and u.address
              order by address desc, id desc limit $5) r
where r.created_at > u.since and r.flagged_at is null and r.status <> 58 and r.failure is distinct from 'opted_out'
  and u.text = coalesce(r.text, (select m.text from messages m where m.id = r.message_id))
group by u.place
