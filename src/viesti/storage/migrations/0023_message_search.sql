-- Messages are looked for by what their senders called them. Who gives neither pays nothing for it.
create index messages_request on messages (customer_id, request_id, id) where request_id is not null;
create index messages_customer_data on messages (customer_id, customer_data, id) where customer_data is not null;
