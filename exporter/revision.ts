/** Which commit runs: what a report of a fault has to say while versions are few. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Twelve digits of the commit: of the checkout, or of what an image was built from (its file `REVISION`); `unknown` where nothing says so. */
export function revisionOf(project: string): string {
  const head = read(join(project, '.git/HEAD'));
  const ref = /^ref: (\S+)$/.exec(head)?.[1];
  const candidates = [
    read(join(project, 'REVISION')), ...(ref === undefined ? [head] : [read(join(project, '.git', ref)), packed(project, ref)]),
  ];
  return candidates.find((each) => /^[0-9a-f]{40}\b/.test(each))?.slice(0, 12) ?? 'unknown';
}

const packed = (project: string, ref: string): string =>
  read(join(project, '.git/packed-refs')).split('\n').find((line) => line.endsWith(` ${ref}`)) ?? '';

/** Empty when there is no such file: archives and images have no `.git`. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}
