-- name: token
-- A fencing token that no one else has.
select nextval('viesti_fencing')

-- name: acquire
-- Takes a lease that is free, expired, or held by a process known to be dead ($5); gives the fencing token.
insert into leases (name, holder, token, expires_at) values ($1, $2, nextval('viesti_fencing'), $3)
on conflict (name) do update
set holder = excluded.holder, token = excluded.token, expires_at = excluded.expires_at
where leases.expires_at < $4 or leases.holder = any($5::text[])
returning token

-- name: renew
-- Prolongs leases that nobody has taken over; gives the names still held. A lease whose row is gone (a crash of
-- PostgreSQL empties this table) is held again under its old token.
insert into leases (name, holder, token, expires_at)
select u.name, $3, u.token, $4 from unnest($1::text[], $2::bigint[]) u (name, token)
on conflict (name) do update set expires_at = excluded.expires_at where leases.token = excluded.token
returning name

-- name: release
-- Gives leases up.
delete from leases l using unnest($1::text[], $2::bigint[]) u (name, token)
where l.name = u.name and l.token = u.token

-- name: forget
-- Drops leases of a kind that ran out before the limit and that nobody asks for any more.
delete from leases where name like $1 || ' %' and expires_at < $2

-- name: all
-- Every lease.
select name, holder, token, expires_at from leases order by name

-- name: set_session
-- Writes a session's state. `since` is kept while it goes from one state to another without being bound.
insert into session_states (channel_id, name, holder, state, detail, since) values ($1, $2, $3, $4, $5, $6)
on conflict (channel_id, name) do update
set holder = excluded.holder, state = excluded.state, detail = excluded.detail,
    since = case when session_states.state <> 'bound' and excluded.state <> 'bound'
                 then session_states.since else excluded.since end

-- name: down_channels
-- Channels none of whose sessions has been bound since the limit.
select channel_id from session_states group by channel_id
having bool_and(state <> 'bound') and max(since) < $1

-- name: clear_sessions
-- Forgets the sessions of a channel.
delete from session_states where channel_id = $1

-- name: sessions
-- Every session's state.
select channel_id, name, holder, state, detail, since from session_states order by channel_id, name
