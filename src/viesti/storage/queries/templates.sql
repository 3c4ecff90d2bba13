-- name: of_customer
-- A customer's templates, by name and language; null: of every name.
select id, bucket, customer_id, channel_id, provider_id, name, language, display_name, category, status, quality, reason,
       components, raw_content, created_at, updated_at
from templates
where customer_id = $1 and ($2::text is null or name = $2)
order by name, language, id

-- name: of_channels
-- The templates of everybody on these WhatsApp accounts.
select id, bucket, customer_id, channel_id, provider_id, name, language, display_name, category, status, quality, reason,
       components, raw_content, created_at, updated_at
from templates where channel_id = any($1::bigint[]) order by id

-- name: add
-- Adds templates; gives the ids of those that were not there yet.
insert into templates (id, bucket, customer_id, channel_id, provider_id, name, language, display_name, category, status,
                       quality, reason, components, raw_content, created_at, updated_at)
select u.id, u.bucket, u.customer_id, u.channel_id, u.provider_id, u.name, u.language, u.display_name, u.category, u.status,
       u.quality, u.reason, u.components::jsonb, u.raw_content, u.created_at,
       u.created_at
from unnest($1::bigint[], $2::smallint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[],
            $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::timestamptz[])
    u (id, bucket, customer_id, channel_id, provider_id, name, language, display_name, category, status, quality, reason,
       components, raw_content, created_at)
on conflict (customer_id, channel_id, name, language, bucket) do nothing
returning id

-- name: change
-- What Meta says of templates: their id, category, status, quality, reason and components.
update templates t set provider_id = u.provider_id, category = u.category, status = u.status, quality = u.quality,
       reason = u.reason, components = u.components::jsonb, raw_content = u.raw_content, updated_at = $9
from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
    u (id, provider_id, category, status, quality, reason, components, raw_content)
where t.id = u.id and t.id = any($1::bigint[])

-- name: submitted
-- Meta took a template: its id there, and category and state, unless an event told of them before the answer came.
update templates set provider_id = $2,
       category = case when provider_id = '' then $3 else category end,
       status = case when provider_id = '' then $4 else status end, updated_at = $5
where id = $1

-- name: told
-- What an event says of a template on an account ($2 '': it gives no id); null: nothing of that. Of states the last one
-- counts ($9: when it was reached), in whatever order they come. Gives the templates that changed.
update templates set provider_id = coalesce(nullif($2, ''), provider_id), category = coalesce($7, category),
       quality = coalesce($8, quality),
       status = case when status_at > $9 then status else coalesce($5, status) end,
       reason = case when status_at > $9 then reason else coalesce($6, reason) end,
       status_at = case when $5::text is null then status_at else greatest(status_at, $9) end, updated_at = $10
where channel_id = $1 and (provider_id = nullif($2, '') or (name = $3 and language = $4))
returning id

-- name: drop
-- Drops templates that Meta does not have: those it never took, or has deleted.
delete from templates where id = any($1::bigint[]) and (provider_id = '' or status = 'DELETED')
