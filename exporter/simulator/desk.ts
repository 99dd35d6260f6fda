import type { Agent, Desk } from './business.ts';
import { noteBody, threadBody, type Change, type Note, type Thread, type ThreadStatus } from './chatwoot-bodies.ts';
import type { Visitor } from './people.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

/** What can be done to a conversation in the help desk; each act is posted as the webhooks Chatwoot sends for it. */
export interface DeskThread {
  readonly thread: Thread;
  customer(text: string): void;
  agent(agent: Agent, text: string, isPrivate?: boolean): void;
  bot(text: string): void;
  /** Sends the satisfaction survey; the answer is given with `rate`. */
  survey(): Note;
  rate(survey: Note, rating: number, feedback: string): void;
  status(next: ThreadStatus, snoozedUntil?: number): void;
  assign(agent: Agent | null, team?: Thread['team']): void;
  label(label: string): void;
}

/** Opens a conversation. Ids follow from `id`, so the same request has the same ids in every time range. */
export function openThread(world: World, desk: Desk, visitor: Visitor, id: number, status: ThreadStatus, r: Random): DeskThread {
  const thread: Thread = {
    id, desk, visitor, createdAt: world.now, status, assignee: null, team: null, labels: [], waitingSince: world.now, firstReplyAt: 0,
    snoozedUntil: 0, unread: 0, seenByAgentAt: 0, activeAt: world.now, updatedAt: world.now, notes: 0, last: null,
  };
  // Chatwoot posts from a queue of jobs: mostly at once, the order of two jobs close together is not promised.
  const lag = (): number => r.between(120, 900);
  const post = (body: string): void => world.deliver('chatwoot', body, lag());

  /** Every act has a time of its own: states are put in order by it. */
  const touch = (): void => { thread.updatedAt = Math.max(world.now, thread.updatedAt + 3); };

  const write = (parts: Pick<Note, 'direction' | 'author' | 'content'> & Partial<Note>): Note => {
    thread.notes += 1;
    const note: Note = { id: id * 100 + thread.notes, contentType: 'text', attributes: {}, isPrivate: false, at: world.now, changedAt: world.now, ...parts };
    Object.assign(thread, { last: note, activeAt: world.now });
    touch();
    post(noteBody(world.business, 'message_created', thread, note));
    return note;
  };
  const changed = (event: 'conversation_updated' | 'conversation_status_changed', changes: readonly Change[]): void => {
    touch();
    post(threadBody(world.business, event, thread, changes));
  };

  world.deliver('chatwoot', threadBody(world.business, 'conversation_created', thread, null), 60);

  return {
    thread,
    customer(text) {
      thread.unread += 1;
      if (thread.waitingSince === 0) thread.waitingSince = world.now;
      write({ direction: 'incoming', author: { kind: 'contact' }, content: text });
    },
    agent(agent, text, isPrivate = false) {
      if (!isPrivate) {
        if (thread.firstReplyAt === 0) thread.firstReplyAt = world.now;
        Object.assign(thread, { waitingSince: 0, unread: 0, seenByAgentAt: world.now });
      }
      write({ direction: 'outgoing', author: { kind: 'agent', agent }, content: text, isPrivate });
    },
    bot(text) {
      write({ direction: 'outgoing', author: { kind: 'bot' }, content: text });
    },
    survey: () => write({
      direction: 'template', author: { kind: 'none' }, content: 'How would you rate this chat?', contentType: 'input_csat',
      attributes: { submitted_values: null },
    }),
    rate(survey, rating, feedback) {
      const attributes = { submitted_values: { csat_survey_response: { rating, feedback_message: feedback } } };
      const answered: Note = { ...survey, attributes, changedAt: world.now };
      if (thread.last?.id === survey.id) thread.last = answered;
      touch();
      post(noteBody(world.business, 'message_updated', thread, answered));
    },
    status(next, snoozedUntil = 0) {
      const change = { status: { previous_value: thread.status, current_value: next } };
      Object.assign(thread, { status: next, snoozedUntil });
      if (next === 'resolved') thread.waitingSince = 0;
      changed('conversation_status_changed', [change]);
      // The same change is mostly posted a second time as an update, by another job.
      if (r.chance(0.5)) post(threadBody(world.business, 'conversation_updated', thread, [change]));
    },
    assign(agent, team = thread.team) {
      const changes: Change[] = [];
      if (agent !== thread.assignee) {
        changes.push({ assignee_id: { previous_value: thread.assignee?.id ?? null, current_value: agent?.id ?? null } });
      }
      if (team !== thread.team) changes.push({ team_id: { previous_value: thread.team?.id ?? null, current_value: team?.id ?? null } });
      Object.assign(thread, { assignee: agent, team });
      if (changes.length > 0) changed('conversation_updated', changes);
    },
    label(label) {
      const next = [...new Set([...thread.labels, label])];
      const change = { label_list: { previous_value: thread.labels, current_value: next } };
      thread.labels = next;
      changed('conversation_updated', [change]);
    },
  };
}
