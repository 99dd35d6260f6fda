/** Given a conversation, then its figures: one row per situation, each folded at once and event by event. */
import { describe, expect, it } from 'vitest';
import type { EpisodeFact } from '../../exporter/core/fact.ts';
import type { Settings } from '../../exporter/core/settings.ts';
import { Arrivals } from './arrivals.ts';
import { instant, story, tell, withDefaults, type Told } from './support.ts';

interface Row {
  readonly title: string;
  readonly given: readonly string[];
  readonly settings?: Partial<Settings>;
  /** The clock looks once more. */
  readonly until?: string;
  /** What each episode must show, oldest first; figures not named are not looked at. */
  readonly episodes?: readonly Partial<EpisodeFact>[];
  /** All response observations: seconds, first ones included. */
  readonly responses?: readonly number[];
}

const responsesOf = ({ observations }: Told): readonly number[] => observations.flatMap((fact) => (fact.type === 'response' ? [fact.seconds] : []));

function check({ given, settings: some = {}, until, episodes, responses }: Row): void {
  const settings = withDefaults(some);
  const events = story(given);
  const arrivals = new Arrivals(settings);
  for (const event of events) arrivals.take(event);
  if (until !== undefined) arrivals.tick(instant(until));
  for (const told of [tell(events, settings, until === undefined ? undefined : instant(until)), arrivals.told()]) {
    if (episodes) expect(told.episodes).toMatchObject(episodes);
    if (responses) expect(responsesOf(told)).toEqual(responses);
  }
}

const table = (rows: readonly Row[]): void => { it.each(rows.map((row) => [row.title, row] as const))('%s', (_, row) => check(row)); };

