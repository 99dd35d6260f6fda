-- Open episodes with a message of the customer, as the backlog counts them: read from the states of conversations that changed, so that counting a million does not read a million states.
create table if not exists replywatch.backlog_episode (
  conversation uuid primary key,
  demand_at timestamptz not null,
  assigned boolean not null                 -- an agent is
);
