/** The command `link`. */
import { mkdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { loadConfig, processEnvironment } from './config.ts';
import { isAddress } from './ingest/clicks.ts';
import { codeOf, type TrackedLink } from './ingest/link-code.ts';
import { pseudonymOf } from './ingest/pseudonym.ts';
import { loadKeys } from './keys.ts';
import { SOURCES } from './sources/index.ts';

interface LinkCommand {
  /** Name of a configured link, or an address. */
  readonly target: string;
  readonly campaign: string | undefined;
  /** What clicks are called. */
  readonly label: string | undefined;
  /** `source:id`; `-` reads one from each line of `input`. */
  readonly contact: string | undefined;
  /** `source:id`, for senders that know the id before they send. */
  readonly message: string | undefined;
  readonly input: NodeJS.ReadableStream;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Prints a tracked link, or one per contact: `contact<tab>link`. Nothing is stored. @returns 2 for what cannot be a link */
export async function runLink({ target, campaign, label, contact, message, input, out, err }: LinkCommand): Promise<number> {
  const config = loadConfig({ env: processEnvironment(), sources: SOURCES });
  mkdirSync(config.dataDir, { recursive: true, mode: 0o711 });
  const key = loadKeys(config.dataDir, config).pseudonym;
  const base = `${config.publicUrl ?? ''}/l/`;
  if (!config.links.has(target) && !isAddress(target)) return refuse('TARGET is neither the name of a link under `links` nor an https address');
  if (contact !== undefined && campaign === undefined) err('without --campaign the click is known, and no campaign gets it\n');
  if (config.publicUrl === undefined) err('PUBLIC_URL is not set: put it before what is printed\n');
  if (contact === '-') {
    for await (const line of createInterface({ input })) {
      if (line.trim() === '') continue;
      const link = linkTo(line.trim());
      if (link === undefined) return refuse('a line is no source:id');
      out(`${line.trim()}\t${base}${codeOf(key, link)}\n`);
    }
    return 0;
  }
  const link = linkTo(contact);
  if (link === undefined) return refuse('--contact and --message are written source:id, for example whatsapp:34600111222');
  out(`${base}${codeOf(key, link)}\n`);
  return 0;

  function refuse(reason: string): number {
    err(`${reason}\n`);
    return 2;
  }

  function linkTo(person: string | undefined): TrackedLink | undefined {
    const [who, what] = [named('contact', person), named('message', message)];
    if (who === null || what === null) return undefined;
    return {
      to: target, ...(label !== undefined && { name: label }), ...(campaign !== undefined && { campaign }), ...(who && { source: who.source, contact: who.id }), ...(what && { message: what.id }),
    };
  }

  /** Null for what is not written `source:id`. */
  function named(kind: 'contact' | 'message', text: string | undefined): { readonly source: string; readonly id: string } | undefined | null {
    if (text === undefined) return undefined;
    const [, source, id] = /^([a-z][a-z0-9-]*):(.+)$/.exec(text) ?? [];
    return source === undefined || id === undefined ? null : { source, id: pseudonymOf(key, kind, source, /^\+\d+$/.test(id) ? id.slice(1) : id) };
  }
}
