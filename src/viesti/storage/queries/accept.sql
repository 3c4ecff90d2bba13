-- name: accept
-- Stores messages, their recipients, what of them waits to be sent, and what is counted of people ($50: the links sent to
-- each; null: not counted), and takes what it costs from the balances of those that have one: one statement, so one
-- round trip. Where $64 says that nothing was asked of these people before, that is done here: contacts among them are
-- given (the rows with an id) and only they are counted; and where somebody opted out, or a flow wants to know of what a
-- customer sends, nothing is stored, which a row without an id says. (As in `known`: one look by index for each.)
-- Lists of texts come in another form, because arrays of arrays must be of one length. A column that is the same in all
-- rows comes with one value, which `coalesce` puts into each: of those that are never null the first, of the others one
-- of $65 to $73. Recipients without times were made with their messages. (Balances are locked in one order everywhere.)
with k as materialized (
    select p.*, o.scope, c.id as contact_id, c.name, c.first_name, c.last_name, c.external_reference
    from (select id, coalesce(bucket, ($32)[1]) as bucket, coalesce(customer_id, ($34)[1]) as customer_id, address,
                 coalesce(created_at, ($48)[1], ($24)[1]) as created_at, links
          from unnest($31::bigint[], $32::smallint[], $34::bigint[], $35::text[],
                      coalesce($48::timestamptz[], $24::timestamptz[]), $50::smallint[])
            u (id, bucket, customer_id, address, created_at, links)
          where $64 or links is not null offset 0) p
    left join lateral (
        select scope from opt_outs where $64 and customer_id = p.customer_id and address = p.address offset 0
    ) o on true
    left join lateral (
        select id, name, first_name, last_name, external_reference from contacts
        where $64 and customer_id = p.customer_id and phone between p.address and p.address order by phone limit 1
    ) c on true
), g as materialized (
    select not $64::boolean or not exists (select from k where scope is not null)
       and not exists (select from (select distinct customer_id from k offset 0) p where exists (
           select from subscriptions s
           where s.customer_id = p.customer_id and s.event = 'outbound' and s.ended_at is null offset 0)) as clear
), l as materialized (
    select customer_id from balances where customer_id = any($59::bigint[]) and (select clear from g)
    order by customer_id for update
), b as (
    update balances b set spent = b.spent + u.amount
    from unnest($59::bigint[], $60::numeric[]) u (customer_id, amount)
    where b.customer_id = u.customer_id and b.customer_id = any(array(select customer_id from l))
    returning b.customer_id
), m as (
    insert into messages (id, bucket, customer_id, application_id, service_id, dialect, sender, sender_kind, text,
                          lane, shift_tables, validity_seconds, send_at, recipient_count, part_count, currency,
                          dlr_url, report_all, customer_data, request_id, parent_id, quiet, extras, created_at,
                          user_id, thread_id, campaign_id, link_base, links_until, link_rule, protocol, content,
                          fallback)
    select id, coalesce(bucket, ($2)[1]), coalesce(customer_id, ($3)[1]), coalesce(application_id, $65),
           coalesce(service_id, $66), coalesce(dialect, ($6)[1]), coalesce(sender, ($7)[1]),
           coalesce(sender_kind, ($8)[1]), coalesce(text, ($9)[1]), coalesce(lane, ($10)[1]),
           string_to_array(coalesce(shift_tables, ($11)[1]), ','), validity_seconds,
           send_at, coalesce(recipient_count, ($14)[1]), coalesce(part_count, ($15)[1]), coalesce(currency, $67), dlr_url,
           coalesce(report_all, ($18)[1]), customer_data, request_id, parent_id, coalesce(quiet, ($22)[1]),
           extras, coalesce(created_at, ($24)[1]), user_id, thread_id, campaign_id, coalesce(link_base, $68), links_until,
           coalesce(link_rule, $69), coalesce(protocol, 'sms'), content, fallback
    from unnest($1::bigint[], $2::smallint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[],
                $8::text[], $9::text[], $10::smallint[], $11::text[], $12::integer[], $13::timestamptz[],
                $14::integer[], $15::integer[], $16::text[], $17::text[], $18::boolean[], $19::text[], $20::text[],
                $21::bigint[], $22::boolean[], $23::jsonb[], $24::timestamptz[], $25::bigint[], $26::bigint[],
                $27::bigint[], $28::text[], $29::timestamptz[], $30::smallint[], $61::text[], $62::jsonb[], $63::jsonb[])
      u (id, bucket, customer_id, application_id, service_id, dialect, sender, sender_kind, text, lane, shift_tables,
         validity_seconds, send_at, recipient_count, part_count, currency, dlr_url, report_all, customer_data,
         request_id, parent_id, quiet, extras, created_at, user_id, thread_id, campaign_id, link_base, links_until,
         link_rule, protocol, content, fallback)
    where (select clear from g)
), r as (
    insert into recipients (id, bucket, message_id, customer_id, address, address_kind, text, coding, parts, status,
                            failure, channel_id, route_id, reports, cost, cost_gbp, warnings, created_at, finished_at,
                            charged)
    select id, coalesce(bucket, ($32)[1]), coalesce(message_id, ($33)[1]), coalesce(customer_id, ($34)[1]), address,
           coalesce(address_kind, ($36)[1]), text, coalesce(coding, ($38)[1]), coalesce(parts, ($39)[1]),
           coalesce(status, ($40)[1]), failure, coalesce(channel_id, $70), coalesce(route_id, $71),
           coalesce(reports, ($44)[1]), coalesce(cost, $72), coalesce(cost_gbp, $73),
           case when warnings is not null then array(select jsonb_array_elements_text(warnings)) end,
           coalesce(created_at, ($48)[1], ($24)[1]), finished_at,
           case when coalesce(status, ($40)[1]) in (5, 10)
                 and coalesce(customer_id, ($34)[1]) = any(array(select customer_id from b)) then true end
    from unnest($31::bigint[], $32::smallint[], $33::bigint[], $34::bigint[], $35::text[], $36::text[], $37::text[],
                $38::text[], $39::smallint[], $40::smallint[], $41::text[], $42::bigint[], $43::bigint[],
                $44::boolean[], $45::numeric[], $46::numeric[], $47::jsonb[],
                coalesce($48::timestamptz[], $24::timestamptz[]), $49::timestamptz[])
      u (id, bucket, message_id, customer_id, address, address_kind, text, coding, parts, status, failure, channel_id,
         route_id, reports, cost, cost_gbp, warnings, created_at, finished_at)
    where (select clear from g)
), c as (
    insert into contact_counts (id, bucket, customer_id, address, kind, amount, at, links)
    select id, bucket, customer_id, address, 'outbound', 1, created_at, links from k
    where links is not null and (contact_id is not null or not $64) and (select clear from g)
), q as (
    insert into outbox (id, bucket, channel_id, lane, tag, parts, due_at, campaign_id)
    select id, coalesce(bucket, ($52)[1]), coalesce(channel_id, ($53)[1]), coalesce(lane, ($54)[1]), tag,
           coalesce(parts, ($56)[1]), due_at, campaign_id
    from unnest($51::bigint[], $52::smallint[], $53::bigint[], $54::smallint[], $55::bigint[], $56::smallint[],
                $57::timestamptz[], $58::bigint[]) u (id, bucket, channel_id, lane, tag, parts, due_at, campaign_id)
    where (select clear from g)
)
select id, contact_id, name, first_name, last_name, external_reference from k
where contact_id is not null and (select clear from g)
union all
select null, null, null, null, null, null from g where not clear

-- name: fall_back
-- Until when WhatsApp has for these recipients, before an SMS goes out instead.
insert into fallbacks (recipient_id, bucket, due_at) select * from unnest($1::bigint[], $2::smallint[], $3::timestamptz[])

-- name: hold
-- What of the recipients is held back, with the sentences that flag them ('' for none).
with h as (
    insert into held (id, bucket, customer_id, reason, channel_id, lane, parts, cost, due_at, since, campaign_id)
    select * from unnest($1::bigint[], $2::smallint[], $3::bigint[], $4::text[], $5::bigint[], $6::smallint[],
                         $7::smallint[], $8::numeric[], $9::timestamptz[], $10::timestamptz[], $11::bigint[])
)
update recipients r set flagged_at = r.created_at, flagged_why = u.why
from unnest($1::bigint[], $12::text[]) u (id, why)
where r.id = u.id and r.id = any($1::bigint[]) and u.why <> ''
