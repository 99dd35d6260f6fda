import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { renderEnvExample, renderGuide, renderReadme } from './config/render.ts';
import { renderMetricsReference } from './metrics/reference.ts';
import { ROLLUPS } from './rollups/index.ts';
import { SOURCES } from './sources/index.ts';
import { renewOverview } from './sources/overview.ts';

/** Every page that is rendered from code, by path from the root of the repository. `now` is what the file holds, empty when it is not there. */
export const PAGES: readonly { readonly path: string; readonly render: (now: string) => string }[] = [
  { path: '.env.example', render: () => renderEnvExample(SOURCES) },
  { path: 'docs/configuration.md', render: () => renderGuide(SOURCES) },
  { path: 'docs/metrics.md', render: () => renderMetricsReference(ROLLUPS.flatMap((rollup) => rollup.gauges)) },
  { path: 'README.md', render: (now) => renewOverview(renderReadme(now, SOURCES), SOURCES) },
];

/** Absolute path of a page. */
export const pagePath = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Renders what a page should hold; `now` and `next` differ when it is stale. */
export function renderPage({ path, render }: (typeof PAGES)[number]): { readonly now: string; readonly next: string } {
  const now = existsSync(pagePath(path)) ? readFileSync(pagePath(path), 'utf8') : '';
  return { now, next: render(now) };
}

if (import.meta.main) {
  for (const page of PAGES) {
    const { now, next } = renderPage(page);
    if (next !== now) writeFileSync(pagePath(page.path), next);
    process.stdout.write(`${page.path} ${next === now ? 'is up to date' : 'rendered'}\n`);
  }
}
