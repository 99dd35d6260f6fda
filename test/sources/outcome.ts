import type { CanonicalEvent } from '../../exporter/core/event.ts';
import type { EpisodeFact } from '../../exporter/core/fact.ts';
import { refold } from '../../exporter/core/history.ts';
import { DEFAULT_SETTINGS } from '../../exporter/core/settings.ts';
import { createEnricher } from '../../exporter/ingest/enrich.ts';
import { createUnderstanding } from '../../exporter/ingest/understand.ts';
import type { SourceAdapter, WebhookRequest } from '../../exporter/sources/source.ts';
import { NOW, post } from './kits.ts';

const KEY = 'k'.repeat(64);
/** A survey is recognised by these words and answered by a digit. */
const SURVEY = { type: 'csat', scale: '1-5', templates: [], ids: [], texts: ['from 1 to 5'], buttons: {} } as const;

export type Outcome = Pick<EpisodeFact, 'frtSeconds' | 'resolutionSeconds' | 'outcome' | 'inboundMessages' | 'agentMessages' | 'botMessages'> & { readonly csat?: number };

/** What a conversation came to, a week after `NOW`: one row per episode. `rest` is what the provider puts around its bodies. */
export function outcomesOf(source: SourceAdapter, bodies: readonly Uint8Array[], rest: Partial<WebhookRequest> = {}): readonly Outcome[] {
  const settings = { ...DEFAULT_SETTINGS, hasResolution: source.hasResolution };
  const { enrich } = createEnricher({ key: KEY, settingsFor: () => settings, understand: createUnderstanding({ key: KEY, topics: [], surveys: [SURVEY] }) });
  const byConversation = new Map<string, CanonicalEvent[]>();
  const seen = new Set<string>();
  // Backwards: the order of arrival means nothing. Once: what is told twice has one identity.
  for (const parsed of bodies.toReversed().flatMap((body) => source.parse(post(body, rest), { source: source.id }).events)) {
    const event = enrich(parsed);
    if (event === undefined || seen.has(event.id)) continue;
    seen.add(event.id);
    if (event.conversation !== undefined) byConversation.set(event.conversation, [...byConversation.get(event.conversation) ?? [], event]);
  }
  return [...byConversation].flatMap(([id, events]) => {
    const { closed, facts } = refold(id, undefined, events, settings, NOW + 7 * 86_400_000);
    const csat = facts.find((fact) => fact.type === 'survey_reply')?.reply.score ?? events.find((event) => event.kind === 'survey.answered')?.score;
    return closed.map(({ frtSeconds, resolutionSeconds, outcome, inboundMessages, agentMessages, botMessages }): Outcome =>
      ({ frtSeconds, resolutionSeconds, outcome, inboundMessages, agentMessages, botMessages, ...(csat !== undefined && { csat }) }));
  });
}
