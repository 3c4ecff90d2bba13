-- name: all
-- Every period, in order.
select number, starts_at from periods order by number

-- name: lock
-- One process at a time changes the periods.
select number from periods order by number for update

-- name: open
-- Opens a period's partitions.
select viesti_open_period($1)

-- name: begin
-- Says when a period began.
update periods set starts_at = $2 where number = $1

-- name: drop
-- Drops a period and all that is in it.
select viesti_drop_period($1)

-- name: position
-- Where the sequence of ids stands.
select last_value from viesti_ids

-- name: move
-- Moves the sequence of ids on to this counter; never back, which would make ids twice.
select setval('viesti_ids', $1, false) where (select last_value from viesti_ids) < $1

-- name: take_blocks
-- Takes blocks of counters from the sequence.
select nextval('viesti_ids') from generate_series(1, $1::integer)
