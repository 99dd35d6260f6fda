/**
 * Reads a Chatwoot database, and only reads. The queries are here and not in `store/`, because the tables are not ours:
 * https://github.com/chatwoot/chatwoot/blob/develop/db/schema.rb. Times there have no zone and are UTC.
 *//** Asks the database; in a transaction that cannot write. */
export type Ask = <Row extends object>(sql: string, values: readonly unknown[]) => Promise<readonly Row[]>;

/** A conversation with what stands around it. Times are epoch seconds with fractions. */
export interface ConversationRow {
  readonly id: number; readonly display_id: number; readonly account_id: number; readonly inbox_id: number; readonly status: number;
  readonly assignee_id: number | null; readonly team_id: string | null; readonly contact_id: string | null; readonly additional_attributes: unknown; readonly cached_label_list: string | null;
  readonly created_at: number; readonly updated_at: number; readonly channel_type: string | null; readonly source_id: string | null;
  readonly phone_number: string | null; readonly contact_created_at: number | null;
  /** Whether the contact has no earlier one. */
  readonly is_first: boolean;
}

/** A message with its attachments and the rating that was given in it. */
export interface MessageRow {
  readonly id: number; readonly conversation_id: number; readonly content: string | null; readonly message_type: number; readonly created_at: number; readonly updated_at: number; readonly private: boolean;
  readonly status: number | null; readonly content_type: number; readonly content_attributes: unknown; readonly sender_type: string | null; readonly sender_id: string | null;
  readonly additional_attributes: unknown; readonly file_types: readonly number[] | null; readonly rating: number | null; readonly rated_at: number | null;
}

/** What Chatwoot noted for its own reports: closings, openings, hand-offs, with the agent in charge. */
export interface MomentRow { readonly conversation_id: number; readonly name: string; readonly at: number; readonly user_id: number | null }

/** Columns that are read, by table: what the role has to be granted, and what a very old Chatwoot does not have. */
export const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  conversations: ['id', 'display_id', 'account_id', 'inbox_id', 'status', 'assignee_id', 'team_id', 'contact_id', 'contact_inbox_id', 'additional_attributes', 'cached_label_list', 'created_at', 'updated_at'],
  messages: ['id', 'conversation_id', 'content', 'message_type', 'created_at', 'updated_at', 'private', 'status', 'content_type', 'content_attributes', 'sender_type', 'sender_id', 'additional_attributes'],
  attachments: ['id', 'message_id', 'file_type'],
  inboxes: ['id', 'channel_type'],
  contacts: ['id', 'phone_number', 'created_at'],
  contact_inboxes: ['id', 'source_id'],
  csat_survey_responses: ['message_id', 'rating', 'created_at', 'updated_at'],
  reporting_events: ['conversation_id', 'name', 'user_id', 'event_end_time'],
};

const seconds = (column: string): string => `extract(epoch from ${column} at time zone 'UTC')::float8`;

/** Columns that are not there or may not be read, as `table.column`. */
export async function missingColumns(ask: Ask): Promise<readonly string[]> {
  const rows = await ask<{ name: string }>(
    `select wanted.table_name || '.' || wanted.column_name as name
     from unnest($1::text[], $2::text[]) as wanted (table_name, column_name)
     where not exists (select 1 from pg_catalog.pg_attribute as attribute
       where attribute.attrelid = to_regclass(wanted.table_name) and attribute.attname = wanted.column_name and not attribute.attisdropped
         and has_column_privilege(attribute.attrelid, attribute.attnum, 'select'))`,
    [Object.entries(COLUMNS).flatMap(([table, columns]) => columns.map(() => table)), Object.values(COLUMNS).flat()]);
  return rows.map((row) => row.name);
}

/** Which database this is, so that an import of another one is not taken for a continuation. */
export async function databaseName(ask: Ask): Promise<string> {
  const [row] = await ask<{ name: string }>("select current_database() || ' ' || coalesce(host(inet_server_addr()), 'local') || ' ' || coalesce(inet_server_port()::text, '') as name", []);
  return row?.name ?? '';
}

/** How many conversations there are, and how many of them lie behind the cursor. */
export async function countConversations(ask: Ask, account: number | undefined, after: number): Promise<{ readonly total: number; readonly left: number }> {
  const [row] = await ask<{ total: string; left: string }>(
    `select count(*) as total, count(*) filter (where conversation.id > $2) as left from conversations as conversation where $1::bigint is null or conversation.account_id = $1`, [account ?? null, after]);
  return { total: Number(row?.total ?? 0), left: Number(row?.left ?? 0) };
}

/** The next conversations by id. */
export const conversationsAfter = (ask: Ask, account: number | undefined, after: number, limit: number): Promise<readonly ConversationRow[]> => ask<ConversationRow>(
  `select conversation.id, conversation.display_id, conversation.account_id, conversation.inbox_id, conversation.status, conversation.assignee_id, conversation.team_id, conversation.contact_id,
     conversation.additional_attributes, conversation.cached_label_list, ${seconds('conversation.created_at')} as created_at, ${seconds('conversation.updated_at')} as updated_at,
     inbox.channel_type, contact_inbox.source_id, contact.phone_number, ${seconds('contact.created_at')} as contact_created_at,
     not exists (select 1 from conversations as earlier where earlier.contact_id = conversation.contact_id and earlier.id < conversation.id) as is_first
   from conversations as conversation
   left join inboxes as inbox on inbox.id = conversation.inbox_id
   left join contact_inboxes as contact_inbox on contact_inbox.id = conversation.contact_inbox_id
   left join contacts as contact on contact.id = conversation.contact_id
   where conversation.id > $1 and ($2::bigint is null or conversation.account_id = $2)
   order by conversation.id limit $3`, [after, account ?? null, limit]);

/** The next messages of these conversations, conversation by conversation. */
export const messagesOf = (ask: Ask, conversations: readonly number[], after: readonly [conversation: number, message: number], limit: number): Promise<readonly MessageRow[]> => ask<MessageRow>(
  `select message.id, message.conversation_id, message.content, message.message_type, ${seconds('message.created_at')} as created_at, ${seconds('message.updated_at')} as updated_at, message.private,
     message.status, message.content_type, message.content_attributes, message.sender_type, message.sender_id, message.additional_attributes,
     (select array_agg(attachment.file_type order by attachment.id) from attachments as attachment where attachment.message_id = message.id) as file_types,
     response.rating, ${seconds('response.updated_at')} as rated_at
   from messages as message
   left join csat_survey_responses as response on response.message_id = message.id
   where message.conversation_id = any($1::int[]) and (message.conversation_id, message.id) > ($2::int, $3::int)
   order by message.conversation_id, message.id limit $4`, [conversations, ...after, limit]);

/** All noted moments of these conversations. */
export const momentsOf = (ask: Ask, conversations: readonly number[]): Promise<readonly MomentRow[]> => ask<MomentRow>(
  `select noted.conversation_id, noted.name, ${seconds('noted.event_end_time')} as at, noted.user_id
   from reporting_events as noted
   where noted.conversation_id = any($1::int[]) and noted.event_end_time is not null
     and noted.name in ('conversation_resolved', 'conversation_opened', 'conversation_bot_handoff')
   order by noted.conversation_id, noted.event_end_time`, [conversations]);
