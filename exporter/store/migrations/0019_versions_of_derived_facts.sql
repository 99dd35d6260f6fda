-- What facts of customers were computed with: the settings of all inboxes and the price lists, because a customer crosses inboxes. See replywatch.computation.
alter table replywatch.message_facts add column if not exists version text;
alter table replywatch.turn_facts add column if not exists version text;
alter table replywatch.touch_facts add column if not exists version text;
alter table replywatch.order_facts add column if not exists version text;
alter table replywatch.experiment_facts add column if not exists version text;
alter table replywatch.flow_run_facts add column if not exists version text;
alter table replywatch.survey_rating add column if not exists version text;
alter table replywatch.activity_days add column if not exists version text;
alter table replywatch.contact_facts add column if not exists version text;
alter table replywatch.issue_facts add column if not exists version text;
alter table replywatch.issue_episode add column if not exists version text;
alter table replywatch.negative_facts add column if not exists version text;
alter table replywatch.agent_intervals add column if not exists version text;

comment on view reporting.flow_runs is 'One row per run of a scripted flow. A run that is not completed counts as left when decided_at is over.';
