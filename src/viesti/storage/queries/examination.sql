-- name: server
-- The server's version and its clock, read once.
select current_setting('server_version_num')::integer as version, clock_timestamp() as clock

-- name: migrated
-- Whether the tables of channels and sessions are there.
select to_regclass('channels') is not null and to_regclass('session_states') is not null as migrated

-- name: channels
-- Every enabled channel with its sessions' states; one row with nulls where no engine has started it.
select c.key, c.kind, s.name as session, s.state, s.detail, s.since
from channels c left join session_states s on s.channel_id = c.id
where c.enabled
order by c.key, s.name

-- name: follows
-- Whether customers have hosts for short links yet.
select exists (select from pg_attribute where attrelid = to_regclass('customers') and attname = 'link_domain')

-- name: posts
-- Whether webhooks of providers are kept yet.
select to_regclass('provider_events') is not null

-- name: webhooks
-- How many webhooks of providers failed, and since when the oldest waits to be worked on.
select (select count(*) from provider_events where due_at is not null) as failed,
       (select min(received_at) from provider_events where due_at is null) as waiting_since

-- name: calls
-- Whether there are callbacks yet.
select to_regclass('callbacks') is not null

-- name: callbacks
-- How many callbacks were given up, and since when the oldest that nobody makes is due.
select (select count(*) from callbacks where parked_at is not null) as parked,
       (select min(due_at) from callbacks where claim is null and parked_at is null) as due_since

-- name: links
-- Every customer with a host for short links, or with a service whose links are followed.
select key, link_domain, link_days from customers c
where enabled and (link_domain <> '' or exists (select from services s where s.customer_id = c.id and s.track_links))
order by key
