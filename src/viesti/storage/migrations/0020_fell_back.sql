-- A recipient that WhatsApp did not reach goes on by SMS. What it had tried until then is another way's: its parts,
-- references and receipts are of the attempts up to this one. Null: it went the way of its message.
alter table recipients add column fell_back_after smallint;
alter table recipients add constraint fell_back_after_attempts check (fell_back_after >= 0) not valid;
