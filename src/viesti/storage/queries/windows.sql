-- name: opened
-- These people wrote to these identities of ours; the newest time stands, in whatever order it is told.
insert into whatsapp_windows (customer_id, bucket, identity, address, last_at)
select * from unnest($1::bigint[], $2::smallint[], $3::text[], $4::text[], $5::timestamptz[])
on conflict (customer_id, identity, address, bucket) do update
set last_at = excluded.last_at where whatsapp_windows.last_at < excluded.last_at

-- name: open_for
-- Those of these people who wrote to an identity of ours after a time.
select address from whatsapp_windows
where customer_id = $1 and identity = $2 and address = any($3::text[]) and last_at > $4

-- name: forget
-- Forgets windows that were opened last before a time, at most $2.
delete from whatsapp_windows
where ctid = any(array(select ctid from whatsapp_windows where last_at < $1 order by last_at limit $2))
