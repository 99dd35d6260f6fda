import type { SourceAdapter, Parsed } from '../../exporter/sources/source.ts';
import { fixturesOf, post } from './kits.ts';

/** What an adapter made of one fixture, short enough to read a table of them: `what customer at value`, in words, and what it left out. */
export function toldBy(source: SourceAdapter, file: string, headers: Readonly<Record<string, string>> = {}): { readonly events: readonly string[]; readonly left: readonly string[] } {
  const parsed = source.parse(post(fixturesOf(source.id).get(file)![0]!, { headers }), { source: source.id });
  return { events: parsed.events.map(inWords), left: leftOut(parsed) };
}

const leftOut = ({ ignored, unknown, malformed }: Parsed): readonly string[] => [...ignored, ...unknown.map((name) => `unknown ${name}`), ...malformed.map((name) => `malformed ${name}`)];

function inWords(event: Parsed['events'][number]): string {
  const time = new Date(event.t).toISOString().slice(11, 19);
  const who = `${event.contactSource === undefined ? '' : `${event.contactSource}:`}${event.contact}`;
  if (event.kind === 'conversion.recorded') {
    return [time, event.type, event.order, event.value, event.currency, 'of', who, event.phone, event.email].filter((part) => part !== undefined).join(' ');
  }
  if (event.kind === 'flow.step' || event.kind === 'flow.completed') return [time, event.flow, event.run, event.step ?? 'completed', 'of', who].join(' ');
  return event.kind === 'contact.merged' ? `${time} ${event.from} is ${event.into}` : `${time} ${event.kind} ${who}`;
}
