import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { describe, expect, test } from 'vitest';
import { README_END, README_START, renderReadme, renderTable } from '../../exporter/config/render.ts';
import { PAGES, renderPage } from '../../exporter/docs.ts';
import { SOURCES } from '../../exporter/sources/index.ts';
import { load } from './given.ts';

const example = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');

test.each(PAGES.map((page) => [page.path, page] as const))('%s is what the code renders (npm run docs)', (_path, page) => {
  const { now, next } = renderPage(page);
  expect(now).toBe(next);
});

describe('.env.example', () => {
  test('as it is changes nothing', () => {
    expect(parseEnv(example)).toEqual({});
  });

  test('loads when all of it is taken', () => {
    const env = parseEnv(example.replaceAll(/^#(?=[A-Z][A-Z0-9_]*=)/gm, '')) as Record<string, string>; // parseEnv gives text only
    const all = load({ env: { ...env, WHATSAPP_APP_SECRET: 'a', WHATSAPP_VERIFY_TOKEN: 'b', CHATWOOT_SECRET: 'c' }, files: { 'replywatch.yml': '' }, sources: SOURCES });
    expect(all.mode).toBe('production');
    expect(Object.keys(env).sort()).toEqual(all.overview.variables.map((variable) => variable.name).sort());
  });
});

test('README keeps what stands around its table', () => {
  const readme = `# Hello\n${README_START}\nold\n${README_END}\nbye\n`;
  expect(renderReadme(readme, SOURCES)).toBe(`# Hello\n${README_START}\n${renderTable(SOURCES)}\n${README_END}\nbye\n`);
  expect(renderReadme('no markers', SOURCES)).toBe('no markers');
});