describe('waits and replies', () => table([
  { title: 'two questions, each answered', given: ['11:00 in', '11:00:25 agent lena', '11:03 in', '11:04:10 agent lena', '11:05 resolve agent'],
    responses: [25, 70],
    episodes: [{ frtSeconds: 25, frtAgent: 'lena', frtTotalSeconds: 25, resolutionSeconds: 300, conversationLengthSeconds: 250, engagedSeconds: 250, outcome: 'resolved_agent',
      slaFirstResponse: 'met', slaResolution: 'met', humanResolutionSeconds: 300, workingResolutionSeconds: 300, unanswered: false, closedBy: 'agent', closeReason: 'done' }] },
  { title: 'a run of messages waits from its first one, and a second reply answers nothing',
    given: ['11:00 in', '11:00:30 in', '11:02 in', '11:03 agent', '11:03:20 agent', '11:10 in', '11:11 in', '11:13 agent', '11:14 resolve agent'],
    responses: [180, 180], episodes: [{ frtSeconds: 180, inboundMessages: 5, agentMessages: 3, resolutionSeconds: 840, slaFirstResponse: 'missed', slaResolution: 'missed' }] },
  { title: 'gaps of more than five minutes are not engaged time', given: ['11:00 in', '11:05 agent', '11:10:01 in', '11:11 agent', '12:00 resolve agent'],
    episodes: [{ engagedSeconds: 300 + 59, conversationLengthSeconds: 660 }] },
  { title: 'an answer and a question of the same second: the question came first', given: ['11:00 agent', '11:00 in'], responses: [0], episodes: [{ frtSeconds: 0, initiator: 'contact' }] },
  { title: 'notes, reactions, edits, system lines, automations and campaigns answer nobody',
    given: ['11:00 in =q', '11:00:10 note', '11:00:20 reaction', '11:00:30 edit q', '11:00:40 system', '11:00:50 automation', '11:01 campaign', '11:04 agent'],
    responses: [240], episodes: [{ frtSeconds: 240, botFrtSeconds: null, agentMessages: 1, botMessages: 0 }] },
  { title: 'an agent opens; nobody waits until the customer writes', given: ['08:00 agent lena', '10:30 in', '10:30:40 agent lena', '10:45 resolve agent'],
    responses: [40], episodes: [{ initiator: 'agent', openedAt: instant('08:00'), demandAt: instant('10:30'), frtSeconds: 40, resolutionSeconds: 900, agentMessages: 1 }] },
  { title: 'a campaign opens; the reply to it starts the wait', given: ['08:00 campaign =c', '08:00:04 receipt c delivered', '08:30 in', '08:34 agent', '08:40 resolve agent'],
    responses: [240], episodes: [{ initiator: 'campaign', frtSeconds: 240, resolutionSeconds: 600 }] },
  { title: 'an agent writes before the bot does: the bot has no first response', given: ['11:00 in', '11:01 agent', '11:01:05 bot'],
    episodes: [{ botFrtSeconds: null, firstAnyResponseSeconds: 60, botMessages: 1 }] },
  { title: 'messages that need no reply lengthen a conversation but start no wait', given: ['11:00 in', '11:01 agent', '11:04 in soft', '11:05 resolve agent'],
    responses: [60], episodes: [{ outcome: 'resolved_agent', inboundMessages: 1, conversationLengthSeconds: 240, unanswered: false }] },
  { title: 'survey answers and opt-outs leave an episode alone', given: ['11:00 in', '11:01 agent', '11:04 in survey', '11:05 in optout', '11:06 resolve agent'],
    responses: [60], episodes: [{ inboundMessages: 1, conversationLengthSeconds: 60 }] },
  { title: 'a person took over while nobody waited: whoever waits then misses the target, until the answer comes', given: ['10:00 in', '10:00:02 bot', '10:03 agent', '10:04 in'],
    until: '10:06', episodes: [{ frtSeconds: null, slaFirstResponse: 'missed' }] },
  { title: 'answered, it has no first response and no target', given: ['10:00 in', '10:00:02 bot', '10:03 agent', '10:04 in', '10:07 agent'],
    until: '10:09', episodes: [{ frtSeconds: null, slaFirstResponse: null }] },
  { title: 'from team to team is a transfer', given: ['09:00 in', '09:01 team sales', '09:02 team repairs', '09:03 team repairs'], episodes: [{ transfers: 1, assigned: true, team: 'repairs' }] },
  { title: 'after nobody had it, it is none', given: ['09:00 in', '09:01 team sales', '09:02 unassign', '09:03 team repairs'], episodes: [{ transfers: 0, assigned: true, team: 'repairs' }] },
  { title: 'nobody ever had it', given: ['09:00 in', '09:01 agent ana', '09:02 tobot'], episodes: [{ transfers: 0, assigned: false }] },
  { title: 'who had it at the opening has it', given: ['08:00 assign ana', '09:00 in'], episodes: [{ assigned: true, agent: 'ana' }] },
  { title: 'a message deleted after silence had closed its episode was missed all the same', given: ['11:00 in =m', '1d12:00 delete m'], settings: { hasResolution: false },
    until: '2d00:00', episodes: [{ outcome: 'missed', closedAt: instant('1d11:00') }] },
  { title: 'the question arrives after its answer and the close', given: ['11:05 agent', '11:20 resolve agent', '11:03 in'],
    responses: [120], episodes: [{ number: 1, initiator: 'contact', frtSeconds: 120, resolutionSeconds: 1020 }] },
]));

describe('bot and hand-off', () => table([
  { title: 'greeting, question, hand-off, person', given: ['15:00 in', '15:00:03 bot', '15:02 in', '15:02:02 bot', '15:04 in', '15:04:10 handoff', '15:05:40 agent', '15:09 resolve agent'],
    responses: [90], episodes: [{ botFrtSeconds: 3, firstAnyResponseSeconds: 3, frtSeconds: 90, frtTotalSeconds: 340, resolutionSeconds: 540, humanResolutionSeconds: 290, handoffs: 1, bot: 'escalated' }] },
  { title: 'no hand-off is told: the wait starts at the message that the bot left', given: ['15:00 in', '15:00:01 bot', '15:06 in', '15:09 agent', '15:10 resolve agent'],
    responses: [180], episodes: [{ frtSeconds: 180, frtTotalSeconds: 540, humanResolutionSeconds: 240, handoffs: 0, bot: 'escalated' }] },
  { title: 'a person takes over while nobody waits: no first response, the next answer is a later one',
    given: ['15:00 in', '15:00:01 bot', '15:05 agent', '15:08 in', '15:09:30 agent', '15:10 resolve agent'],
    responses: [90], episodes: [{ frtSeconds: null, frtAgent: null, frtTotalSeconds: 300, slaFirstResponse: null, humanResolutionSeconds: 600 }] },
  { title: 'neither a second hand-off nor "please hold" restarts the wait',
    given: ['15:00 in', '15:00:01 bot', '15:01 in', '15:01:20 handoff', '15:01:21 bot', '15:04 handoff', '15:05:20 agent', '15:06 resolve agent'],
    responses: [240], episodes: [{ frtSeconds: 240, handoffs: 1 }] },
  { title: 'a hand-off before the customer has written is ignored', given: ['15:00 agent', '15:01 handoff', '15:02 in'], episodes: [{ handoffs: 0, waitingSince: instant('15:02') }] },
  { title: 'a hand-off after a person wrote is ignored', given: ['15:00 in', '15:01 agent', '15:02 handoff'], episodes: [{ handoffs: 0, waitingSince: null }] },
  { title: 'given back to the bot, the bot answers again', given: ['15:00 in', '15:01 agent', '15:02 tobot', '15:03 in', '15:03:05 bot'],
    responses: [60], episodes: [{ waitingSince: null, botMessages: 1 }] },
  { title: 'given back to the bot and handed off again: two hand-offs, the second starts the wait',
    given: ['15:00 in', '15:01 handoff', '15:02 agent', '15:03 tobot', '15:04 in', '15:04:30 handoff', '15:06 agent'], responses: [60, 90], episodes: [{ handoffs: 2 }] },
  { title: 'a bot message while a person is in charge answers nobody', given: ['15:00 in', '15:01 agent', '15:02 in', '15:02:05 bot'], episodes: [{ waitingSince: instant('15:02') }] },
]));

