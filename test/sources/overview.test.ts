import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { pagePath } from '../../exporter/docs.ts';
import { SOURCES } from '../../exporter/sources/index.ts';
import { OVERVIEW_END, OVERVIEW_START, renewOverview } from '../../exporter/sources/overview.ts';

it('renews the table between its markers and leaves the rest alone', () => {
  const tea = { id: 'tea', title: 'Tea', feeds: { messages: 'yes', receipts: 'partly' } } as const;
  expect(renewOverview(`# Hello\n${OVERVIEW_START}\nold\n${OVERVIEW_END}\nbye\n`, [tea])).toBe(`# Hello\n${OVERVIEW_START}
| source | messages | replies | who replied | delivered, read | assigned | resolved | ratings | topics | orders |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
| [Tea](docs/sources/tea.md) | yes | – | – | partly | – | – | – | – | – |
${OVERVIEW_END}\nbye\n`);
  expect(renewOverview('no markers', [tea])).toBe('no markers');
});

it.each(SOURCES.map((source) => [source.id] as const))('has a page for %s', (id) => {
  expect(existsSync(pagePath(`docs/sources/${id}.md`))).toBe(true);
});
