-- Calls that applications made of late, one row each. Unlogged on purpose: after a crash of PostgreSQL the budgets
-- are whole again, which costs nobody anything.
create unlogged table throttles (
    application_id  bigint not null,
    bucket          smallint not null,
    seconds         integer not null,                  -- the window that the slots are sixtieths of
    slots           jsonb not null default '{}',       -- number of the slot -> calls counted in it
    primary key (application_id, bucket)
) with (fillfactor = 50);
