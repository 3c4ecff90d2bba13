-- name: load_recipients
-- What a channel needs of these recipients.
select id, message_id, address, address_kind, text, doubts, channel_id, created_at, parts, fell_back_after
from recipients where id = any($1::bigint[])

-- name: load_messages
-- What a channel needs of these messages.
select id, sender, sender_kind, text, shift_tables, validity_seconds, service_id, customer_id, send_at, report_all,
       link_base, link_rule, protocol, content::text, fallback
from messages where id = any($1::bigint[])

-- name: parts_done
-- Parts the carrier took of these recipients in earlier attempts.
select recipient_id, number, attempt from parts where recipient_id = any($1::bigint[])

-- name: add_late_parts
-- Parts learned of after their recipient was settled or taken over; most are known already. Gives the others.
insert into parts (recipient_id, bucket, attempt, number, total, channel_id, reference, sent_at)
select * from unnest($1::bigint[], $2::smallint[], $3::smallint[], $4::smallint[], $5::smallint[], $6::bigint[],
                     $7::text[], $8::timestamptz[])
on conflict do nothing
returning recipient_id, attempt, number

-- name: mark_sent
-- The carrier took every part; gives those that became `sent` (30). A receipt may have moved others further, and who
-- goes on by SMS may be sent already.
update recipients r
set status = greatest(r.status, 30), sent_at = coalesce(r.sent_at, u.at), attempt = u.attempt, channel_id = $4
from unnest($1::bigint[], $2::timestamptz[], $3::smallint[]) u (id, at, attempt)
where r.id = u.id and r.id = any($1::bigint[])
returning r.id, r.status, (select o.status from recipients o where o.id = r.id) as was

-- name: mark_doubt
-- An attempt ended without an answer; held ones become `unknown` (20), and may have been sent at $4.
update recipients r
set doubts = r.doubts + 1, attempt = u.attempt, status = case when u.held then greatest(r.status, 20) else r.status end,
    sent_at = case when u.held then coalesce(r.sent_at, $4) else r.sent_at end
from unnest($1::bigint[], $2::smallint[], $3::boolean[]) u (id, attempt, held)
where r.id = u.id and r.id = any($1::bigint[])

-- name: mark_route
-- Recipients that go to another channel.
update recipients r set channel_id = u.channel_id, route_id = u.route_id
from unnest($1::bigint[], $2::bigint[], $3::bigint[]) u (id, channel_id, route_id)
where r.id = u.id and r.id = any($1::bigint[])

-- name: mark_queued
-- Scheduled recipients whose time has come.
update recipients set status = 10 where id = any($1::bigint[]) and status = 5

-- name: advance
-- Moves recipients to a higher status; gives those that moved, what is owed for it, and whether a subscription
-- of their customer's may be to it.
update recipients r
set status = u.status, failure = u.failure, carrier_error = u.carrier_error, carrier_at = u.carrier_at,
    finished_at = case when u.status >= 50 then u.at else r.finished_at end,
    attempt = coalesce(u.attempt, r.attempt)
