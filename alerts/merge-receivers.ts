import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';

interface Receiver { readonly name: string }

/**
 * The base configuration with receivers of the same name replaced by those of the overlays, later ones winning. Routes, inhibition and
 * intervals stay the base's. Comments are lost: the result is for Alertmanager, not for people.
 * @throws Error when an overlay names a receiver that the base does not have (nothing would ever reach it), or holds anything but receivers
 */
export function mergeReceivers(base: string, overlays: readonly string[]): string {
  const config = readMapping(base, 'the base');
  const replaced = new Map(receiversOf(config, 'the base').map((receiver) => [receiver.name, receiver]));
  overlays.forEach((overlay, index) => {
    const label = `overlay ${index + 1}`;
    const content = readMapping(overlay, label);
    const foreign = Object.keys(content).filter((key) => key !== 'receivers');
    if (foreign.length > 0) throw new Error(`${label} may hold receivers only, not ${foreign.join(', ')}`);
    for (const receiver of receiversOf(content, label)) {
      if (!replaced.has(receiver.name)) throw new Error(`${label} names "${receiver.name}", which no route leads to; known: ${[...replaced.keys()].join(', ')}`);
      replaced.set(receiver.name, receiver);
    }
  });
  return stringify({ ...config, receivers: [...replaced.values()] }, { lineWidth: 0, aliasDuplicateObjects: false });
}

function readMapping(text: string, label: string): Record<string, unknown> {
  const content: unknown = parse(text);
  if (typeof content !== 'object' || content === null || Array.isArray(content)) throw new Error(`${label} is not a YAML mapping`);
  return { ...content };
}

function receiversOf(content: Record<string, unknown>, label: string): readonly Receiver[] {
  const { receivers } = content;
  if (!Array.isArray(receivers)) throw new Error(`${label} has no list of receivers`);
  return receivers.map((receiver: unknown) => {
    if (typeof receiver !== 'object' || receiver === null || !('name' in receiver) || typeof receiver.name !== 'string') throw new Error(`${label} has a receiver without a name`);
    return { ...receiver, name: receiver.name };
  });
}

if (import.meta.main) {
  const [base, ...overlays] = process.argv.slice(2);
  if (base === undefined) {
    process.stderr.write('usage: node alerts/merge-receivers.ts BASE OVERLAY...   writes the merged configuration to stdout\n');
    process.exit(2);
  }
  process.stdout.write(mergeReceivers(readFileSync(base, 'utf8'), overlays.map((file) => readFileSync(file, 'utf8'))));
}
