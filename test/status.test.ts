import { describe, expect, it } from 'vitest';
import { loadConfig } from '../exporter/config.ts';
import { secretVariable } from '../exporter/config/variables.ts';
import { SOURCES } from '../exporter/sources/index.ts';
import { statusOf } from '../exporter/status.ts';
import { KITS } from './sources/kits.ts';

/** The address shown for a source with these secrets. */
const addressOf = (id: string, secrets: readonly string[]): string | undefined => {
  const valueOf = (name: string): string => KITS[id]?.secrets[name]?.[0] ?? 'egg_cup';
  const env = { PUBLIC_URL: 'https://desk.example.com', ...Object.fromEntries(secrets.map((name) => [secretVariable(id, name), valueOf(name)])) };
  const config = loadConfig({ env, sources: SOURCES, cwd: '/' });
  return statusOf({ config, adapters: SOURCES, version: '1', webhookPort: 1, arrived: [], unknown: { of: () => [] } }).sources.find((row) => row.id === id)?.url;
};

describe('the address to paste', () => {
  it.each<[string, readonly string[], string]>([
    ['zendesk-messaging', ['key'], ''], ['wati', ['key'], '?key=…'], ['trengo', ['signing_secret'], '?event=…'], ['freshdesk', ['key'], '?by=…&key=…'], ['zoho-crm', ['token'], '?key=…'],
    ['hubspot', ['client_secret'], ''], ['hubspot', ['key'], '?key=…'], ['hubspot', ['client_secret', 'key'], ''],
    ['crisp', ['signing_secret', 'key'], ''], ['crisp', ['key'], '?key=…'], ['chatwoot', ['secret', 'key'], ''], ['dialog360', ['key'], '?key=…'],
  ])('of %s with %s ends in "%s"', (id, secrets, end) => expect(addressOf(id, secrets)).toBe(`https://desk.example.com/webhooks/${id}${end}`));

  it('lets in a request that shows the key there, for every source that asks for it', () => {
    const asking = SOURCES.filter(({ pasted }) => pasted?.query.includes('key=…'));
    expect(asking.length).toBeGreaterThan(10);
    for (const { id, verify, pasted, secrets, needs } of asking) {
      const name = needs?.find(([first]) => first === 'key')?.[0] ?? secrets[0]!.name;
      const url = `/webhooks/${id}?${pasted!.query.replace('key=…', 'key=egg_cup')}`;
      expect([id, verify({ method: 'POST', url, headers: {}, body: Buffer.from('{}'), receivedAt: 0 }, { [name]: ['egg_cup'] }, { source: id })]).toEqual([id, 'ok']);
    }
  });
});
