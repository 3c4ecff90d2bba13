-- name: key
-- The sealed key of a name.
select sealed from platform_keys where name = $1

-- name: keep_key
-- Keeps a key; the first one stays.
insert into platform_keys (name, sealed, created_at) values ($1, $2, $3) on conflict (name) do nothing
