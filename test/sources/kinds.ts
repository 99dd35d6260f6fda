import { AUTHORS, CHANNELS, CONTENTS, RECEIPTS } from '../../exporter/core/event.ts';
import type { Kind, ParsedEvent } from '../../exporter/core/event.ts';

/** Every kind there is; a kind missing here does not compile. */
const KINDS: Readonly<Record<Kind, true>> = {
  'message.inbound': true, 'message.outbound': true, 'message.status': true, 'message.watermark': true, 'message.deleted': true, 'message.edited': true, 'note.created': true,
  'reaction.added': true, 'conversation.assigned': true, 'conversation.unassigned': true, 'conversation.handoff': true, 'conversation.snoozed': true,
  'conversation.unsnoozed': true, 'conversation.resolved': true, 'conversation.reopened': true, 'conversation.classified': true,
  'conversation.snapshot': true, 'survey.sent': true, 'survey.answered': true, 'sentiment.scored': true, 'agent.status': true, 'contact.created': true,
  'contact.merged': true, 'contact.deleted': true, 'contact.erased': true, 'consent.requested': true, 'consent.granted': true, 'consent.revoked': true,
  'link.clicked': true, 'conversion.recorded': true, 'flow.step': true, 'flow.completed': true, 'experiment.assigned': true,
};

/** What is wrong with an event whatever the body was; empty when nothing is. */
export function faultsOf(event: ParsedEvent, source: string): readonly string[] {
  const faults: string[] = [];
  if (!Object.hasOwn(KINDS, event.kind)) faults.push(`kind ${event.kind}`);
  if (!CHANNELS.includes(event.channel)) faults.push('channel');
  if ('content' in event && !CONTENTS.includes(event.content)) faults.push('content');
  if ('author' in event && !AUTHORS.includes(event.author)) faults.push('author');
  if (event.kind === 'message.status' && !RECEIPTS.includes(event.status)) faults.push('status');
  if (event.kind === 'conversation.snapshot' && ![undefined, 'open', 'pending', 'snoozed', 'resolved'].includes(event.status)) faults.push('status');
  if (event.source !== source) faults.push('source');
  if (!Number.isFinite(event.t) || event.t <= 0 || event.t > 4_102_444_801_000) faults.push(`t ${event.t}`);
  if (event.seq !== undefined && !Number.isSafeInteger(event.seq)) faults.push('seq');
  if (!/^[\w.:@-]{1,80}$/.test(event.inbox)) faults.push('inbox');
  for (const [name, value] of Object.entries({ ...event, text: undefined })) {
    if (value === undefined && name !== 'text') faults.push(`${name} is there and undefined`);
    if (value !== null && !['string', 'number', 'boolean', 'object', 'undefined'].includes(typeof value)) faults.push(`${name} is no data`);
    if (value === '') faults.push(`${name} is empty`);
    if (typeof value === 'string' && value.length > 2_000) faults.push(`${name} is endless`);
  }
  // What is stored as it stands must survive a database and a label: no NUL, no half characters, no line breaks.
  for (const stored of storedTexts(event)) if (/\p{C}/u.test(stored) || stored.length > 512) faults.push(`stored text ${JSON.stringify(stored).slice(0, 80)}`);
  if (event.phone !== undefined && !/^\d+$/.test(event.phone)) faults.push('phone');
  return faults;
}

/** Texts of an event that are not replaced by keyed hashes later. */
export function storedTexts(event: ParsedEvent): readonly string[] {
  const { id, conversation, contact, phone, email, text, t, receivedAt, seq, ...rest } = event as ParsedEvent & { message?: string };
  const hashed = new Set(['message', 'authorId', 'agent', 'team', 'toId', 'byId', 'from', 'into', 'survey', 'order', 'run']);
  return Object.entries(rest).filter(([name]) => !hashed.has(name)).flatMap(([, value]) => textsIn(value));
}

const textsIn = (value: unknown): readonly string[] =>
  typeof value === 'string' ? [value] : typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
