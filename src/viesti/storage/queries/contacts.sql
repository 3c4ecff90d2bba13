-- name: by_phone
-- Contacts of a customer by phone number.
select id, bucket, customer_id, phone, external_reference, name, source, email, first_name, last_name, company, gender,
       birth_year, address_line1, address_line2, postcode, city, county, country, country_code, properties, created_at,
       updated_at
from contacts where customer_id = $1 and phone = any($2::text[])

-- name: at
-- Contacts at these addresses of these customers, to look at only.
select id, bucket, customer_id, phone, external_reference, name, source, email, first_name, last_name, company, gender,
       birth_year, address_line1, address_line2, postcode, city, county, country, country_code, properties, created_at,
       updated_at
from contacts where customer_id = any($1::bigint[]) and phone = any($2::text[])

-- name: by_reference
-- Contacts of a customer by its own references.
select id, bucket, customer_id, phone, external_reference, name, source, email, first_name, last_name, company, gender,
       birth_year, address_line1, address_line2, postcode, city, county, country, country_code, properties, created_at,
       updated_at
from contacts where customer_id = $1 and external_reference = any($2::text[])

-- name: by_id
-- Contacts of a customer by id.
select id, bucket, customer_id, phone, external_reference, name, source, email, first_name, last_name, company, gender,
       birth_year, address_line1, address_line2, postcode, city, county, country, country_code, properties, created_at,
       updated_at
from contacts where customer_id = $1 and id = any($2::bigint[])

-- name: owner
-- Which of these customers has this contact. (Looked up by its id, whatever the plan is made on.)
select customer_id from (select customer_id from contacts where id = $2 offset 0) c
where customer_id = any($1::bigint[])

-- name: lock
-- Contacts of a customer by id, locked in one order: nobody puts them on a list or takes them off one meanwhile.
select id, bucket, customer_id, phone, external_reference, name, source, email, first_name, last_name, company, gender,
       birth_year, address_line1, address_line2, postcode, city, county, country, country_code, properties, created_at,
       updated_at
from contacts where customer_id = $1 and id = any($2::bigint[]) order by id for update

-- name: lock_phone
-- A contact of a customer by phone number, locked as above. (By the index of numbers, as in fold_counts.)
select id, bucket, customer_id, phone, external_reference, name, source, email, first_name, last_name, company, gender,
       birth_year, address_line1, address_line2, postcode, city, county, country, country_code, properties, created_at,
       updated_at
from contacts where customer_id = $1 and phone between $2 and $2 order by phone limit 1 for update

-- name: put
-- Contacts by phone number: those that the customer has not yet are made; gives the ids of all, locked.
insert into contacts (id, bucket, customer_id, phone, external_reference, name, source, email, first_name, last_name,
                      company, gender, birth_year, address_line1, address_line2, postcode, city, county, country,
                      country_code, properties, created_at, updated_at)
select id, bucket, customer_id, phone, external_reference, name, source, email, first_name, last_name, company, gender,
       birth_year, address_line1, address_line2, postcode, city, county, country, country_code, properties::jsonb,
       created_at, updated_at
from unnest($1::bigint[], $2::smallint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
            $9::text[], $10::text[], $11::text[], $12::text[], $13::smallint[], $14::text[], $15::text[], $16::text[],
            $17::text[], $18::text[], $19::text[], $20::text[], $21::text[], $22::timestamptz[], $23::timestamptz[])
     u (id, bucket, customer_id, phone, external_reference, name, source, email, first_name, last_name, company, gender,
        birth_year, address_line1, address_line2, postcode, city, county, country, country_code, properties, created_at,
        updated_at)
on conflict (customer_id, phone, bucket) do update set phone = excluded.phone
returning id, customer_id, phone

-- name: write
-- What is known of contacts, written over what was known of them before.
update contacts c
set phone = u.phone, external_reference = u.external_reference, name = u.name, source = u.source, email = u.email,
    first_name = u.first_name, last_name = u.last_name, company = u.company, gender = u.gender,
    birth_year = u.birth_year, address_line1 = u.address_line1, address_line2 = u.address_line2,
    postcode = u.postcode, city = u.city, county = u.county, country = u.country, country_code = u.country_code,
    properties = u.properties::jsonb, updated_at = u.updated_at
from unnest($1::bigint[], $2::smallint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
            $9::text[], $10::text[], $11::text[], $12::text[], $13::smallint[], $14::text[], $15::text[], $16::text[],
            $17::text[], $18::text[], $19::text[], $20::text[], $21::text[], $22::timestamptz[], $23::timestamptz[])
     u (id, bucket, customer_id, phone, external_reference, name, source, email, first_name, last_name, company, gender,
        birth_year, address_line1, address_line2, postcode, city, county, country, country_code, properties, created_at,
        updated_at)
where c.id = u.id and c.bucket = u.bucket

