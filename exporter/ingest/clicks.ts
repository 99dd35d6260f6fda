/** Tracked links: where a code leads, and the click that following it is. */
import type { CanonicalEvent, Pseudonym } from '../core/event.ts';
import { isCrawler } from './crawlers.ts';
import { linkOf, type TrackedLink } from './link-code.ts';
import { pseudonymOf } from './pseudonym.ts';

/** A link by name, as it is configured. */
export interface LinkTarget {
  readonly url: string;
  readonly campaign?: string;
  /** Parameters without `utm_`; false adds none. */
  readonly utm: Readonly<Record<string, string>> | false;
}

/** One request for a link. */
export interface Visit {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Who asks, only to tell two clicks within a minute apart; hashed. */
  readonly address: string;
}

/** What became of a request for a link; `dropped`: led on, and one of too many in this second to be counted. */
export type ClickResult = 'counted' | 'automated' | 'unknown' | 'dropped';

/** What following links needs. */
export interface ClicksOptions {
  /** Of the pseudonyms. */
  readonly key: string;
  /** By name. */
  readonly targets: ReadonlyMap<string, LinkTarget>;
  /** Stores a click, somehow and sometime: nobody waits for it. */
  readonly record: (click: CanonicalEvent) => void;
  readonly onResult: (result: ClickResult) => void;
  readonly now: () => number;
}

/** Everybody may ask for a link, so what is stored has a limit; what comes beyond it in one second is led on uncounted. */
const MOST_PER_SECOND = 200;
const MINUTE = 60_000;
const SOURCE = 'links';

/** The address a code leads to, and notes the click; undefined for a code that is none. */
export type Follow = (code: string, visit: Visit) => string | undefined;

interface Asked { readonly at: number; readonly isAutomated: boolean; readonly visit: Visit }

/** Same key, same links: every replica follows what any other made. */
export function createClicks({ key, targets, record, onResult, now }: ClicksOptions): Follow {
  let [second, stored] = [0, 0];
  return (code, visit) => {
    const named = targets.get(code);
    const link: TrackedLink | undefined = named ? { to: code } : linkOf(key, code);
    const target = link && (targets.get(link.to) ?? (isAddress(link.to) ? { url: link.to, utm: {} } : undefined));
    if (!link || !target) {
      onResult('unknown');
      return undefined;
    }
    const at = now();
    const isAutomated = isCrawler(visit.method, visit.headers);
    if (Math.floor(at / 1000) !== second) [second, stored] = [Math.floor(at / 1000), 0];
    stored += 1;
    if (stored <= MOST_PER_SECOND) record(click(code, link, target, { at, isAutomated, visit }));
    onResult(stored > MOST_PER_SECOND ? 'dropped' : isAutomated ? 'automated' : 'counted');
    return addressOf(target, link);
  };

  function click(code: string, link: TrackedLink, target: LinkTarget, { at, isAutomated, visit }: Asked): CanonicalEvent {
    const campaign = link.campaign ?? target.campaign;
    // One visitor's taps within a minute are one click, whichever replica they reach.
    const who = `${visit.address} ${String(visit.headers['user-agent'] ?? '')}`;
    const id = pseudonymOf(key, 'event', SOURCE, `${code} ${Math.floor(at / MINUTE)} ${isAutomated} ${who}`);
    return {
      kind: 'link.clicked', id, source: SOURCE, channel: 'other', inbox: SOURCE, t: at, receivedAt: at,
      link: labelOf(link), ...(campaign !== undefined && { campaign }), ...(isAutomated && { automated: true }), ...(link.message !== undefined && { message: link.message }),
      ...(link.contact !== undefined && { contact: link.contact as Pseudonym }), // in a code that we signed
    };
  }
}

/** Whether it can be led to: nothing that runs in the browser of whoever clicks. */
export function isAddress(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:') && url.username === '' && url.password === '';
}

/** The target with what it does not say itself of where the visitor comes from. */
function addressOf({ url, utm, campaign }: LinkTarget, link: TrackedLink): string {
  if (utm === false) return url;
  const address = new URL(url);
  const words: Readonly<Record<string, string | undefined>> = { source: link.source ?? 'chat', medium: 'chat', campaign: link.campaign ?? campaign, ...utm };
  for (const [name, value] of Object.entries(words)) {
    if (value !== undefined && !address.searchParams.has(`utm_${name}`)) address.searchParams.set(`utm_${name}`, value);
  }
  return address.href;
}

/** A name is a label; an address stands for its host. */
function labelOf(link: TrackedLink): string {
  const name = link.name ?? (isAddress(link.to) ? new URL(link.to).host : link.to);
  return /^[\p{L}\p{M}\p{N}_ .:/-]{1,64}$/u.test(name) ? name : 'other';
}
