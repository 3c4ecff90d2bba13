-- Programs may be told of more than messages that come in and go out: of reports, opt-outs, keywords, clicks, and of numbers
-- that nobody can be reached at. `options` is what a subscription asks for beyond the event, as a keyword; who asks for one
-- has an event of his own, for older programs, which tell of all that is 'inbound', would not know how.
alter table subscriptions drop constraint subscriptions_event_check;
alter table subscriptions add constraint subscriptions_event_check
    check (event in ('inbound', 'outbound', 'report', 'opt_out', 'keyword', 'click', 'invalid'));
alter table subscriptions add column options jsonb not null default '{}' check (jsonb_typeof(options) = 'object');
