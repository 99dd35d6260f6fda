-- What facts were computed with, and long work on history that can be taken up again.

-- A version names the definitions of the product and the settings of an inbox. Facts name theirs.
create table if not exists replywatch.computation (
  version text primary key,
  definitions int not null,                 -- of core/definitions.ts
  settings json not null,
  since timestamptz not null default now()
);
alter table replywatch.episode_facts add column if not exists version text;

-- A rebuild computes facts and figures anew. One row per run; the last unfinished one is continued.
create table if not exists replywatch.rebuild (
  id bigint generated always as identity primary key,
  reason text not null,                     -- asked, definitions or settings
  basis text not null,                      -- definitions and settings of the whole workspace it computes with
  started_at timestamptz not null,
  finished_at timestamptz,
  total bigint not null,                    -- conversations to go through
  done bigint not null default 0,
  reached uuid,                             -- the last conversation that is done
  differences json not null default '{}'    -- by table: rows that were added, removed, changed, and those that stayed
);

-- Imports, by how their file begins.
create table if not exists replywatch.import (
  beginning text primary key,               -- digest of the first lines
  digest text not null,                     -- of all lines that are stored: another file is not continued
  lines bigint not null,
  accepted bigint not null,
  duplicate bigint not null,
  rejected bigint not null,
  started_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  finished_at timestamptz
);

create or replace view reporting.recalculations as
select rebuild.finished_at as at, rebuild.reason, changed.facts as changed, rebuild.differences
from replywatch.rebuild
cross join lateral (
  select coalesce(sum((tables.value ->> 'added')::bigint + (tables.value ->> 'removed')::bigint + (tables.value ->> 'changed')::bigint), 0)::bigint as facts
  from json_each(rebuild.differences) as tables
) as changed
where rebuild.finished_at is not null;

comment on view reporting.recalculations is 'When stored figures were computed anew: numbers before and after may differ. Made for annotations.';
comment on column reporting.recalculations.at is 'When the rebuild had finished.';
comment on column reporting.recalculations.reason is 'asked: somebody ran it. definitions: an upgrade changed how something is computed. settings: the configuration changed.';
comment on column reporting.recalculations.changed is 'Rows that were added, removed or changed; 0: every number is the same.';
comment on column reporting.recalculations.differences is 'By table: added, removed, changed, same.';
