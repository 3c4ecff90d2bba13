-- name: lock
-- One change of the estate at a time: held until the transaction ends.
select pg_advisory_xact_lock($1)

-- name: customers
-- Every customer, by the names of the estate file.
select id, bucket, key, name, default_region, currency, languages, report_names, callback_secret, weight, enabled,
       report_query, report_words, link_domain, link_days, gbp_rate, repeat_limit, repeat_minutes,
       senders_become_contacts
from customers order by key

-- name: users
-- Every user with the customers it works for.
select u.id, u.email, u.name, u.password_hash as password, u.administrator, u.connector_sign_in,
       u.enabled,
       coalesce((select jsonb_object_agg(c.key, m.role)
                 from user_customers m join customers c on c.id = m.customer_id
                 where m.user_id = u.id), '{}') as customers
from users u order by u.email

-- name: channels
-- Every channel.
select id, bucket, key, kind, options, secrets, enabled from channels order by key

-- name: services
-- Every service with its keywords and actions.
select s.id, c.key as customer, s.key, s.name, s.kind, s.default_sender, s.character_policy, s.shift_tables, s.lane,
       s.on_unknown, s.report_statuses, s.validity_seconds, s.dialogue, s.consent_words, s.stop_reply, s.start_reply,
       s.help_reply, s.webhook_url, s.advertisement, s.allow_reply, s.track_links, s.enabled,
       s.whatsapp_sender, s.fallback_minutes, s.whatsapp_opt_in,
       coalesce((select jsonb_agg(jsonb_build_object('address', k.address, 'words', k.chain))
                 from service_keywords k where k.service_id = s.id), '[]') as keywords,
       coalesce((select jsonb_agg(a.options || jsonb_build_object('kind', a.kind) order by a.position)
                 from service_actions a where a.service_id = s.id), '[]') as actions
from services s join customers c on c.id = s.customer_id order by c.key, s.key

-- name: applications
-- Every application.
select a.id, c.key as customer, a.key, a.name, a.client_key, a.secret_hash as secret, s.key as service,
       a.throttle_calls, a.throttle_seconds, a.enabled, a.txtsync_contract
from applications a join customers c on c.id = a.customer_id left join services s on s.id = a.service_id
order by c.key, a.key

-- name: oauth_clients
-- Every program that people may let act for them.
select o.id, o.key, o.name, o.client_id, o.secret_hash as secret, o.secret_hash is null as public, o.redirect_uris,
       c.key as customer, o.throttle_calls, o.throttle_seconds, o.enabled
from oauth_clients o left join customers c on c.id = o.customer_id order by o.key

-- name: senders
-- The sender registry.
select s.id, c.key as customer, s.sender, s.countries, s.state
from senders s join customers c on c.id = s.customer_id order by c.key, s.sender

-- name: routes
-- Every route.
select r.id, r.key, h.key as channel, r.prefix, r.sender, s.key as service, coalesce(c.key, o.key) as customer,
       r.priority, r.weight, r.enabled
from routes r join channels h on h.id = r.channel_id
     left join services s on s.id = r.service_id
     left join customers o on o.id = s.customer_id
     left join customers c on c.id = r.customer_id
order by r.key

-- name: prices
-- The price list.
select p.id, p.prefix, h.key as channel, c.key as customer, p.per_part, p.currency, p.gbp_per_part
from prices p left join channels h on h.id = p.channel_id left join customers c on c.id = p.customer_id
order by p.prefix, h.key, c.key

-- name: put_customers
-- Writes a customer whole.
insert into customers (id, bucket, key, name, default_region, currency, languages, report_names, callback_secret,
                       weight, enabled, created_at, report_query, report_words, link_domain, link_days, gbp_rate,
                       repeat_limit, repeat_minutes, senders_become_contacts)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
on conflict (id) do update
set name = excluded.name, default_region = excluded.default_region, currency = excluded.currency,
    languages = excluded.languages, report_names = excluded.report_names, callback_secret = excluded.callback_secret,
    weight = excluded.weight, enabled = excluded.enabled, report_query = excluded.report_query,
    report_words = excluded.report_words, link_domain = excluded.link_domain, link_days = excluded.link_days,
    gbp_rate = excluded.gbp_rate, repeat_limit = excluded.repeat_limit, repeat_minutes = excluded.repeat_minutes,
    senders_become_contacts = excluded.senders_become_contacts

-- name: put_users
-- Writes a user whole.
insert into users (id, email, name, password_hash, administrator, enabled, created_at, connector_sign_in)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (id) do update
set name = excluded.name, password_hash = excluded.password_hash, administrator = excluded.administrator,
    enabled = excluded.enabled, connector_sign_in = excluded.connector_sign_in

