import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { revisionOf } from '../exporter/revision.ts';

const COMMIT = '8f3a5c0d9b1e4726a8c4e9d07b5f61328a9c0d1e';
const OTHER = '0123456789abcdef0123456789abcdef01234567';

test.each<[string, Readonly<Record<string, string>>, string]>([
  ['a checkout', { '.git/HEAD': 'ref: refs/heads/main\n', '.git/refs/heads/main': `${COMMIT}\n` }, '8f3a5c0d9b1e'],
  ['a checkout whose branches git has packed', { '.git/HEAD': 'ref: refs/heads/main\n', '.git/packed-refs': `# pack-refs with: peeled fully-peeled sorted\n${OTHER} refs/heads/domain\n${COMMIT} refs/heads/main\n` }, '8f3a5c0d9b1e'],
  ['a checkout of a tag', { '.git/HEAD': `${COMMIT}\n` }, '8f3a5c0d9b1e'],
  ['an image', { REVISION: `${COMMIT}\n` }, '8f3a5c0d9b1e'],
  ['an image that was not told', { REVISION: 'unknown\n' }, 'unknown'],
  ['an archive', {}, 'unknown'],
])('%s', (_sentence, files, revision) => {
  const project = mkdtempSync(join(tmpdir(), 'replywatch-revision-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(project, name)), { recursive: true });
      writeFileSync(join(project, name), text);
    }
    expect(revisionOf(project)).toBe(revision);
  } finally {
    rmSync(project, { recursive: true });
  }
});
