-- What comes in by WhatsApp takes the way of what comes in by SMS: as a part that is whole, with what else it is.

alter table inbound_messages add column details jsonb;  -- of its kind: the button's payload, what it answers or is about

alter table inbound_parts
    add column protocol          text not null default 'sms' check (protocol in ('sms', 'whatsapp')),
    add column message_reference text,                 -- the provider's id of the message
    add column kind              text not null default 'text',
    add column attachments       jsonb,
    add column details           jsonb;
