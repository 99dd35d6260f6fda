import { chatwoot } from './chatwoot.ts';
import type { SourceAdapter } from './source.ts';
import { whatsapp } from './whatsapp.ts';
import { zendesk } from './zendesk.ts';

/** Every provider. A new one is one more line here. */
export const SOURCES: readonly SourceAdapter[] = [whatsapp, chatwoot, zendesk];

const BY_ID: ReadonlyMap<string, SourceAdapter> = new Map(SOURCES.map((source) => [source.id, source]));

export const sourceById = (id: string): SourceAdapter | undefined => BY_ID.get(id);
