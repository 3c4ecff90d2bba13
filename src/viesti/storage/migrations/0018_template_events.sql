-- When a template came to its state, as Meta told it last: what is told of it may come in any order.
alter table templates add column status_at timestamptz;