from unnest($1::bigint[], $2::smallint[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::smallint[])
     u (id, status, failure, carrier_error, carrier_at, at, attempt)
where r.id = u.id and r.id = any($1::bigint[]) and r.status < u.status
returning r.id, r.bucket, r.message_id, r.customer_id, r.address, r.status, r.failure, r.carrier_error, r.reports,
          case when r.status between 51 and 69 then (select o.status from recipients o where o.id = r.id) end as was,
          exists (select from subscriptions s where s.customer_id = r.customer_id and s.event in ('report', 'invalid')
                  and s.ended_at is null offset 0) as told

-- name: report_targets
-- Where the delivery reports of these messages go.
select id, dialect, dlr_url, report_all, customer_data from messages where id = any($1::bigint[]) and dlr_url is not null

-- name: cursor
-- How far the named duty has come; locked, so that one process walks at a time.
insert into cursors (name, position) values ($1, 0)
on conflict (name) do update set position = cursors.position
returning position

-- name: move_cursor
-- The named duty has come this far.
update cursors set position = $2 where name = $1

-- name: walk
-- The next recipients after a position, in order of id.
select id, status, sent_at, created_at from recipients where id > $1 order by id limit $2

-- name: watch
-- Look at these again at their time.
insert into receipt_watch (recipient_id, bucket, check_at)
select * from unnest($1::bigint[], $2::smallint[], $3::timestamptz[])
on conflict (recipient_id, bucket) do update set check_at = excluded.check_at

-- name: take_watched
-- Takes the watched recipients whose time has come.
delete from receipt_watch where recipient_id = any(array(
    select recipient_id from receipt_watch where check_at <= $1 order by check_at limit $2 for update skip locked))
returning recipient_id

-- name: standing
-- Where these recipients stand.
select id, status, sent_at, created_at from recipients where id = any($1::bigint[])

-- name: message
-- One message of a customer.
select id, bucket, customer_id, application_id, service_id, dialect, sender, sender_kind, text, lane, shift_tables,
       validity_seconds, send_at, recipient_count, part_count, currency, dlr_url, report_all, customer_data, request_id,
       parent_id, quiet, extras, created_at, user_id, thread_id, campaign_id, link_base, links_until, link_rule,
       protocol, content::text, fallback
from messages where id = $1 and customer_id = $2

-- name: message_anyone
-- One message, for the operator.
select id, bucket, customer_id, application_id, service_id, dialect, sender, sender_kind, text, lane, shift_tables,
       validity_seconds, send_at, recipient_count, part_count, currency, dlr_url, report_all, customer_data, request_id,
       parent_id, quiet, extras, created_at, user_id, thread_id, campaign_id, link_base, links_until, link_rule,
       protocol, content::text, fallback
from messages where id = $1

-- name: recipient
-- One recipient of a customer.
select id, bucket, message_id, customer_id, address, address_kind, text, coding, parts, status, failure, carrier_error,
       channel_id, route_id, attempt, doubts, reports, cost, cost_gbp, warnings, created_at, sent_at, carrier_at, finished_at,
       flagged_at, flagged_why, read_at, fell_back_after
from recipients where id = $1 and customer_id = $2

-- name: owner
-- Whose message this is, or whose recipient.
select customer_id from messages where id = $1
union all
select customer_id from recipients where id = $1

-- name: recipients_of
-- All recipients of a message (their ids are higher than its own), at most $2.
-- (Sorted outside: in the order of the key it would read every later recipient.)
select id, bucket, message_id, customer_id, address, address_kind, text, coding, parts, status, failure, carrier_error,
       channel_id, route_id, attempt, doubts, reports, cost, cost_gbp, warnings, created_at, sent_at, carrier_at, finished_at,
       flagged_at, flagged_why, read_at, fell_back_after
from (select * from recipients where message_id = $1 and id > $1 offset 0) r order by id limit $2

-- name: standings
-- How many recipients of a message stand where.
select status, count(*) as recipients from recipients where message_id = $1 and id > $1 group by status

-- name: of_message
-- Where each recipient of a message stands ($2: this one alone; null: all), and whether he goes on by SMS.
select id, status, fell_back_after is not null as fell_back
from recipients where message_id = $1 and id > $1 and ($2::bigint is null or id = $2)

-- name: put_off
-- A message is sent at another time, and the links in it lead on for as long as they would have; gives the time before.
update messages m
set send_at = $2, links_until = greatest(m.links_until, m.links_until + ($2 - coalesce(m.send_at, m.created_at)))
from (select id, send_at from messages where id = $1 for update) o
where m.id = o.id
returning o.send_at

-- name: recipient_parts
-- The parts of these recipients.
select recipient_id, bucket, attempt, number, total, channel_id, reference, sent_at, state, error, done_at
from parts where recipient_id = any($1::bigint[]) order by recipient_id, attempt, number

-- name: recipient_receipts
-- The receipts of these recipients, as they came.
select * from receipts where recipient_id = any($1::bigint[]) order by received_at

-- name: events_of
-- What else happened to these.
select subject_id, at, kind, detail from events where subject_id = any($1::bigint[]) order by at

-- name: route_keys
-- The names of these routes.
select id, key from routes where id = any($1::bigint[])

-- name: recent
-- The newest recipients of a customer with their message's sender, newest first.
select r.id, r.message_id, r.address, r.status, r.failure, r.flagged_why, r.parts, r.created_at, r.finished_at, m.sender,
       m.protocol,
       case when r.status = 3 then (select h.reason from held h where h.id = r.id) end as frozen
from recipients r join messages m on m.id = r.message_id
where r.customer_id = $1 and r.id < $2
order by r.id desc limit $3

-- name: recent_of_all
-- The newest recipients of all customers with their message's sender, newest first. (On its own: a plan for both
-- could not use the index by customer.)
select r.id, r.message_id, r.address, r.status, r.failure, r.flagged_why, r.parts, r.created_at, r.finished_at, m.sender,
       m.protocol,
       case when r.status = 3 then (select h.reason from held h where h.id = r.id) end as frozen
from recipients r join messages m on m.id = r.message_id
where r.id < $1
order by r.id desc limit $2

-- name: remember_requests
-- Remembers request ids; gives those that were not known.
insert into request_ids (application_id, bucket, request_id, body_hash, message_id, created_at)
select * from unnest($1::bigint[], $2::smallint[], $3::text[], $4::bytea[], $5::bigint[], $6::timestamptz[])
on conflict do nothing
returning application_id, request_id

-- name: forget_requests
-- Forgets request ids that are older than the limit, at most $2.
delete from request_ids where ctid = any(array(select ctid from request_ids where created_at < $1 limit $2))
