-- name: await_files
-- Notes files that are to be fetched.
insert into inbound_media (inbound_id, bucket, position, channel_id, mime_type, name, sha256, provider_id, due_at)
select *, $9 from unnest($1::bigint[], $2::smallint[], $3::smallint[], $4::bigint[], $5::text[], $6::text[], $7::text[],
                         $8::text[])

-- name: claim
-- Files that are due, at most $2, put off until $3: by then they are fetched, or tried again.
with due as materialized (
    select inbound_id, position from inbound_media where due_at <= $1 order by due_at limit $2 for update skip locked
)
update inbound_media m set due_at = $3
from due d where m.inbound_id = d.inbound_id and m.position = d.position and m.inbound_id = any(array(select inbound_id from due))
returning m.inbound_id, m.position, m.channel_id, m.provider_id, m.mime_type, m.sha256, m.failures

-- name: next_due
-- When the next file falls due.
select min(due_at) from inbound_media where due_at is not null

-- name: settle
-- Keeps a file that was fetched ($3), or why it can't be ($4).
update inbound_media set bytes = $3, error = $4, fetched_at = $5, due_at = null
where inbound_id = $1 and position = $2 and fetched_at is null

-- name: put_off
-- A file is tried again later.
update inbound_media set failures = failures + 1, due_at = $3 where inbound_id = $1 and position = $2 and fetched_at is null

-- name: shown
-- A file as far as it is here.
select mime_type, name, bytes, error, fetched_at from inbound_media where inbound_id = $1 order by position limit 1

-- name: hasten
-- Calls that waited for a message's files are due now. (Found by the message alone, or those due are read instead.)
with told as materialized (select id from callbacks where subject_id = $1)
update callbacks set due_at = $2
where id = any(array(select id from told)) and due_at > $2 and attempt = 0 and claim is null and parked_at is null