-- name: delete
-- Deletes contacts, locked before, with all that hangs on them. What they allowed and forbade stays: it is the number's.
with gone as (
    delete from contacts where customer_id = $1 and id = any($2::bigint[]) returning id
), unlisted as (
    delete from list_members where contact_id = any(array(select id from gone))
), unfound as (
    delete from contact_keys where contact_id = any(array(select id from gone))
), uncounted as (
    delete from contact_counters where contact_id = any(array(select id from gone))
)
select id from gone

-- name: delete_unlisted
-- Deletes those contacts that a group made, that the customer's own programs don't know by a reference, and that are
-- on no list but emptied ones, with all that hangs on them. They must be locked, by an earlier statement: what this one
-- sees of the lists then stays so. Written so that each contact is found by its id, and its lists by its memberships:
-- with `is null` or a join, plans made on empty tables go through all contacts, or through all lists for each.
with gone as (
    delete from contacts c where c.id = any($1::bigint[]) and c.source = 'group'
      and coalesce(c.external_reference, '') = ''
      and not exists (select from list_members m where m.contact_id = c.id
                        and (select l.emptied_at is null from lists l where l.id = m.list_id) offset 0)
    returning c.id
), unlisted as (
    delete from list_members where contact_id = any(array(select id from gone))
), unfound as (
    delete from contact_keys where contact_id = any(array(select id from gone))
), uncounted as (
    delete from contact_counters where contact_id = any(array(select id from gone))
)
select id from gone

-- name: counters
-- What happened with these contacts. (What is cancelled is taken back, also from who became a contact after it was
-- accepted, and was not counted then.)
select contact_id, inbound, greatest(outbound, 0) as outbound, failed, links_sent, distinct_clicks, last_at
from contact_counters where contact_id = any($1::bigint[])

-- name: fold_counts
-- Adds up to $1 waiting counts to the counters of the contacts they are of; gives how many were taken. What was written
-- either way is communication, a failure or a click is none. A contact is locked as against its deletion, and in one order
-- against another process that folds. (Each is looked up by itself, and in the order of
-- the index by number: planned while there were no contacts, a join or another index would read all there are by now.)
with taken as materialized (
    delete from contact_counts where id = any(array(
        select id from contact_counts order by id limit $1 for update skip locked))
    returning customer_id, address, kind, amount, links, at
), sums as materialized (
    select customer_id, address, coalesce(sum(amount) filter (where kind = 'inbound'), 0) as inbound,
           coalesce(sum(amount) filter (where kind = 'outbound'), 0) as outbound,
           coalesce(sum(amount) filter (where kind = 'failed'), 0) as failed,
           sum(links) as links_sent,
           coalesce(sum(amount) filter (where kind = 'click'), 0) as distinct_clicks,
           max(at) filter (where kind in ('inbound', 'outbound') and amount > 0) as last_at
    from taken group by customer_id, address
), known as materialized (
    select c.id, c.bucket, s.inbound, s.outbound, s.failed, s.links_sent, s.distinct_clicks, s.last_at
    from (select * from sums order by customer_id, address offset 0) s,
         lateral (select id, bucket from contacts
                  where customer_id = s.customer_id and phone between s.address and s.address
                  order by phone limit 1 for key share) c
), counted as (
    insert into contact_counters as known_counters (contact_id, bucket, inbound, outbound, failed, links_sent,
                                                    distinct_clicks, last_at)
    select * from known
    on conflict (contact_id, bucket) do update
    set inbound = known_counters.inbound + excluded.inbound, outbound = known_counters.outbound + excluded.outbound,
        failed = known_counters.failed + excluded.failed, links_sent = known_counters.links_sent + excluded.links_sent,
        distinct_clicks = known_counters.distinct_clicks + excluded.distinct_clicks,
        last_at = greatest(known_counters.last_at, excluded.last_at)
)
select count(*) from taken

-- name: by_made
-- A customer's contacts as they were made.
select id from contacts where customer_id = $1 order by id limit $2 offset $3

-- name: by_made_desc
-- The same, the newest first.
select id from contacts where customer_id = $1 order by id desc limit $2 offset $3

-- name: after
-- The next contacts after one, of whatever customer, in the order of ids, locked.
select id, bucket, customer_id, phone, external_reference, name, source, email, first_name, last_name, company, gender,
       birth_year, address_line1, address_line2, postcode, city, county, country, country_code, properties, created_at,
       updated_at
from contacts where id > $1 order by id limit $2 for update

-- name: book
-- How many contacts a customer has, and how many of them are opted out of everything.
select (select count(*) from contacts where customer_id = $1),
       (select count(*) from opt_outs o where o.customer_id = $1 and o.scope = 'all'
          and exists (select from contacts c where c.customer_id = $1 and c.phone = o.address offset 0))

-- name: counters_alike
-- How many contacts of a customer have the same counters; those of whom nothing was counted are not in it.
select k.inbound, k.outbound, k.failed, k.links_sent, k.distinct_clicks, count(*) as contacts
from contacts c join contact_counters k on k.contact_id = c.id
where c.customer_id = $1 group by 1, 2, 3, 4, 5
