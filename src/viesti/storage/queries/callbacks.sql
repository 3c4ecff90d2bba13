-- name: claim
-- Claims up to $2 due callbacks until $3, oldest first, one at a time for each subject so that its order holds
-- (ids alone are in order of time only roughly: each process takes them in blocks), but for those that stand apart.
-- "offset 0" keeps the look at a subject's earlier ones a look-up by index: as a join, planned while the queue was
-- empty, it would read all of it. Customers in $5 are passed over.
with picked as materialized (
    select c.id from callbacks c
    where c.claim is null and c.parked_at is null and c.due_at <= $1
      and c.customer_id <> all($5::bigint[])
      and (c.apart or not exists (select from callbacks e where e.subject_id = c.subject_id and e.parked_at is null
                                  and not e.apart and (e.created_at, e.id) < (c.created_at, c.id) offset 0))
    order by c.due_at, c.id
    limit $2
    for update skip locked
)
update callbacks set claim = $4, claimed_until = $3, attempt = attempt + 1
where id = any(array(select id from picked))
returning id, bucket, customer_id, subject_id, kind, method, url, body, due_at, created_at, attempt,
          subscription_id, apart

-- name: made
-- Removes callbacks that were made, and notes it with their subjects ($3 to $5). (The low bits of an id are its bucket.)
with gone as (
    delete from callbacks where id = any($1::bigint[]) and claim = $2
)
insert into events (subject_id, bucket, at, kind, detail)
select subject_id, subject_id % 64, at, 'callback_made', detail
from unnest($3::bigint[], $4::timestamptz[], $5::jsonb[]) u (subject_id, at, detail)

-- name: retry
-- Puts callbacks off until their next time.
update callbacks c set claim = null, claimed_until = null, due_at = u.due_at, last_error = u.error
from unnest($1::bigint[], $2::timestamptz[], $3::text[]) u (id, due_at, error)
where c.id = u.id and c.id = any($1::bigint[]) and c.claim = $4

-- name: hold_back
-- Those behind a callback that was put off wait as long; else every claim would look at them again.
update callbacks c set due_at = u.due_at
from unnest($1::bigint[], $2::timestamptz[]) u (subject_id, due_at)
where c.subject_id = u.subject_id and c.subject_id = any($1::bigint[])
  and c.claim is null and c.parked_at is null and not c.apart and c.due_at < u.due_at

-- name: park
-- Gives callbacks up visibly, for replay.
update callbacks c set claim = null, claimed_until = null, parked_at = $3, last_error = u.error
from unnest($1::bigint[], $2::text[]) u (id, error)
where c.id = u.id and c.id = any($1::bigint[]) and c.claim = $4

-- name: release_expired
-- Frees callbacks whose claim has run out, and of the older ones (claimed until before $2) those whose claimant has
-- ceased to say that it lives.
update callbacks set claim = null, claimed_until = null
where claim is not null and claimed_until < greatest($1::timestamptz, $2)
  and (claimed_until < $1
       or not exists (select from leases l where l.name = 'callbacks ' || claim and l.expires_at > $1))
returning id

-- name: release
-- Frees callbacks that were claimed and not tried.
update callbacks set claim = null, claimed_until = null, attempt = attempt - 1
where id = any($1::bigint[]) and claim = $2

-- name: still_ours
-- Whether a claimed callback is still to be made: its subscription may have ended since.
select exists (select from callbacks where id = $1 and claim = $2)

-- name: next_due
-- When the next callback falls due.
select min(due_at) from callbacks where claim is null and parked_at is null

-- name: replay
-- Takes parked callbacks up again (null: all of the customer's), with all their tries before them.
update callbacks set parked_at = null, due_at = $3, created_at = $3, attempt = 0
where parked_at is not null and ($1::bigint is null or customer_id = $1) and ($2::bigint[] is null or id = any($2))
returning id

-- name: parked
-- Callbacks that were given up (null: of all customers), the latest first.
select id, customer_id, subject_id, kind, case when subscription_id is null then url else '(sealed)' end as url, attempt,
       created_at, parked_at, last_error
from callbacks
where parked_at is not null and ($1::bigint is null or customer_id = $1)
order by parked_at desc, id desc limit $2

-- name: of_subjects
-- Callbacks still owed for these.
select id, subject_id, kind, case when subscription_id is null then url else '(sealed)' end as url, attempt, due_at, parked_at,
       last_error, created_at
from callbacks where subject_id = any($1::bigint[]) order by subject_id, id

-- name: counts
-- How many wait and how many are parked.
select count(*) filter (where parked_at is null) as waiting, count(*) filter (where parked_at is not null) as parked
from callbacks