-- name: put_channels
-- Writes a channel whole; its kind stays.
insert into channels (id, bucket, key, kind, options, secrets, enabled, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (id) do update
set options = excluded.options, secrets = excluded.secrets, enabled = excluded.enabled

-- name: put_services
-- Writes a service whole, but for its keywords and actions.
insert into services (id, customer_id, key, name, kind, default_sender, character_policy, shift_tables, lane,
                      on_unknown, report_statuses, validity_seconds, dialogue, consent_words, stop_reply, start_reply,
                      help_reply, webhook_url, enabled, created_at, advertisement, allow_reply, track_links,
                      whatsapp_sender, fallback_minutes, whatsapp_opt_in)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
        $23, $24, $25, $26)
on conflict (id) do update
set name = excluded.name, kind = excluded.kind, default_sender = excluded.default_sender,
    character_policy = excluded.character_policy, shift_tables = excluded.shift_tables, lane = excluded.lane,
    on_unknown = excluded.on_unknown, report_statuses = excluded.report_statuses,
    validity_seconds = excluded.validity_seconds, dialogue = excluded.dialogue,
    consent_words = excluded.consent_words, stop_reply = excluded.stop_reply, start_reply = excluded.start_reply,
    help_reply = excluded.help_reply, webhook_url = excluded.webhook_url, enabled = excluded.enabled,
    advertisement = excluded.advertisement, allow_reply = excluded.allow_reply,
    track_links = excluded.track_links, whatsapp_sender = excluded.whatsapp_sender,
    fallback_minutes = excluded.fallback_minutes, whatsapp_opt_in = excluded.whatsapp_opt_in

-- name: put_applications
-- Writes an application whole.
insert into applications (id, customer_id, key, name, client_key, secret_hash, service_id, throttle_calls,
                          throttle_seconds, enabled, created_at, txtsync_contract)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
on conflict (id) do update
set name = excluded.name, client_key = excluded.client_key, secret_hash = excluded.secret_hash,
    service_id = excluded.service_id, throttle_calls = excluded.throttle_calls,
    throttle_seconds = excluded.throttle_seconds, enabled = excluded.enabled,
    txtsync_contract = excluded.txtsync_contract

-- name: put_oauth_clients
-- Writes a program that people may let act for them whole.
insert into oauth_clients (id, key, name, client_id, secret_hash, redirect_uris, customer_id, throttle_calls,
                           throttle_seconds, enabled, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
on conflict (id) do update
set name = excluded.name, client_id = excluded.client_id, secret_hash = excluded.secret_hash,
    redirect_uris = excluded.redirect_uris, customer_id = excluded.customer_id,
    throttle_calls = excluded.throttle_calls, throttle_seconds = excluded.throttle_seconds, enabled = excluded.enabled

-- name: put_senders
-- Writes a line of the sender registry whole.
insert into senders (id, customer_id, sender, kind, countries, state) values ($1, $2, $3, $4, $5, $6)
on conflict (id) do update set kind = excluded.kind, countries = excluded.countries, state = excluded.state

-- name: put_routes
-- Writes a route whole.
insert into routes (id, key, channel_id, prefix, sender, service_id, customer_id, priority, weight, enabled)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (id) do update
set channel_id = excluded.channel_id, prefix = excluded.prefix, sender = excluded.sender,
    service_id = excluded.service_id, customer_id = excluded.customer_id, priority = excluded.priority,
    weight = excluded.weight, enabled = excluded.enabled

-- name: put_prices
-- Writes a price whole.
insert into prices (id, prefix, channel_id, customer_id, per_part, currency, gbp_per_part)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (id) do update
set per_part = excluded.per_part, currency = excluded.currency, gbp_per_part = excluded.gbp_per_part

-- name: clear_users
-- Takes all customers from users, before they are given new ones.
delete from user_customers where user_id = any($1::bigint[])

-- name: add_user_customer
-- Lets a user work for a customer.
insert into user_customers (user_id, customer_id, role) values ($1, $2, $3)

-- name: clear_keywords
-- Takes all keywords from services; all at once, so that one may pass from service to service.
delete from service_keywords where service_id = any($1::bigint[])

-- name: add_keyword
-- Lets a service listen.
insert into service_keywords (service_id, address, chain) values ($1, $2, $3)

-- name: clear_actions
-- Takes all actions from services.
delete from service_actions where service_id = any($1::bigint[])

-- name: add_action
-- Gives a service an action.
insert into service_actions (id, service_id, position, kind, options) values ($1, $2, $3, $4, $5)

-- name: delete_senders
-- Strikes lines from the sender registry.
delete from senders where id = any($1::bigint[])

-- name: delete_routes
-- Deletes routes.
delete from routes where id = any($1::bigint[])

-- name: delete_prices
-- Strikes lines from the price list.
delete from prices where id = any($1::bigint[])

-- name: audit
-- Writes down an administrative act.
insert into audit (id, at, actor, action, subject, detail) values ($1, $2, $3, $4, $5, $6)
