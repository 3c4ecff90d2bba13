-- name: known
-- What these request ids led to.
select application_id, request_id, body_hash, message_id from request_ids
where request_id = any($2::text[]) and application_id = any($1::bigint[])

-- name: messages
-- What was answered of these messages.
select id, sender, text, created_at, send_at, currency, link_base, link_rule from messages where id = any($1::bigint[])

-- name: recipients
-- What was answered of their recipients, whose ids are higher than the lowest of the messages, $2.
-- (Sorted outside: in the order of the key it would read every later recipient.)
select * from (
    select id, message_id, address, status, failure, parts, cost, cost_gbp, warnings
    from recipients where message_id = any($1::bigint[]) and id > $2 offset 0) r
order by id
