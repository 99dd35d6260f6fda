import { chatwoot } from './chatwoot.ts';
import type { SourceAdapter } from './source.ts';
import { whatsapp } from './whatsapp.ts';

/** Every provider. A new one is one more line here. */
export const SOURCES: readonly SourceAdapter[] = [whatsapp, chatwoot];

const BY_ID: ReadonlyMap<string, SourceAdapter> = new Map(SOURCES.map((source) => [source.id, source]));

export const sourceById = (id: string): SourceAdapter | undefined => BY_ID.get(id);

/** The sets of secrets, any complete one of which turns the source on. */
export const needsOf = (source: SourceAdapter): readonly (readonly string[])[] =>
  source.needs ?? [source.secrets.filter((secret) => secret.required).map((secret) => secret.name)];

/** `on`: a complete set is there. `half`: something is set, but no complete set, which is a mistake to report. */
export function readinessOf(source: SourceAdapter, isSet: (secret: string) => boolean): 'on' | 'half' | 'off' {
  if (needsOf(source).some((set) => set.every(isSet))) return 'on';
  return source.secrets.some((secret) => isSet(secret.name)) ? 'half' : 'off';
}