describe('queue, assignment, transfers', () => table([
  { title: 'a transfer does not restart the wait, but does restart the agent', given: ['12:00 in', '12:00:30 assign omar', '12:04 assign lena', '12:05:30 agent lena', '12:06 resolve agent'],
    responses: [330], episodes: [{ frtSeconds: 330, frtAgent: 'lena', queueSeconds: 30, assignToResponseSeconds: 90, transfers: 1, agent: 'lena' }] },
  { title: 'the author of the reply was not the one assigned', given: ['12:00 in', '12:00:30 assign omar', '12:02 agent lena'], episodes: [{ frtAgent: 'lena', assignToResponseSeconds: null }] },
  { title: 'assigned before the customer wrote: nobody queued', given: ['11:00 assign omar', '12:00 in', '12:02 agent omar'], episodes: [{ queueSeconds: 0, assignToResponseSeconds: 120 }] },
  { title: 'the queue starts at the hand-off', given: ['12:00 in', '12:00:02 bot', '12:05 handoff', '12:06:10 assign omar', '12:07 agent omar'], episodes: [{ queueSeconds: 70, assignToResponseSeconds: 50 }] },
  { title: 'an assignment that comes before the hand-off leaves no queue', given: ['12:00 in', '12:00:02 bot', '12:01 assign omar', '12:05 handoff'], episodes: [{ queueSeconds: 0 }] },
  { title: 'an assignment after the reply is no queue', given: ['12:00 in', '12:01 agent omar', '12:02 assign omar'], episodes: [{ queueSeconds: null, transfers: 0 }] },
  { title: 'the same agent again, a free conversation and a hand-off from the bot are no transfers',
    given: ['12:00 in', '12:01 assign omar', '12:02 assign omar', '12:03 unassign', '12:04 assign lena', '12:05 tobot', '12:06 assign omar', '12:07 agent omar'],
    episodes: [{ transfers: 0, queueSeconds: 60, assignToResponseSeconds: 60 }] },
  { title: 'from team to team is a transfer, from agent to team is none', given: ['12:00 in', '12:01 assign omar', '12:02 team repairs', '12:03 team sales'], episodes: [{ transfers: 1, team: 'sales', agent: 'omar' }] },
  { title: 'the last topic of the episode counts', given: ['12:00 in', '12:01 topic billing', '12:02 topic returns', '12:03 agent', '12:04 resolve agent', '13:00 in'],
    episodes: [{ topic: 'returns' }, { topic: null }] },
]));

