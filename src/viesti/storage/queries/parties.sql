-- name: leave
-- Takes numbers from user ids that do not have them any more: another one has them since.
update whatsapp_parties w set phone = null
from unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[]) u (customer_id, phone, bsuid, at)
where w.customer_id = u.customer_id and w.phone = u.phone and w.bsuid <> u.bsuid and w.updated_at <= u.at

-- name: learn
-- Notes which user id is which number, where that is newer than what is known. A number that
-- somebody newer has stays his. Nothing is rewritten that would stay as it is.
insert into whatsapp_parties as w (customer_id, bucket, phone, bsuid, username, updated_at)
select u.customer_id, u.bucket,
       case when not exists (select from whatsapp_parties o where o.customer_id = u.customer_id and o.phone = u.phone
                             and o.bsuid <> u.bsuid) then u.phone end,
       u.bsuid, u.username, u.at
from unnest($1::bigint[], $2::smallint[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
     u (customer_id, bucket, phone, bsuid, username, at)
on conflict (customer_id, bsuid, bucket) do update
set phone = coalesce(excluded.phone, w.phone), updated_at = excluded.updated_at,
    username = case when excluded.username = '' then w.username else excluded.username end
where w.updated_at <= excluded.updated_at
  and (w.phone is distinct from coalesce(excluded.phone, w.phone)
       or (excluded.username <> '' and w.username <> excluded.username))

-- name: phones
-- The numbers of these user ids, as far as these customers know them.
select customer_id, bsuid, phone from whatsapp_parties
where customer_id = any($1::bigint[]) and bsuid = any($2::text[]) and phone is not null
