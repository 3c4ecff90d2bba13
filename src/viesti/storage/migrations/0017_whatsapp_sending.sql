-- What sending by WhatsApp asks for: which templates need a recorded opt-in, and by what protocol a discussion is held.

alter table services
    add column whatsapp_opt_in text not null default 'none' check (whatsapp_opt_in in ('none', 'marketing', 'all'));

-- The protocol of the newest message that came in: an answer goes the way the person wrote.
alter table threads
    add column protocol text not null default 'sms' check (protocol in ('sms', 'whatsapp'));
