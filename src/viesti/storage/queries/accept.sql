-- name: accept
-- Stores messages, their recipients and what of them waits to be sent: one statement, so one round trip. Lists of
-- texts come in another form, because arrays of arrays must be of one length.
with m as (
    insert into messages (id, bucket, customer_id, application_id, service_id, dialect, sender, sender_kind, text, lane,
                          shift_tables, validity_seconds, send_at, recipient_count, part_count, currency, dlr_url,
                          report_all, customer_data, request_id, parent_id, quiet, extras, created_at)
    select id, bucket, customer_id, application_id, service_id, dialect, sender, sender_kind, text, lane,
           string_to_array(shift_tables, ','), validity_seconds, send_at, recipient_count, part_count, currency, dlr_url,
           report_all, customer_data, request_id, parent_id, quiet, extras, created_at
    from unnest($1::bigint[], $2::smallint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[],
                $8::text[], $9::text[], $10::smallint[], $11::text[], $12::integer[], $13::timestamptz[],
                $14::integer[], $15::integer[], $16::text[], $17::text[], $18::boolean[], $19::text[], $20::text[],
                $21::bigint[], $22::boolean[], $23::jsonb[], $24::timestamptz[])
      u (id, bucket, customer_id, application_id, service_id, dialect, sender, sender_kind, text, lane, shift_tables,
         validity_seconds, send_at, recipient_count, part_count, currency, dlr_url, report_all, customer_data,
         request_id, parent_id, quiet, extras, created_at)
), r as (
    insert into recipients (id, bucket, message_id, customer_id, address, address_kind, text, coding, parts, status,
                            failure, channel_id, route_id, reports, cost, cost_gbp, warnings, created_at, finished_at)
    select id, bucket, message_id, customer_id, address, address_kind, text, coding, parts, status, failure, channel_id,
           route_id, reports, cost, cost_gbp,
           case when warnings is not null then array(select jsonb_array_elements_text(warnings)) end,
           created_at, finished_at
    from unnest($25::bigint[], $26::smallint[], $27::bigint[], $28::bigint[], $29::text[], $30::text[], $31::text[],
                $32::text[], $33::smallint[], $34::smallint[], $35::text[], $36::bigint[], $37::bigint[],
                $38::boolean[], $39::numeric[], $40::numeric[], $41::jsonb[], $42::timestamptz[], $43::timestamptz[])
      u (id, bucket, message_id, customer_id, address, address_kind, text, coding, parts, status, failure, channel_id,
         route_id, reports, cost, cost_gbp, warnings, created_at, finished_at)
)
insert into outbox (id, bucket, channel_id, lane, tag, parts, due_at)
select * from unnest($44::bigint[], $45::smallint[], $46::bigint[], $47::smallint[], $48::bigint[], $49::smallint[],
                     $50::timestamptz[])