describe('outcomes, in the order of their rules', () => table([
  { title: '1 nobody but the business wrote', given: ['09:00 agent', '09:10 resolve agent'], episodes: [{ outcome: 'outbound_only', resolutionSeconds: null, demandAt: null }] },
  { title: '2 the only message was taken back', given: ['09:00 in =q', '09:00:40 delete q', '09:20 resolve system'],
    episodes: [{ outcome: 'withdrawn', inboundMessages: 1, demandAt: null, slaFirstResponse: null, unanswered: false }] },
  { title: '3 answered once, then left waiting', given: ['09:00 in', '09:01 agent', '09:02 in', '09:30 resolve system'], episodes: [{ outcome: 'dropped', unanswered: true, resolutionSeconds: null }] },
  { title: '3 the customer gives up while waiting again', given: ['09:00 in', '09:01 agent', '09:02 in', '09:30 resolve contact'], episodes: [{ outcome: 'dropped' }] },
  { title: '4 a person closes over a pending message', given: ['09:00 in', '09:01 agent', '09:02 in', '09:30 resolve agent'], episodes: [{ outcome: 'resolved_agent', unanswered: true, resolutionSeconds: 1800 }] },
  { title: '5 "thanks!" after a resolution', given: ['09:00 in', '09:01 agent', '09:05 resolve agent', '09:07 in', '09:07:20 resolve agent'],
    responses: [60], episodes: [{ outcome: 'resolved_agent' }, { outcome: 'courtesy', slaFirstResponse: null, resolutionSeconds: null }] },
  { title: '6 spam: closed by a person in the first episode', given: ['09:00 in', '09:30 resolve agent'], episodes: [{ outcome: 'dismissed', slaFirstResponse: null, slaResolution: null, bot: 'none' }] },
  { title: '6 handed off, then closed by a person without an answer', given: ['09:00 in', '09:00:01 bot', '09:01 handoff', '09:02 resolve agent'], episodes: [{ outcome: 'dismissed' }] },
  { title: '6 not in a second episode with a bot in it that still waits', given: ['09:00 in', '09:01 agent', '09:02 resolve agent', '10:00 in', '10:00:01 bot', '10:01 in', '10:02 resolve agent'],
    episodes: [{}, { outcome: 'dismissed' }] },
  { title: '7 the customer leaves after the target', given: ['09:00 in', '09:01:50 resolve contact'], episodes: [{ outcome: 'abandoned', slaFirstResponse: 'missed' }] },
  { title: '7 the customer leaves before the target', given: ['09:00 in', '09:00:55 resolve contact'], episodes: [{ outcome: 'abandoned', slaFirstResponse: null }] },
  { title: '8 nobody ever answers', given: ['09:00 in', '09:00:01 automation', '1d09:00 resolve system inactivity'],
    responses: [], episodes: [{ outcome: 'missed', slaFirstResponse: 'missed', slaResolution: 'missed', unanswered: true, endedAt: instant('09:00'), frtSeconds: null }] },
  { title: '8 a failed answer, closed by a person, is no dismissal', given: ['09:00 in', '09:01 agent =a', '09:01:02 receipt a failed', '09:05 resolve agent'], episodes: [{ outcome: 'missed', failedMessages: 1, agentMessages: 0 }] },
  { title: '9 the bot asked and got silence', given: ['09:00 in', '09:00:01 bot ?', '1d09:00:01 resolve system inactivity'], episodes: [{ outcome: 'bot_abandoned', bot: 'involved', resolutionSeconds: null }] },
  { title: '10 the customer leaves a bot that asked: confirmed', given: ['09:00 in', '09:00:01 bot ?', '09:05 resolve contact'], episodes: [{ outcome: 'resolved_bot', confirmed: true, bot: 'involved' }] },
  { title: '10 the bot says it helped', given: ['09:00 in', '09:00:01 bot', '09:05 resolve bot confirmed'], episodes: [{ outcome: 'resolved_bot', confirmed: true, resolutionSeconds: 300, humanResolutionSeconds: null }] },
  { title: '10 silence after the last word of the bot: assumed', given: ['09:00 in', '09:00:01 bot', '1d09:00:01 resolve system inactivity'], episodes: [{ outcome: 'resolved_bot', confirmed: false, resolutionSeconds: 1 }] },
  { title: '10 a campaign opened it: no part for the bot in figures', given: ['08:00 campaign', '09:00 in', '09:00:01 bot', '09:05 resolve bot confirmed'], episodes: [{ outcome: 'resolved_bot', bot: 'none', initiator: 'campaign' }] },
  { title: '10 a person closes what the bot answered', given: ['09:00 in', '09:00:01 bot', '09:05 resolve agent'], episodes: [{ outcome: 'resolved_bot', confirmed: false }] },
  { title: 'the bot left the last message: missed', given: ['09:00 in', '09:00:01 bot', '09:02 in', '09:30 resolve system'], episodes: [{ outcome: 'missed', bot: 'involved' }] },
  { title: '11 one of two taken back, the other answered by nobody but withdrawn too', given: ['09:00 in =a', '09:01 in =b', '09:02 delete a', '09:03 delete b', '09:04 resolve contact'], episodes: [{ outcome: 'withdrawn', inboundMessages: 2 }] },
  { title: '11 the answer failed and the question was taken back', given: ['09:00 in =q', '09:01 agent =a', '09:01:01 receipt a failed', '09:02 delete q', '09:05 resolve agent'], episodes: [{ outcome: 'withdrawn' }] },
]));

