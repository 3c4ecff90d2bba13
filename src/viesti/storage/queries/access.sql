-- name: add_sign_in
-- Somebody signed in.
insert into sign_ins (digest, user_id, csrf, created_at, expires_at) values ($1, $2, $3, $4, $5)

-- name: sign_in
-- The sign-in of a cookie.
select user_id, csrf, expires_at from sign_ins where digest = $1

-- name: end_sign_in
-- Somebody signed out.
delete from sign_ins where digest = $1

-- name: add_grant
-- A person let a client act for him.
insert into oauth_grants (id, user_id, client_id, scopes, scope_text, created_at, used_at)
values ($1, $2, $3, $4, $5, $6, $6)

-- name: add_code
-- A code for a consent.
insert into oauth_codes (digest, grant_id, redirect_uri, challenge, challenge_method, expires_at)
values ($1, $2, $3, $4, $5, $6)

-- name: lock_code
-- A code with its connection; whoever else asks for it waits.
select g.id, g.user_id, g.client_id, g.scopes as granted, g.scope_text, g.ended_at,
       c.redirect_uri, c.challenge, c.challenge_method, c.expires_at, c.used_at
from oauth_codes c join oauth_grants g on g.id = c.grant_id
where c.digest = $1
for update of c

-- name: use_code
-- A code was exchanged.
update oauth_codes set used_at = $2 where digest = $1

-- name: token
-- An access or refresh token with its connection.
select g.id, g.user_id, g.client_id, g.scopes as granted, g.scope_text, g.ended_at,
       t.kind, t.parent, t.expires_at, t.superseded_at, t.scopes
from oauth_tokens t join oauth_grants g on g.id = t.grant_id
where t.digest = $1

-- name: lock_refresh
-- A refresh token with its connection; whoever else exchanges it waits.
select g.id, g.user_id, g.client_id, g.scopes as granted, g.scope_text, g.ended_at,
       t.kind, t.parent, t.expires_at, t.superseded_at, t.scopes
from oauth_tokens t join oauth_grants g on g.id = t.grant_id
where t.digest = $1 and t.kind = 'refresh'
for update of t

-- name: supersede
-- A refresh token that was given for this one was used. The first time counts.
update oauth_tokens set superseded_at = $2 where digest = $1 and superseded_at is null

-- name: add_token
-- A token was given out.
insert into oauth_tokens (digest, grant_id, kind, parent, scopes, expires_at, created_at)
values ($1, $2, $3, $4, $5, $6, $7)

-- name: touch_grant
-- A connection was refreshed.
update oauth_grants set used_at = $2 where id = $1

-- name: end_grant
-- Ends a connection that still stands.
update oauth_grants set ended_at = $2 where id = $1 and ended_at is null returning id

-- name: end_token
-- Ends an access token.
delete from oauth_tokens where digest = $1 and kind = 'access'

-- name: connections
-- Connections with their people and programs, newest first.
select g.id, u.email, c.key as client, g.scopes, g.created_at, g.used_at, g.ended_at
from oauth_grants g join users u on u.id = g.user_id join oauth_clients c on c.id = g.client_id
where $1::text is null or u.email = $1
order by g.id desc
limit 1000

-- name: set_redirect_uris
-- Where a client's answers may go.
update oauth_clients set redirect_uris = $2 where id = $1

-- name: add_personal
-- A personal token; an ended one of the same name makes place for it.
insert into personal_tokens (id, user_id, name, digest, scopes, created_at, expires_at)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (user_id, name) do update
    set id = excluded.id, digest = excluded.digest, scopes = excluded.scopes, created_at = excluded.created_at,
        used_at = null, expires_at = excluded.expires_at, ended_at = null
    where personal_tokens.ended_at is not null or personal_tokens.expires_at <= excluded.created_at
returning id

-- name: personal
-- A personal token by its digest.
select id, user_id, name, scopes, created_at, used_at, expires_at, ended_at from personal_tokens where digest = $1

-- name: use_personal
-- A personal token was used.
update personal_tokens set used_at = $2 where id = $1

-- name: personals
-- Personal tokens, by person; of one person when named.
select p.id, p.user_id, p.name, p.scopes, p.created_at, p.used_at, p.expires_at, p.ended_at, u.email
from personal_tokens p join users u on u.id = p.user_id
where $1::text is null or u.email = $1
order by u.email, p.name

-- name: end_personal
-- Ends a personal token that still stands.
update personal_tokens set ended_at = $2 where id = $1 and ended_at is null returning id

-- name: forget_sign_ins
-- Sign-ins that are over.
delete from sign_ins where digest = any(array(select digest from sign_ins where expires_at <= $1 limit $2))

-- name: forget_codes
-- Codes that ran out; a second use of one is looked for until then.
delete from oauth_codes where digest = any(array(select digest from oauth_codes where expires_at <= $1 limit $2))

-- name: forget_tokens
-- Tokens that ran out.
delete from oauth_tokens
where digest = any(array(select digest from oauth_tokens where expires_at <= $1 limit $2))

-- name: forget_superseded
-- Refresh tokens that were replaced long ago; used again, they are unknown and end nothing any more.
delete from oauth_tokens
where digest = any(array(select digest from oauth_tokens where superseded_at <= $1 limit $2))

-- name: forget_grants
-- Connections that ended, or have nothing left that could be used: never exchanged, or not refreshed in time.
delete from oauth_grants where id = any(array(
    select g.id from oauth_grants g
    where coalesce(g.ended_at, g.used_at) <= $1
      and (g.ended_at is not null
           or (not exists (select from oauth_tokens t where t.grant_id = g.id)
               and not exists (select from oauth_codes c where c.grant_id = g.id)))
    limit $2))
