/** The directory that outlives the process: keys, spool, the bundled Postgres. */
import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConfigError, readFailure } from './config/problem.ts';

/** Why this user cannot keep anything there, in words; undefined when nothing is in the way. The nearest directory that exists decides: the ones below it are made on start. */
export function notWritable(dir: string): string | undefined {
  let nearest = dir;
  while (!existsSync(nearest) && dirname(nearest) !== nearest) nearest = dirname(nearest);
  try {
    if (!statSync(nearest).isDirectory()) return `${nearest} is not a directory`;
    accessSync(nearest, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EROFS' ? 'it is on a read-only file system' : readFailure(error).replace('read it', 'write there');
  }
}

/** Made where it is missing; others may pass through to what they own inside, and see nothing else. @throws ConfigError when this user cannot write there */
export function makeDataDir(dir: string): void {
  const reason = notWritable(dir);
  if (reason !== undefined) throw new ConfigError([{ path: 'REPLYWATCH_DATA_DIR', message: `${dir} cannot be used: ${reason}; make it writable for this user, or set another` }]);
  mkdirSync(dir, { recursive: true, mode: 0o711 });
}
