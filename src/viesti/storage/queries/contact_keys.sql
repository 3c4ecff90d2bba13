-- name: put
-- Makes these the keys of some contacts ($1), and no others.
with gone as (
    delete from contact_keys k where k.contact_id = any($1::bigint[])
      and not exists (select from unnest($4::text[], $5::bigint[]) u (key, contact_id)
                      where u.contact_id = k.contact_id and u.key = k.key)
)
insert into contact_keys (customer_id, bucket, key, contact_id)
select * from unnest($2::bigint[], $3::smallint[], $4::text[], $5::bigint[])
on conflict do nothing

-- name: search
-- Contacts by ranges of numbers ($2, $3), ranges of keys ($4, $5), or the words of a name ($6 to $7, as patterns $8):
-- of these the one that fewest names begin with leads, and the others are looked for in its keys. Each way gives $9 keys
-- at most; the contacts of all come in that order, and each once.
with led as materialized (
    select w.low, w.high from unnest($6::text[], $7::text[]) w (low, high)
    order by (select count(*) from (select from contact_keys k where k.customer_id = $1 and k.key >= w.low
                                      and k.key < w.high limit 1000) few), length(w.low) desc
    limit 1
), found as (
    select n.id, 0 as way, n.phone collate "C" as key
    from unnest($2::text[], $3::text[]) r (low, high) cross join lateral (
        select id, phone from contacts where customer_id = $1 and phone >= r.low and phone < r.high
        order by phone limit $9) n
    union all
    select k.contact_id, 1, k.key
    from unnest($4::text[], $5::text[]) r (low, high) cross join lateral (
        select contact_id, key from contact_keys where customer_id = $1 and key >= r.low and key < r.high
        order by key, contact_id limit $9) k
    union all
    select k.contact_id, 2, k.key
    from led cross join lateral (
        select contact_id, key from contact_keys where customer_id = $1 and key >= led.low and key < led.high
          and ' ' || substr(key, 2) like all($8::text[])
        order by key, contact_id limit $9) k
)
select id from (select distinct on (id) id, way, key from found order by id, way, key) once
order by way, key, id limit $10 offset $11

-- name: alike
-- Keys of a customer in a range that several contacts have: the same words in their names, each set of words once, or
-- the same e-mail address. With how many have it, and the first $6 of them.
select key, count(*) as contacts, (array_agg(contact_id order by contact_id))[:$6::integer] as ids
from contact_keys
where customer_id = $1 and key >= $2 and key < $3
  and (left(key, 1) <> 'n' or substr(split_part(key, ' ', 1), 2) < split_part(key, ' ', 2))
group by key having count(*) > 1
order by key limit $4 offset $5
