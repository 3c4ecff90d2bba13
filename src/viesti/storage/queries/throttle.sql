-- name: lock
-- What an application has used, locked until the end of the transaction.
insert into throttles (application_id, bucket, seconds) values ($1, $2, $3)
on conflict (application_id, bucket) do update set seconds = throttles.seconds
returning seconds, slots

-- name: save
-- Writes what an application has used.
update throttles set seconds = $3, slots = $4 where application_id = $1 and bucket = $2