describe('targets, as they stand and as they end', () => table([
  { title: 'exactly the target meets it', given: ['09:00 in', '09:01 agent', '09:05 resolve agent'], episodes: [{ slaFirstResponse: 'met', slaResolution: 'met' }] },
  { title: 'a second more misses it', given: ['09:00 in', '09:01:01 agent', '09:05:01 resolve agent'], episodes: [{ slaFirstResponse: 'missed', slaResolution: 'missed' }] },
  { title: 'open and waiting for exactly the target: undecided', given: ['09:00 in'], until: '09:01', episodes: [{ slaFirstResponse: null, waitingSince: instant('09:00') }] },
  { title: 'open and waiting for more than the target: missed', given: ['09:00 in'], until: '09:01:01', episodes: [{ slaFirstResponse: 'missed', slaResolution: null }] },
  { title: 'open, the bot left a message, no person in charge: undecided', given: ['09:00 in', '09:00:01 bot', '09:02 in'], until: '09:30', episodes: [{ slaFirstResponse: null, slaResolution: 'missed' }] },
  { title: 'open and handed off: missed', given: ['09:00 in', '09:00:01 bot', '09:02 handoff'], until: '09:03:01', episodes: [{ slaFirstResponse: 'missed' }] },
  { title: 'missed while open, then a bot answered after all: taken back', given: ['09:00 in', '09:05 bot'], until: '09:06', episodes: [{ slaFirstResponse: null }] },
  { title: 'missed while open, then a person answered: missed', given: ['09:00 in', '09:05 agent'], episodes: [{ slaFirstResponse: 'missed' }] },
  { title: 'missed while open, then closed as spam: taken back', given: ['09:00 in', '09:20 note', '09:30 resolve agent'], episodes: [{ slaFirstResponse: null, slaResolution: null }] },
  { title: 'dropped: the first response was met, the resolution target is undecided', given: ['09:00 in', '09:00:30 agent', '09:01 in', '09:02 resolve contact'],
    episodes: [{ outcome: 'dropped', slaFirstResponse: 'met', slaResolution: null }] },
  { title: 'a source that never resolves misses a resolution target only at its close', given: ['09:00 in', '09:01 agent'], settings: { hasResolution: false }, until: '20:00', episodes: [{ slaResolution: null }] },
]));

