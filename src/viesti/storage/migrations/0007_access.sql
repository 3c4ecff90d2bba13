-- Who may use the interfaces in somebody's name: connectors that people sign in to (OAuth2) and personal tokens.
-- Small tables, about people and not about one customer, so they carry no bucket. No token is kept, only its SHA-256:
-- it is 32 octets of chance, so nothing is gained by hashing it slowly.

alter table users add column connector_sign_in boolean not null default false;   -- an administrator allowed it

alter table customers
    add column report_query text not null default '',       -- what is added to a DlrUrl, with places such as %{status}
    add column report_words jsonb not null default '{}';    -- the receiver's own words for our statuses

alter table services
    add column advertisement boolean not null default false,  -- its messages are advertising, unless they say otherwise
    add column allow_reply   boolean not null default true;   -- it may send replies (listed for AllowReplyMessage)

alter table service_actions drop constraint service_actions_kind_check;
alter table service_actions add constraint service_actions_kind_check check (kind in
    ('http_request', 'auto_reply', 'add_to_list', 'remove_from_list', 'opt_out', 'open_thread'));

-- Programs that people let act for them, such as a connector of Power Automate.
create table oauth_clients (
    id               bigint primary key,
    key              text not null unique check (key ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
    name             text not null check (name <> ''),      -- shown on the consent page
    client_id        text not null unique check (client_id <> ''),
    secret_hash      text,                                  -- Argon2id; null: a public client, which must use PKCE
    redirect_uris    text[] not null default '{}',          -- compared octet by octet
    customer_id      bigint references customers,           -- only this customer's people; null: everybody
    throttle_calls   integer check (throttle_calls > 0),
    throttle_seconds integer check (throttle_seconds > 0),
    enabled          boolean not null default true,
    created_at       timestamptz not null
);

-- Somebody signed in on our pages; the cookie's digest.
create table sign_ins (
    digest          bytea primary key check (octet_length(digest) = 32),
    user_id         bigint not null references users on delete cascade,
    csrf            text not null check (csrf <> ''),
    created_at      timestamptz not null,
    expires_at      timestamptz not null
);
create index sign_ins_expires on sign_ins (expires_at);

-- A consent given: one connection of one person to one client. Budgets are counted and access is ended by it.
create table oauth_grants (
    id              bigint primary key,
    user_id         bigint not null references users on delete cascade,
    client_id       bigint not null references oauth_clients on delete cascade,
    scopes          text[] not null check (scopes <> '{}'), -- short names
    scope_text      text not null,                          -- as the client asked for them, and reads them back
    created_at      timestamptz not null,
    used_at         timestamptz not null,                   -- last refresh
    ended_at        timestamptz
);
create index oauth_grants_user on oauth_grants (user_id);

create table oauth_codes (
    digest          bytea primary key check (octet_length(digest) = 32),
    grant_id        bigint not null references oauth_grants on delete cascade,
    redirect_uri    text not null,
    challenge       text,
    challenge_method text check (challenge_method in ('plain', 'S256')),
    expires_at      timestamptz not null,
    used_at         timestamptz,                            -- a second use ends the grant
    constraint method_with_challenge check (challenge is not null or challenge_method is null)
);
create index oauth_codes_expires on oauth_codes (expires_at);

-- A refresh token is good until one that came after it was used, and a while longer: parallel runs of a flow refresh
-- at once, and an answer may be lost on its way.
create table oauth_tokens (
    digest          bytea primary key check (octet_length(digest) = 32),
    grant_id        bigint not null references oauth_grants on delete cascade,
    kind            text not null check (kind in ('access', 'refresh')),
    parent          bytea,                                  -- the refresh token that was given for it
    scopes          text[],                                 -- fewer than the grant's, as asked for; null: all
    expires_at      timestamptz not null,
    superseded_at   timestamptz,                            -- a refresh token that was given for this one was used
    created_at      timestamptz not null,
    constraint only_refresh_tokens_have_an_order check (kind = 'refresh' or (parent is null and superseded_at is null))
);
create index oauth_tokens_grant on oauth_tokens (grant_id);
create index oauth_tokens_expires on oauth_tokens (expires_at);
create index oauth_tokens_superseded on oauth_tokens (superseded_at) where superseded_at is not null;

-- For scripts: one header instead of signing in.
create table personal_tokens (
    id              bigint primary key,
    user_id         bigint not null references users on delete cascade,
    name            text not null check (name <> ''),
    digest          bytea not null unique check (octet_length(digest) = 32),
    scopes          text[] not null check (scopes <> '{}'),
    created_at      timestamptz not null,
    used_at         timestamptz,                            -- to the hour
    expires_at      timestamptz,                            -- null: until it is ended
    ended_at        timestamptz,
    unique (user_id, name)
);

-- Keys that every process must share and that must never change, sealed with secret_key: what customers hold depends
-- on them (ids shown as GUIDs), so they can't be secret_key itself, which is changed from time to time.
create table platform_keys (
    name            text primary key,
    sealed          text not null,
    created_at      timestamptz not null
);
