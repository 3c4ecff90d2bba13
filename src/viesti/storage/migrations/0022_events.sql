-- Programs may be told of more than messages that come in and go out: of reports, opt-outs, clicks, and of numbers that
-- nobody can be reached at. `options` is what a subscription asks for beyond the event, as a keyword.
alter table subscriptions drop constraint subscriptions_event_check;
alter table subscriptions add constraint subscriptions_event_check
    check (event in ('inbound', 'outbound', 'report', 'opt_out', 'click', 'invalid'));
alter table subscriptions add column options jsonb not null default '{}' check (jsonb_typeof(options) = 'object');