describe('episodes that open, close and follow each other', () => table([
  { title: 'five days later a new episode has clocks of its own',
    given: ['09:00 in', '09:04 agent', '09:12 resolve agent', '5d16:00 in', '5d16:07 agent', '5d16:20 resolve agent'], responses: [240, 420],
    episodes: [{ number: 1, frtSeconds: 240, resolutionSeconds: 720 }, { number: 2, frtSeconds: 420, resolutionSeconds: 1200 }] },
  { title: 'the bot resolves; days later a person helps', given: ['09:00 in', '09:00:03 bot', '09:06 resolve bot confirmed', '4d10:00 in', '4d10:05 agent', '4d10:09 resolve agent'], responses: [300],
    episodes: [{ outcome: 'resolved_bot', confirmed: true, bot: 'involved' }, { outcome: 'resolved_agent', frtSeconds: 300, bot: 'none', botFrtSeconds: null }] },
  { title: 'bots, automations, failed messages and soft ones open nothing; a resolve alone is ignored',
    given: ['09:00 bot', '09:01 automation', '09:02 system', '09:03 in soft', '09:04 in survey', '09:05 in optout', '09:06 agent =a', '09:06:01 receipt a failed', '09:07 resolve agent'], episodes: [] },
  { title: 'a reopening without a message opens', given: ['09:00 reopen', '09:01 reopen'], episodes: [{ number: 1, initiator: 'agent', openedAt: instant('09:00') }] },
  { title: 'resolved for inactivity by its source: it ended at its last message', given: ['09:00 in', '09:06 agent', '09:07 in', '09:10 agent', '1d09:10 resolve system inactivity'],
    responses: [360, 180], episodes: [{ outcome: 'resolved_agent', resolutionSeconds: 600, endedAt: instant('09:10'), closedAt: instant('1d09:10') }] },
  { title: 'snoozed time is not working time; the customer ends a snooze', given: ['09:00 in', '09:05 agent', '09:05 snooze', '12:05 in', '12:09 agent', '12:15 resolve agent'],
    responses: [300, 240], episodes: [{ resolutionSeconds: 11_700, workingResolutionSeconds: 900 }] },
  { title: 'a snooze that ends by itself, and one that lasts to the close', given: ['09:00 in', '09:05 agent', '09:10 snooze', '09:20 unsnooze', '09:30 snooze', '09:40 resolve agent'],
    episodes: [{ resolutionSeconds: 2400, workingResolutionSeconds: 1200 }] },
  { title: 'without resolve events silence closes, at the last message; the next day is a new episode',
    given: ['09:00 in', '09:03 agent', '09:05 in soft', '1d11:00 in'], settings: { hasResolution: false }, until: '3d00:00', responses: [180],
    episodes: [{ outcome: 'resolved_agent', resolutionSeconds: 300, closeReason: 'inactivity', closedBy: 'system', closedAt: instant('1d09:05') }, { outcome: 'missed', closedAt: instant('2d11:00') }] },
  { title: 'a message exactly a day later opens a new episode', given: ['09:00 in', '1d09:00 in'], settings: { hasResolution: false }, episodes: [{ outcome: 'missed' }, { outcome: 'open' }] },
  { title: 'what arrives after that, but happened before it, belongs to the old one', given: ['09:00 in', '1d09:00 in', '10:00 assign omar'], settings: { hasResolution: false },
    episodes: [{ outcome: 'missed', queueSeconds: 3600 }, { outcome: 'open', queueSeconds: 0 }] },
  { title: 'a message a second earlier belongs to the old one', given: ['09:00 in', '1d08:59:59 in'], settings: { hasResolution: false }, episodes: [{ outcome: 'open', inboundMessages: 2 }] },
  { title: 'a campaign without an answer closes after a day, wherever it comes from', given: ['09:00 campaign', '10:00 campaign'], until: '1d10:00', episodes: [{ outcome: 'outbound_only', closedAt: instant('1d10:00'), initiator: 'campaign' }] },
  { title: 'a question keeps an episode open for ever where somebody resolves', given: ['09:00 in'], until: '29d00:00', episodes: [{ outcome: 'open' }] },
]));

describe('deleted, failed and unseen messages', () => table([
  { title: 'a question taken back leaves the wait to the next one', given: ['09:00 in =a', '09:02 in =b', '09:02:30 delete a', '09:05 agent'],
    responses: [180], episodes: [{ demandAt: instant('09:02'), frtSeconds: 180, frtTotalSeconds: 180, inboundMessages: 2 }] },
  { title: 'deleting what was answered changes nothing', given: ['09:00 in =a', '09:02 agent', '09:03 delete a'], responses: [120], episodes: [{ demandAt: instant('09:00') }] },
  { title: 'a reply that failed is none', given: ['09:00 in', '09:02 agent =a', '09:02:03 receipt a failed', '09:06 agent =b', '09:06:02 receipt b delivered'], responses: [360], episodes: [{ frtSeconds: 360, failedMessages: 1 }] },
  { title: 'a reply that failed on one device and arrived on another is one', given: ['09:00 in', '09:02 agent =a', '09:02:03 receipt a failed', '09:05 receipt a read', '09:06 agent'], responses: [120], episodes: [{ failedMessages: 0 }] },
  { title: 'the delivery came before the failure', given: ['09:00 in', '09:02 agent =a', '09:02:01 receipt a delivered', '09:02:03 receipt a failed'], responses: [120] },
  { title: 'replies known by receipts alone count at their earliest one, failed ones not',
    given: ['09:00 in', '09:03:02 receipt a delivered', '09:03 receipt a sent', '09:10 in', '09:10:20 receipt b failed', '09:14 receipt c sent', '09:20 resolve agent'],
    responses: [180, 240], episodes: [{ initiator: 'contact', agentMessages: 2, failedMessages: 1 }] },
  { title: 'a receipt with a template price stands for a campaign', given: ['09:00 receipt t delivered marketing', '09:30 in'], episodes: [{ initiator: 'campaign', demandAt: instant('09:30') }] },
  { title: 'the price comes with the second receipt', given: ['09:00 receipt t sent', '09:00:02 receipt t delivered utility'], episodes: [{ initiator: 'campaign' }] },
  { title: 'the author of unseen messages is a setting', given: ['09:00 in', '09:00:02 receipt b sent', '09:05 resolve system'], settings: { defaultAuthor: 'bot' }, responses: [], episodes: [{ outcome: 'resolved_bot', botFrtSeconds: 2 }] },
  { title: 'the real message takes the place of its receipt', given: ['09:00 in', '09:02:02 receipt a delivered', '09:02 bot =a'], responses: [], episodes: [{ agentMessages: 0, botMessages: 1, botFrtSeconds: 120 }] },
]));

