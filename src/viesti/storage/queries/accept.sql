-- name: accept
-- Stores messages, their recipients and what of them waits to be sent: one statement, so one round trip. Lists of
-- texts come in another form, because arrays of arrays must be of one length.
with m as (
    insert into messages (id, bucket, customer_id, application_id, service_id, dialect, sender, sender_kind, text, lane,
                          shift_tables, validity_seconds, send_at, recipient_count, part_count, currency, dlr_url,
                          report_all, customer_data, request_id, parent_id, quiet, extras, created_at, user_id,
                          thread_id)
    select id, bucket, customer_id, application_id, service_id, dialect, sender, sender_kind, text, lane,
           string_to_array(shift_tables, ','), validity_seconds, send_at, recipient_count, part_count, currency, dlr_url,
           report_all, customer_data, request_id, parent_id, quiet, extras, created_at, user_id, thread_id
    from unnest($1::bigint[], $2::smallint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[],
                $8::text[], $9::text[], $10::smallint[], $11::text[], $12::integer[], $13::timestamptz[],
                $14::integer[], $15::integer[], $16::text[], $17::text[], $18::boolean[], $19::text[], $20::text[],
                $21::bigint[], $22::boolean[], $23::jsonb[], $24::timestamptz[],
                $25::bigint[], $26::bigint[])
      u (id, bucket, customer_id, application_id, service_id, dialect, sender, sender_kind, text, lane, shift_tables,
         validity_seconds, send_at, recipient_count, part_count, currency, dlr_url, report_all, customer_data,
         request_id, parent_id, quiet, extras, created_at, user_id, thread_id)
), r as (
    insert into recipients (id, bucket, message_id, customer_id, address, address_kind, text, coding, parts, status,
                            failure, channel_id, route_id, reports, cost, cost_gbp, warnings, created_at, finished_at)
    select id, bucket, message_id, customer_id, address, address_kind, text, coding, parts, status, failure, channel_id,
           route_id, reports, cost, cost_gbp,
           case when warnings is not null then array(select jsonb_array_elements_text(warnings)) end,
           created_at, finished_at
    from unnest($27::bigint[], $28::smallint[], $29::bigint[], $30::bigint[], $31::text[], $32::text[], $33::text[],
                $34::text[], $35::smallint[], $36::smallint[], $37::text[], $38::bigint[], $39::bigint[],
                $40::boolean[], $41::numeric[], $42::numeric[], $43::jsonb[], $44::timestamptz[], $45::timestamptz[])
      u (id, bucket, message_id, customer_id, address, address_kind, text, coding, parts, status, failure, channel_id,
         route_id, reports, cost, cost_gbp, warnings, created_at, finished_at)
)
insert into outbox (id, bucket, channel_id, lane, tag, parts, due_at)
select * from unnest($46::bigint[], $47::smallint[], $48::bigint[], $49::smallint[], $50::bigint[], $51::smallint[],
                     $52::timestamptz[])
