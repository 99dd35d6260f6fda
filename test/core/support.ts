/**
 * Short stories for the machine. One event per line, `TIME WORD …`, by default on Monday 4 May 2026, UTC; `2d09:30` is two days later.
 *
 *   in [=id] [soft|survey|optout]          a customer's message; `soft` needs no reply
 *   agent [name] [=id] [?]                 a person's message; `?` expects a reply. Likewise bot, automation, campaign, system
 *   receipt id sent|failed|delivered|read [price category]
 *   delete id · edit id · note · reaction
 *   assign name · team name · tobot · unassign · handoff · topic name
 *   snooze · unsnooze · reopen · resolve agent|bot|contact|automation|system [confirmed|inactivity]
 *   state [open|pending|snoozed|resolved] [agent=name|agent=] [team=name] [topic=name]      the whole state, from sources that send no changes
 */
import { CHANNELS, type Author, type CanonicalEvent, type Payload, type Pseudonym, type Receipt, type Resolver } from '../../exporter/core/event.ts';
import { tick } from '../../exporter/core/conversation.ts';
import { episodeOf } from '../../exporter/core/episode.ts';
import type { EpisodeFact, Fact, Observation } from '../../exporter/core/fact.ts';
import { refold } from '../../exporter/core/history.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../exporter/core/settings.ts';
import type { ConversationState, Tally } from '../../exporter/core/state.ts';

export const CONVERSATION = 'talk-1';
const FIRST_DAY = Date.UTC(2026, 4, 4);

/** What a conversation came to. */
export interface Told {
  readonly state: ConversationState;
  /** Closed episodes and the open one, oldest first. */
  readonly episodes: readonly EpisodeFact[];
  /** Final observations: where one was written again, the last word. Sorted by episode and name. */
  readonly observations: readonly Observation[];
  readonly tally: Tally;
}

// A test may call any text a pseudonym: the machine only compares them.
export const pseudonym = (text: string): Pseudonym => text as Pseudonym;

/** Epoch milliseconds of `09:30`, `09:30:15` or `2d09:30`. */
export function instant(text: string): number {
  const [, days, hours, minutes, seconds] = /^(?:(\d+)d)?(\d\d):(\d\d)(?::(\d\d))?$/.exec(text) ?? fail(`no time: ${text}`);
  return FIRST_DAY + (((Number(days ?? 0) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds ?? 0)) * 1000;
}

/** The events of a story, in the order of its lines. */
export const story = (lines: readonly string[]): readonly CanonicalEvent[] => lines.map(eventOf);

export const withDefaults = (settings: Partial<Settings>): Settings => ({ ...DEFAULT_SETTINGS, ...settings });

/** Folds all events at once and lets time pass until `until`, if given. */
export function tell(events: readonly CanonicalEvent[], settings: Settings, until?: number): Told {
  const folded = refold(CONVERSATION, undefined, events, settings);
  if (until === undefined) return told(folded.state, folded.closed, folded.facts);
  const later = tick(CONVERSATION, folded.state, until, settings);
  return told(later.state, [...folded.closed, ...later.closed], [...folded.facts, ...later.facts]);
}

/** Brings facts to their final form: an observation written again replaces the earlier one, an undecided target is none. */
export function told(state: ConversationState, closed: readonly EpisodeFact[], facts: readonly Fact[]): Told {
  const last = new Map<string, Observation>();
  for (const fact of facts) if ('conversation' in fact) last.set(keyOf(fact), fact);
  const observations = [...last].filter(([, fact]) => !(fact.type === 'sla' && fact.result === 'undecided')).sort(([a], [b]) => (a < b ? -1 : 1)).map(([, fact]) => fact);
  const rows = [...closed].sort((a, b) => a.number - b.number);
  return { state, episodes: state.open ? [...rows, episodeOf(CONVERSATION, state, state.open)] : rows, observations, tally: state.tally };
}

/** Under this name an observation exists once. */
export function keyOf(fact: Observation): string {
  const part = fact.type === 'response' ? String(fact.nth).padStart(4, '0') : fact.type === 'sla' ? fact.sla : '';
  return `${String(fact.number).padStart(4, '0')} ${fact.type} ${part}`;
}

const AUTHORS: readonly string[] = ['agent', 'bot', 'automation', 'campaign', 'system'] satisfies Author[];

function eventOf(line: string, index: number): CanonicalEvent {
  const [time = '', word = '', ...rest] = line.split(' ');
  const t = instant(time);
  const id = `line-${String(index).padStart(3, '0')}`;
  const payload = payloadOf(word, rest, `message-${index}`);
  return { id: pseudonym(id), source: 'desk', t, receivedAt: t, channel: CHANNELS[0], inbox: 'front', conversation: pseudonym(CONVERSATION), contact: pseudonym('visitor'), ...payload };
}

function payloadOf(word: string, rest: readonly string[], fallback: string): Payload {
  const message = rest.find((part) => part.startsWith('='))?.slice(1) ?? fallback;
  const [first = '', second] = rest.filter((part) => !part.startsWith('=') && part !== '?');
  const flag = (name: string): boolean => rest.includes(name);
  if (AUTHORS.includes(word)) {
    // The list above says that the word is an author.
    return { kind: 'message.outbound', message, content: 'text', author: word as Author, expectsReply: flag('?'), ...(first === '' ? {} : { authorId: first }) };
  }
  switch (word) {
    case 'in': return { kind: 'message.inbound', message, content: 'text', needsReply: !flag('soft'), surveyAnswer: flag('survey'), optOut: flag('optout') };
    // The story's own words; a wrong one shows as a wrong figure.
    case 'receipt': return { kind: 'message.status', message: first, status: second as Receipt, ...(rest[2] === undefined ? {} : { pricing: { category: rest[2] } }) };
    case 'delete': return { kind: 'message.deleted', message: first };
    case 'edit': return { kind: 'message.edited', message: first };
    case 'note': return { kind: 'note.created' };
    case 'reaction': return { kind: 'reaction.added', by: 'agent' };
    case 'assign': return { kind: 'conversation.assigned', toType: 'agent', toId: first };
    case 'team': return { kind: 'conversation.assigned', toType: 'team', toId: first };
    case 'tobot': return { kind: 'conversation.assigned', toType: 'bot', toId: 'helper' };
    case 'unassign': return { kind: 'conversation.unassigned' };
    case 'handoff': return { kind: 'conversation.handoff', by: 'bot' };
    case 'topic': return { kind: 'conversation.classified', topic: first };
    case 'snooze': return { kind: 'conversation.snoozed' };
    case 'unsnooze': return { kind: 'conversation.unsnoozed' };
    case 'reopen': return { kind: 'conversation.reopened' };
    case 'resolve': return { kind: 'conversation.resolved', by: first as Resolver, reason: flag('confirmed') ? 'confirmed' : flag('inactivity') ? 'inactivity' : 'done' };
    case 'state': return snapshotOf(rest);
    default: return fail(`no such word: ${word}`);
  }
}

function snapshotOf(parts: readonly string[]): Payload {
  const given = Object.fromEntries(parts.map((part) => (part.includes('=') ? [part.split('=')[0], part.split('=')[1] || null] : ['status', part])));
  return { kind: 'conversation.snapshot', ...given };
}

function fail(reason: string): never {
  throw new Error(reason);
}