describe('sources that send states', () => table([
  { title: 'pending to open is a hand-off by the bot', given: ['09:00 in', '09:00 state pending', '09:00:02 bot', '09:03 in', '09:03:30 state open', '09:05 agent', '09:06 state resolved'],
    responses: [90], episodes: [{ handoffs: 1, frtSeconds: 90, outcome: 'resolved_agent', closedBy: 'agent' }] },
  { title: 'resolved while pending: the bot did it', given: ['09:00 in', '09:00 state pending', '09:00:02 bot', '09:03 state resolved'], episodes: [{ outcome: 'resolved_bot', closedBy: 'bot', confirmed: false }] },
  { title: 'open to pending gives it back to the bot', given: ['09:00 in', '09:00 state open', '09:01 agent', '09:02 state pending', '09:03 in', '09:03:01 bot'], episodes: [{ waitingSince: null, botMessages: 1 }] },
  { title: 'the same state twice changes nothing', given: ['09:00 in', '09:01 state open agent=omar', '09:02 state open agent=omar', '09:03 agent omar'], episodes: [{ queueSeconds: 60, assignToResponseSeconds: 120, transfers: 0 }] },
  { title: 'agents and teams: assigned, transferred, freed', given: ['09:00 in', '09:01 state open agent=omar team=sales', '09:02 state agent=lena', '09:03 state team=repairs', '09:04 state agent=', '09:05 state agent=omar'],
    episodes: [{ transfers: 2, agent: 'omar', team: 'repairs' }] },
  { title: 'what is not named stays as it was', given: ['09:00 in', '09:01 state open agent=omar topic=billing', '09:02 state snoozed', '09:03 state open'], episodes: [{ agent: 'omar', topic: 'billing' }] },
  { title: 'snoozed and opened again', given: ['09:00 in', '09:01 state open', '09:05 agent', '09:10 state snoozed', '09:40 state open', '09:50 state resolved'], episodes: [{ resolutionSeconds: 3000, workingResolutionSeconds: 1200 }] },
  { title: 'snoozed to resolved ends the snooze there', given: ['09:00 in', '09:01 state open', '09:05 agent', '09:10 state snoozed', '09:40 state resolved'], episodes: [{ outcome: 'resolved_agent', workingResolutionSeconds: 600 }] },
  { title: 'resolved to open without a message is a reopening', given: ['09:00 in', '09:00 state open', '09:01 agent', '09:02 state resolved', '10:00 state open'], episodes: [{}, { number: 2, initiator: 'agent', demandAt: null }] },
  { title: 'a message reopens; the state that follows opens nothing more', given: ['09:00 in', '09:00 state open', '09:01 agent', '09:02 state resolved', '10:00 in', '10:00 state open', '10:02 agent'], responses: [60, 120],
    episodes: [{}, { number: 2, initiator: 'contact', frtSeconds: 120 }] },
  { title: 'a late state is compared with what was known then', given: ['09:00 in', '09:00 state open agent=omar', '09:03 state open agent=lena', '09:02 state open agent=omar', '09:04 agent lena'], episodes: [{ transfers: 1, assignToResponseSeconds: 60 }] },
]));
