-- name: of_service
-- The list of a group service, held: it can't be emptied before this transaction ends.
select id from lists where service_id = $1 for share

-- name: make_for_service
-- Makes the list of a group service; one of that name that is nobody's yet becomes it.
insert into lists (id, bucket, customer_id, name, service_id) values ($1, $2, $3, $4, $5)
on conflict (customer_id, name, bucket) do update set service_id = excluded.service_id where lists.service_id is null

-- name: by_name
-- A list of a customer by its name, held as above.
select id from lists where customer_id = $1 and name = $2 for share

-- name: make
-- Makes a list, unless there is one of that name.
insert into lists (id, bucket, customer_id, name) values ($1, $2, $3, $4)
on conflict (customer_id, name, bucket) do nothing

-- name: member
-- A contact's membership.
select list_id, contact_id, active from list_members where list_id = $1 and contact_id = $2

-- name: member_of_service
-- A contact's membership of a group service, to look at only.
select m.list_id, m.contact_id, m.active from lists l join list_members m on m.list_id = l.id
where l.service_id = $1 and m.contact_id = $2

-- name: add
-- Puts contacts on a list; gives those that were not on it. Those that were are as they were.
insert into list_members (list_id, bucket, contact_id, active, added_at)
select $1, $2, contact_id, $4, $5 from unnest($3::bigint[]) contact_id
on conflict (list_id, contact_id, bucket) do nothing
returning contact_id

-- name: set_active
-- Whether contacts on a list are written to by way of it.
update list_members set active = $3 where list_id = $1 and contact_id = any($2::bigint[]) and active <> $3

-- name: remove
-- Takes contacts off a list; gives those that were on it.
delete from list_members where list_id = $1 and contact_id = any($2::bigint[]) returning contact_id

-- name: page
-- The next active members of a group service after a contact, in the order of their ids. The list is found anew for each
-- page: of one that was emptied in between there is no next page.
with page as materialized (
    select contact_id from list_members
    where list_id = (select id from lists where service_id = $1) and contact_id > $2 and active
    order by contact_id limit $3
)
select id, phone from contacts where id = any(array(select contact_id from page)) order by id

-- name: empty
-- Empties the list of a service, whatever its length: it is no longer the service's, nor to be found by its name. The
-- next contact of the service makes a new list. (`+ 0`: found by the service, never by way of all the customer's lists.)
update lists set service_id = null, emptied_at = $3, name = name || ' ' || id
where service_id = $2 and customer_id + 0 = $1

-- name: emptied
-- Lists whose members are still to be swept away, the longest emptied first.
select id from lists where emptied_at is not null order by emptied_at limit $1

-- name: swept_next
-- The next members of an emptied list after a contact, locked as contacts; those that somebody else holds are passed.
select id from contacts where id = any(array(
    select contact_id from list_members where list_id = $1 and contact_id > $2 order by contact_id limit $3))
order by id for update skip locked

-- name: drop_without_contact
-- Takes away members whose contact is gone, at most $2 looked at.
delete from list_members m where m.list_id = $1 and m.contact_id = any(array(
    select contact_id from list_members where list_id = $1 order by contact_id limit $2))
  and not exists (select from contacts c where c.id = m.contact_id offset 0)

-- name: drop
-- Drops an emptied list that has no members any more.
delete from lists l where l.id = $1 and l.emptied_at is not null
  and not exists (select from list_members m where m.list_id = l.id)

-- name: named
-- Lists of a customer by name in any letter case, held as above; those of services with them.
select id, name, service_id from lists
where customer_id = $1 and lower(name) = any(array(select lower(n) from unnest($2::text[]) n)) and emptied_at is null
order by id for share

-- name: tag
-- A tag, held as above.
select id, name from lists
where id = $2 and customer_id = $1 and service_id is null and emptied_at is null for share

-- name: tags
-- A customer's tags by name, with how many contacts have each.
select l.id, l.name, (select count(*) from list_members m where m.list_id = l.id) as contacts
from (select id, name from lists where customer_id = $1 and service_id is null and emptied_at is null
      order by lower(name), id limit $2 offset $3) l
order by lower(l.name), l.id

-- name: tags_of
-- The tags of a contact, with whether what is sent to them goes to him.
select l.id, l.name, m.active from list_members m join lists l on l.id = m.list_id
where m.contact_id = $2 and l.customer_id = $1 and l.service_id is null and l.emptied_at is null
order by lower(l.name), l.id

-- name: sizes_of_services
-- How many contacts are in the groups of these services, and how many of them are active; an empty group is not in it.
select l.service_id, count(*) as contacts, count(*) filter (where m.active) as active
from lists l join list_members m on m.list_id = l.id
where l.service_id = any($1::bigint[]) group by l.service_id

-- name: size
-- How many contacts are on a list.
select count(*) from list_members where list_id = $1

-- name: rename
-- Gives a tag another name.
update lists set name = $3 where id = $2 and customer_id = $1 and service_id is null and emptied_at is null

-- name: cut_off
-- Empties a tag and ends it; its members are swept away later.
update lists set emptied_at = $3, name = name || ' ' || id
where id = $2 and customer_id = $1 and service_id is null and emptied_at is null
