/** Statements that find the customers of whom something is new. */

/** What is committed by now, and when the oldest transaction began that is not; one that has begun and not written yet does so within a minute. */
export const SNAPSHOT = `
  select pg_current_snapshot()::text as taken, least(now(), (
    select min(activity.xact_start) from pg_catalog.pg_stat_activity as activity where activity.datname = current_database() and activity.backend_xid is not null
  )) - interval '1 minute' as horizon`;

/**
 * The transaction that wrote a row, as 64 bits: `xmin` has the lower half, and a row cannot come from the future. Rows are compared by it
 * and not by their time alone: a row is stamped before it is committed, and may be committed after a pass that looked for it.
 */
const writtenBy = (row: string): string =>
  `(case when ${row}.xmin::text::bigint < (here.next & 4294967295) then (here.next >> 32 << 32) else (here.next >> 32 << 32) - 4294967296 end + ${row}.xmin::text::bigint)::text::xid8`;

const HERE = `here as materialized (select pg_snapshot_xmax(pg_current_snapshot())::text::bigint as next)`;

/** Events stored since $1, by the clock of the database, that the snapshot $2 could not see. */
export const FRESH = `
  with ${HERE}, fresh as materialized (
    select event.contact, event.conversation, event.message, event.source, event.kind, event.data
    from replywatch.event cross join here
    where event.stored_at >= $1 and not pg_visible_in_snapshot(${writtenBy('event')}, $2::pg_snapshot)
  )`;

/**
 * Marks the customers of fresh events, and of episodes that closed since: the clock closes some without an event. A conversation that
 * names nobody stands for its customer. $3: now, $4: the last pass, both by our clock. Long histories are read less often: one second of delay per thousand events beyond the first.
 */
export const MARK_CHANGED = `${FRESH}, linked as (
    insert into replywatch.contact_conversation (conversation, contact)
    select distinct fresh.conversation, fresh.contact from fresh where fresh.conversation is not null and fresh.contact is not null
    on conflict do nothing
  ), closed as (
    select observation.conversation from replywatch.observation cross join here
    where observation.settle_at >= $4 and observation.type = 'closed' and not pg_visible_in_snapshot(${writtenBy('observation')}, $2::pg_snapshot)
  ), named as (
    select fresh.contact from fresh where fresh.contact is not null
    union
    select coalesce(known.contact, touched.conversation)
    from (select fresh.conversation from fresh where fresh.conversation is not null and fresh.contact is null union select closed.conversation from closed) as touched
    left join replywatch.contact_conversation as known on known.conversation = touched.conversation
    union
    select coalesce(original.contact, known.contact, original.conversation)
    from fresh join replywatch.event as original on original.id = fresh.message
    left join replywatch.contact_conversation as known on known.conversation = original.conversation
    where fresh.kind = 'link.clicked' and fresh.contact is null and fresh.conversation is null and coalesce(original.contact, original.conversation) is not null
    union
    select survey.contact
    from fresh join replywatch.survey_facts as survey on survey.source = fresh.source and survey.survey = fresh.data ->> 'survey'
    where fresh.kind = 'survey.answered' and fresh.contact is null and fresh.conversation is null and survey.contact is not null
  )
  insert into replywatch.contact_due (contact, due_at)
  select named.contact, $3::timestamptz + make_interval(secs => greatest(0, least(3600, coalesce(size.events, 0) / 1000 - 1)))
  from named left join replywatch.contact_size as size on size.contact = named.contact
  order by named.contact
  on conflict (contact) do update set due_at = least(contact_due.due_at, excluded.due_at)`;

/** Everybody: whom an event names, whose conversation names nobody, and who holds facts. */
export const MARK_ALL = `
  with linked as (
    insert into replywatch.contact_conversation (conversation, contact)
    select distinct event.conversation, event.contact from replywatch.event where event.conversation is not null and event.contact is not null
    on conflict do nothing
  )
  insert into replywatch.contact_due (contact, due_at)
  select everybody.contact, $1
  from (
    select event.contact from replywatch.event where event.contact is not null
    union select event.conversation from replywatch.event where event.conversation is not null and event.contact is null
    union select size.contact from replywatch.contact_size as size
  ) as everybody
  order by everybody.contact
  on conflict (contact) do update set due_at = excluded.due_at`;
