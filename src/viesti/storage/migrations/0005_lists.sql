-- The newest messages of one customer. By the primary key alone, whoever sends little would make the list read
-- everything that all the others have sent since, and who never sent anything, the whole history.
create index recipients_customer on recipients (customer_id, id);
create index inbound_messages_customer on inbound_messages (customer_id, id);
