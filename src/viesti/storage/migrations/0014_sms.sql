-- What came in from a number, newest first.
create index inbound_messages_source on inbound_messages (customer_id, source, id);
