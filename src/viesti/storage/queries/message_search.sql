-- name: sent
-- Looks through the next $6 of a customer's recipients, newest first, with ids between $5 and $3: by the way $2 all of
-- them ('all'), those to the number $7 ('number'), or those of his messages, from $4 on, of the campaign $8 ('campaign'),
-- with the request id $9 ('request') or the customer data $10 ('data'). Gives how many were looked at, the last of them
-- and its message; and of them, newest first and at most $16, those that stand at $11, are of the times $12 to $13, went
-- to that number and to a person with the tag $14, and whose message has the sender $15, that campaign, request id and customer data, and words
-- like $17 (null: whatever). (Each way is a look by index, and the others are not executed. A message comes before its
-- recipients, so they are read message by message. `between`, as equality is planned like a number that most of the
-- customer's messages go to, and like one of all his contacts.)
with looked as materialized (
    (select id, message_id, address, text, status, created_at from recipients
     where $2 = 'all' and customer_id = $1 and id < $3 and id > $5
     order by id desc limit $6)
    union all
    (select id, message_id, address, text, status, created_at from recipients
     where $2 = 'number' and customer_id = $1 and address between $7 and $7 and id < $3 and id > $5
     order by address desc, id desc limit $6)
    union all
    (select r.id, m.id, r.address, r.text, r.status, r.created_at
     from ((select id from messages
            where $2 = 'campaign' and campaign_id = $8 and customer_id = $1 and id <= $4
            order by campaign_id desc, id desc limit $6 + 1)
           union all
           (select id from messages
            where $2 = 'request' and customer_id = $1 and request_id = $9 and id <= $4
            order by customer_id desc, request_id desc, id desc limit $6 + 1)
           union all
           (select id from messages
            where $2 = 'data' and customer_id = $1 and customer_data = $10 and id <= $4
            order by customer_id desc, customer_data desc, id desc limit $6 + 1)) m,
          lateral (select id, address, text, status, created_at from recipients
                   where message_id = m.id and id > m.id offset 0) r
     where (m.id < $4 or r.id < $3) and r.id > $5
     order by m.id desc, r.id desc limit $6)
), placed as materialized (
    select *, row_number() over (order by case when $2 in ('campaign', 'request', 'data') then message_id end desc,
                                          id desc) as place
    from looked
), found as materialized (
    select id, message_id, place from placed p
    where ($11::smallint[] is null or status = any($11)) and ($7::text is null or address = $7)
      and created_at >= $12 and created_at < $13
      and ($14::bigint is null
           or (select exists (select from list_members where list_id = $14 and contact_id = c.id)
               from (select id from contacts
                     where customer_id = $1 and phone between p.address and p.address order by phone limit 1) c))
      and (($15::text is null and $8::bigint is null and $9::text is null and $10::text is null and $17::text[] is null)
           or (select ($15 is null or m.sender = $15) and ($8 is null or m.campaign_id = $8)
                      and ($9 is null or m.request_id = $9) and ($10 is null or m.customer_data = $10)
                      and ($17 is null or coalesce(p.text, m.text) ilike all ($17))
               from messages m where m.id = p.message_id and m.customer_id = $1))
    order by place limit $16
)
select (select count(*) from placed) as looked,
       (select id from placed order by place desc limit 1) as last_id,
       (select message_id from placed order by place desc limit 1) as last_message,
       array(select id from found order by place) as ids,
       array(select message_id from found order by place) as message_ids

-- name: shown
-- These recipients of a customer, with what is shown of their messages in a list. (One look by index for each message: as
-- a join it is planned like one of most of them.)
select r.id, r.message_id, r.address, r.text as own_text, r.fell_back_after, r.parts, r.status, r.failure, r.attempt, r.cost,
       r.created_at, r.sent_at, r.finished_at, r.read_at, r.flagged_why,
       case when r.status = 3 then (select h.reason from held h where h.id = r.id) end as held_for,
       m.sender, m.text, m.protocol, m.fallback, m.campaign_id, m.currency, m.request_id, m.customer_data, m.link_base,
       m.link_rule
from recipients r,
     lateral (select sender, text, protocol, fallback, campaign_id, currency, request_id, customer_data, link_base, link_rule
              from messages where id = r.message_id offset 0) m
where r.id = any($2::bigint[]) and r.customer_id = $1

-- name: came
-- Looks through the next $4 of what a customer got, newest first, with ids between $3 and $2: of all of it, or of what the
-- sender $5 wrote (null: all). Gives how many were looked at, the last of them, and of them, newest first and at most $10,
-- those for the service $6 and the keyword $7, perhaps with others behind it, of the times $8 to $9 (null: whatever).
with looked as materialized (
    (select id, service_id, keyword, received_at from inbound_messages
     where $5::text is null and customer_id = $1 and id < $2 and id > $3
     order by id desc limit $4)
    union all
    (select id, service_id, keyword, received_at from inbound_messages
     where $5 is not null and customer_id = $1 and source between $5 and $5 and id < $2 and id > $3
     order by source desc, id desc limit $4)
), found as materialized (
    select id from looked
    where ($6::bigint is null or service_id = $6)
      and ($7::text is null or keyword = $7 or starts_with(keyword, $7 || ' '))
      and received_at >= $8 and received_at < $9
    order by id desc limit $10
)
select (select count(*) from looked) as looked, (select min(id) from looked) as last_id,
       array(select id from found order by id desc) as ids

-- name: inbound
-- These inbound messages of a customer.
select id, source, destination, text, service_id, keyword, consent, thread_id, parts, parts_missing, received_at, protocol,
       kind, attachments
from inbound_messages where id = any($2::bigint[]) and customer_id = $1
