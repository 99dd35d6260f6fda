/** What the start page says: every source with what arrived of it, and the address to paste. */
import type { Config } from './config.ts';
import type { PageModel, SourceRow } from './http/page.ts';
import type { UnknownKinds } from './ingest/unknown-kinds.ts';
import type { SourceAdapter } from './sources/source.ts';
import type { Arrivals } from './store/arrivals.ts';

/** What the page is made of. */
export interface StatusOptions {
  readonly config: Pick<Config, 'publicUrl' | 'webhook' | 'sources' | 'sourceStates' | 'eventsTokens' | 'eventsSecrets'>;
  readonly adapters: readonly Pick<SourceAdapter, 'id' | 'pasted'>[];
  readonly version: string;
  /** The one listened on, whatever was configured. */
  readonly webhookPort: number;
  readonly arrived: readonly Arrivals[];
  readonly unknown: Pick<UnknownKinds, 'of'>;
}

/** The model of the page, without secrets. */
export function statusOf({ config, adapters, version, webhookPort, arrived, unknown }: StatusOptions): Omit<PageModel, 'trouble'> {
  const base = config.publicUrl ?? `http://${hostOf(config.webhook.host)}:${webhookPort}`;
  const figures = (id: string): Partial<SourceRow> => {
    const own = arrived.find((each) => each.source === id);
    return { lastEventAt: own?.lastEventAt, eventsLastHour: own?.lastHour ?? (own ? undefined : 0) };
  };
  const providers = config.sourceStates.map(({ id, title, state, missing }): SourceRow => (state === 'on'
    ? { id, title, url: `${base}/webhooks/${id}${endOf(adapters.find((each) => each.id === id), config.sources.find((each) => each.id === id)?.secrets)}`, unknown: unknown.of(id), ...figures(id) }
    : { id, title, wants: state === 'off' ? missing : 'removing `enabled: false` from the file' }));
  // Events posted to us may come from a source of any name.
  const others = arrived.filter(({ source }) => !config.sourceStates.some(({ id }) => id === source))
    .map(({ source }): SourceRow => ({ id: source, ...(source === 'links' ? { title: 'Tracked links', url: `${base}/l/…` } : { title: 'Canonical events', url: `${base}/v1/events` }), ...figures(source) }));
  const isOpen = config.eventsTokens.length + config.eventsSecrets.length > 0;
  const open: SourceRow = { id: 'events', title: 'Canonical events', ...(isOpen ? { url: `${base}/v1/events`, ...figures('events') } : { wants: 'EVENTS_TOKEN or EVENTS_SECRET' }) };
  return {
    name: 'Replywatch', version, links: [{ href: '/episodes', title: 'Episodes' }, { href: '/runbooks', title: 'Runbooks' }, { href: '/metrics', title: 'Metrics' }, { href: '/-/ready', title: 'Readiness' }],
    sources: [...providers, ...(others.some(({ id }) => id !== 'links') ? others : [open, ...others])],
    notes: config.publicUrl === undefined ? [`These addresses are those of this machine. Providers need a public https address that leads to port ${webhookPort}: set PUBLIC_URL to see it here.`] : [],
  };
}

/** What follows the path in the address; a key is not shown. */
function endOf({ pasted }: Pick<SourceAdapter, 'pasted'> = {}, secrets: Readonly<Record<string, unknown>> = {}): string {
  return pasted === undefined || (pasted.unless !== undefined && secrets[pasted.unless] !== undefined) ? '' : `?${pasted.query}`;
}

/** Listening everywhere is no address to call. */
const hostOf = (host: string): string => (['0.0.0.0', '::'].includes(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host);
