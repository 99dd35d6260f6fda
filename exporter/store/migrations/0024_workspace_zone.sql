-- The zone that local days and hours are in, for reports on instants that should agree with them. Dashboards offer it first.
create or replace view reporting.workspace as
select rollup_state.basis::jsonb ->> 'tz' as tz from replywatch.rollup_state where rollup_state.rollup = 'hourly' and rollup_state.basis is not null;

comment on view reporting.workspace is 'The workspace as the last computation of the hours had it: one row, none before the first.';
comment on column reporting.workspace.tz is 'IANA name of the zone that local_day and local_hour of all views are in.';
