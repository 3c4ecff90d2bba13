-- name: customers
-- Every customer.
select id, bucket, key, name, default_region, currency, languages, report_names, callback_secret, weight, enabled,
       report_query, report_words, link_domain, link_days, gbp_rate, repeat_limit, repeat_minutes,
       senders_become_contacts
from customers order by id

-- name: services
-- Every service.
select id, customer_id, key, name, kind, default_sender, character_policy, shift_tables, lane, on_unknown,
       report_statuses, validity_seconds, dialogue, consent_words, stop_reply, start_reply, help_reply, webhook_url, enabled,
       advertisement, allow_reply, track_links, whatsapp_sender, fallback_minutes, whatsapp_opt_in
from services order by id

-- name: keywords
-- Where services listen.
select service_id, address, chain from service_keywords order by address, chain

-- name: actions
-- What services do with inbound messages.
select id, service_id, position, kind, options from service_actions order by service_id, position

-- name: applications
-- Every application.
select id, customer_id, key, name, client_key, secret_hash, service_id, throttle_calls, throttle_seconds, enabled,
       txtsync_contract
from applications order by id

-- name: users
-- Every user.
select id, email, name, password_hash, administrator, connector_sign_in, enabled from users order by id

-- name: memberships
-- Who works for which customer, and as what.
select user_id, customer_id, role from user_customers order by user_id, customer_id

-- name: clients
-- Every program that people may let act for them.
select id, key, name, client_id, secret_hash, redirect_uris, customer_id, throttle_calls, throttle_seconds, enabled
from oauth_clients order by id

-- name: senders
-- The sender registry.
select customer_id, sender, kind, countries, state from senders order by customer_id, sender

-- name: channels
-- Every channel.
select id, bucket, key, kind, options, secrets, enabled from channels order by id

-- name: routes
-- Every route.
select id, channel_id, prefix, sender, service_id, customer_id, priority, weight, enabled from routes order by id

-- name: prices
-- The price list.
select prefix, channel_id, customer_id, per_part, currency, gbp_per_part from prices order by id
