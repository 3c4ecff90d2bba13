-- name: keep
-- Keeps bodies whose digest was not seen of late on their channel, each once.
with given as materialized (
    select * from unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::bytea[], $5::bytea[], $6::timestamptz[])
                  u (id, channel_id, bucket, digest, body, received_at)
), new as (
    insert into provider_bodies (digest, channel_id, bucket, at)
    select digest, channel_id, bucket, received_at from given
    on conflict do nothing
    returning digest, channel_id
)
insert into provider_events (id, bucket, channel_id, body, received_at)
select g.id, g.bucket, g.channel_id, g.body, g.received_at
from given g join new n on n.digest = g.digest and n.channel_id = g.channel_id
