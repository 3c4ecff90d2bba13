-- When a template came to its state, as Meta told it last: what is told of it may come in any order.
alter table templates add column status_at timestamptz;

-- Lists and events of an account find theirs.
create index templates_account on templates (channel_id, name, language);
