/** `npm run dashboards` writes every dashboard to `dashboards/<uid>.json`, and `docs/dashboards.md`. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { board } from './board.ts';
import { BOARDS } from './index.ts';
import { dashboardsPage } from './page.ts';

const FOLDER = path.resolve(import.meta.dirname, '..');

/** File name → text of every dashboard. Keys are sorted, so that a diff shows what changed and nothing else. */
export function renderAll(boards = BOARDS): ReadonlyMap<string, string> {
  const known = new Set<string>(boards.map(({ uid }) => uid));
  return new Map(boards.map((spec) => [`${spec.uid}.json`, `${JSON.stringify(sorted(board(spec, known)), null, 2)}\n`]));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]));
}

if (import.meta.main) {
  await mkdir(FOLDER, { recursive: true });
  for (const [name, text] of renderAll()) {
    await writeFile(path.join(FOLDER, name), text);
    console.log(`dashboards/${name}`);
  }
  await writeFile(path.join(FOLDER, '..', 'docs', 'dashboards.md'), dashboardsPage(BOARDS));
}
