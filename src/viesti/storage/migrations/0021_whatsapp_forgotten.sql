-- What WhatsApp leaves behind is forgotten in time: windows that closed, and bodies that failed long ago.
create index whatsapp_windows_last on whatsapp_windows (last_at);
create index provider_events_failed on provider_events (received_at) where due_at is not null;
