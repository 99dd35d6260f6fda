/** What every adapter promises. Runs over the list by itself: a new adapter needs its kit and its fixtures. */
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../exporter/config.ts';
import { secretVariable } from '../../exporter/config/variables.ts';
import { adaptersOf } from '../../exporter/sources/adapters.ts';
import type { Parsed } from '../../exporter/sources/source.ts';
import { joined, numbersIn } from './bodies.ts';
import { breaksWhenCut, decoded, encoded, renamed } from './codec.ts';
import { faultsOf, storedTexts } from './kinds.ts';
import { fixturesOf, KITS, NOW, post } from './kits.ts';
import { KARTLY } from './mapped.ts';
import { survivesMutation } from './mutation.ts';

/** Those of the product, and one that is declared by a mapping. */
const SOURCES = adaptersOf([KARTLY]);

it('gives every adapter a name of its own, a kit and fixtures', () => {
  expect(new Set(SOURCES.map((source) => source.id)).size).toBe(SOURCES.length);
  expect(Object.keys(KITS).toSorted()).toEqual(SOURCES.map((source) => source.id).toSorted());
  for (const source of SOURCES) expect(fixturesOf(source.id).size).toBeGreaterThan(10);
});

describe.each(SOURCES.map((source) => [source.id, source] as const))('%s', (id, source) => {
  const kit = KITS[id]!;
  const context = { source: id };
  const fixtures = [...fixturesOf(id)].flatMap(([name, bodies]) => bodies.map((body, index) => [bodies.length > 1 ? `${name} ${index + 1}` : name, body] as const));
  const [, sample] = fixtures[0]!;
  const parse = (body: Uint8Array | string, receivedAt = NOW): Parsed => source.parse(post(body, { receivedAt }), context);
  const signed = (body: Uint8Array, secret?: string) => post(body, kit.signed(body, NOW, secret));

  it('is fit for a URL, an environment variable and a label', () => {
    expect(id).toMatch(/^[a-z][a-z0-9-]*$/);
    for (const { name, help } of source.secrets) { expect(name).toMatch(/^[a-z][a-z_]*$/); expect(help).not.toBe(''); }
  });

  it('is on with a complete set of secrets, half with part of one, off with none', () => {
    const sets = source.needs ?? [source.secrets.flatMap(({ name, required }) => (required ? name : []))];
    const stateWith = (names: readonly string[]): string =>
      loadConfig({ env: Object.fromEntries(names.map((name) => [secretVariable(id, name), kit.secrets[name]?.[0] ?? 'a-secret'])), sources: [source], cwd: tmpdir() }).sourceStates[0]!.state;
    for (const set of sets) {
      expect(set.length).toBeGreaterThan(0);
      expect(stateWith(set)).toBe('on');
      if (set.length > 1) expect(() => stateWith(set.slice(0, 1))).toThrow('half set');
    }
    expect(stateWith([])).toBe('off');
  });

  it('accepts what the provider signed, with the new secret or the old one', () => {
    for (const [, body] of fixtures) expect(source.verify(signed(body), kit.secrets, context)).toBe('ok');
    const older = Object.values(kit.secrets)[0]![1]!;
    expect(source.verify(signed(sample, older), kit.secrets, context)).toBe('ok');
  });

  it('refuses another secret, another body and no secret at all', () => {
    expect(source.verify(signed(sample, 'guess'), kit.secrets, context)).toBe('invalid');
    expect(source.verify({ ...signed(sample), body: Buffer.concat([sample, Buffer.from(' ')]) }, kit.secrets, context)).toBe(kit.signsBody === false ? 'ok' : 'invalid');
    expect(source.verify(signed(sample), {}, context)).not.toBe('ok');
    expect(source.verify(signed(sample, ''), Object.fromEntries(Object.keys(kit.secrets).map((name) => [name, ['']])), context)).not.toBe('ok');
  });

  it('says when the signature is missing', () => {
    expect(source.verify(post(sample), kit.secrets, context)).toBe('missing');
  });

  const { toleranceSeconds } = kit;
  if (toleranceSeconds !== undefined) it('says when a genuine request is too old, or from the future', () => {
    const tolerance = toleranceSeconds * 1000;
    for (const [late, verdict] of [[tolerance, 'ok'], [tolerance + 1000, 'stale'], [-tolerance, 'ok'], [-tolerance - 1000, 'stale']] as const) {
      expect(source.verify({ ...signed(sample), receivedAt: NOW + late }, kit.secrets, context)).toBe(verdict);
    }
  });

  it.each(fixtures)('gives a redelivery of %s the same ids', (_name, body) => {
    const ids = (parsed: Parsed) => parsed.events.map((event) => event.id);
    expect(ids(parse(body, NOW + 3_600_000))).toEqual(ids(parse(body)));
    expect(ids(parse(encoded(decoded(body.toString()), body.toString())))).toEqual(ids(parse(body)));
  });

  it('redelivery: everything sent twice is the same events again, whatever came between', () => {
    const eventsOf = () => fixtures.map(([, body]) => parse(body).events);
    expect(eventsOf()).toEqual(eventsOf());
  });

  it('out of order: bodies that arrive backwards give the same events', () => {
    const eventsOf = (bodies: typeof fixtures) => bodies.map(([, body]) => parse(body).events);
    expect(eventsOf(fixtures.toReversed()).toReversed()).toEqual(eventsOf(fixtures));
  });

  it('oversized numbers: events stay sound, and no id is kept that lost its last digits', () => {
    for (const [name, body] of fixtures) {
      for (const spot of numbersIn(body.toString())) {
        for (const digits of ['1e308', '-1e308', '9007199254740993', '-99999999999999999999', '1e999', '0.1e-400']) {
          expect([name, spot.name, digits, ...parse(spot.put(digits)).events.flatMap((event) => faultsOf(event, id))]).toEqual([name, spot.name, digits]);
        }
        if (!/(^|_)id$|I[dD]$/.test(spot.name)) continue;
        const kept = JSON.stringify(parse(spot.put('31415926535897932385')).events).match(/3\.?14159265358979[\de+]*/g) ?? [];
        expect([name, spot.name, ...kept.filter((digits) => digits !== '31415926535897932385')]).toEqual([name, spot.name]);
      }
    }
  });

  const { list } = kit;
  if (list !== undefined) it('several facts: one body with the items of two gives the events of both, and what is no item costs neither', () => {
    const pairs = fixtures.flatMap(([name, body], index) => fixtures.slice(index + 1).flatMap(([other, second]) => {
      const both = joined(body.toString(), second.toString(), list);
      return both === undefined ? [] : [{ names: `${name} and ${other}`, both, ids: [body, second].map((each) => parse(each).events.map((event) => event.id)) }];
    })).filter(({ ids }) => ids.every((each) => each.length > 0));
    expect(pairs.length).toBeGreaterThan(0);
    for (const { names, both, ids } of pairs) expect([names, new Set(parse(both).events.map((event) => event.id))]).toEqual([names, new Set(ids.flat())]);
  });

  it.each(fixtures)('returns sound events for %s, and no number or text where it would be kept', (_name, body) => {
    const parsed = parse(body);
    expect(parsed.events.flatMap((event) => faultsOf(event, id))).toEqual([]);
    const personal = [...new Set(parsed.events.flatMap((event) => [event.phone, event.text]).filter((text) => text !== undefined && text.length > 3))];
    for (const text of personal) {
      for (const kept of [...parsed.events.flatMap((event) => [event.id, ...storedTexts(event)]), ...wordsOf(parsed)]) expect(kept).not.toContain(text);
    }
    for (const word of wordsOf(parsed)) expect(word).toMatch(/^[\w.]{1,80}$/);
  });

  it('counts what it does not know instead of failing', () => {
    const parsed = parse(JSON.stringify(kit.unknown));
    expect(parsed.unknown).toHaveLength(1);
    expect(parsed.events).toEqual([]);
  });

  it('refuses bodies of another format (or counts them where customers choose it): empty, truncated, no object', () => {
    for (const body of ['', ' ', 'null', '[]', '7', '"x"', 'hub.mode=subscribe', '<xml/>']) {
      if (kit.takesAnyFormat) expect(parse(body)).toMatchObject({ events: [], unknown: [expect.any(String)], malformed: [] });
      else expect(() => parse(body)).toThrow(SyntaxError);
    }
    for (const [, body] of fixtures) {
      const cut = body.subarray(0, Math.floor(body.length * 0.7));
      if (breaksWhenCut(body.toString())) expect(() => parse(cut)).toThrow(SyntaxError);
    }
  });

  it('survives an empty object, keys of prototypes, nesting without end and broken UTF-8', () => {
    for (const body of ['{}', '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}', `{"entry":${'['.repeat(500_000)}${']'.repeat(500_000)}}`]) {
      expect(parse(body).events).toEqual([]);
    }
    // Words looked up in tables, in turn replaced by names that all objects have.
    for (const [, body] of fixtures) {
      for (const word of ['type', 'status', 'event', 'field', 'channel', 'content_type', 'message_type', 'file_type', 'value', 'new_owner_role']) {
        for (const name of ['__proto__', 'constructor', 'toString']) {
          expect(parse(renamed(body.toString(), word, name)).events.flatMap((event) => faultsOf(event, id))).toEqual([]);
        }
      }
    }
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    expect(() => parse(Buffer.concat([Buffer.from('{"x":"'), Buffer.from([0xff, 0xfe, 0x80]), Buffer.from('"}')]))).not.toThrow();
  });

  // The fuzzing does it 100,000 times for each adapter.
  it.each(fixtures)('survives 200 mutations of %s', (_name, body) => survivesMutation(source, body, 200));
});

const wordsOf = (parsed: Parsed): readonly string[] =>
  [...parsed.ignored, ...parsed.unknown, ...parsed.malformed, ...(parsed.health ?? []).flatMap((note) => [note.topic, note.state])];
