import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { alertmanagerFile, seconds } from './files.ts';

/** What is changed in the repository's own configuration of Alertmanager, and nothing else. */
export interface LocalConfig {
  /** Takes the file; has `templates/` and the file `token` beside it. */
  readonly directory: string;
  readonly name: string;
  /** Receivers post to `<url>/<name>/<receiver>`. */
  readonly relayUrl: string;
  /** When the support chat is read, in UTC, as the configuration writes it. */
  readonly hours: string;
  /** How many times as fast times run. */
  readonly speed: number;
}

export const ALWAYS = "start_time: '00:00', end_time: '24:00'";

/** Writes the configuration for loopback. @returns its path */
export async function localConfig({ directory, name, relayUrl, hours, speed }: LocalConfig): Promise<string> {
  const text = readFileSync(alertmanagerFile, 'utf8')
    .replaceAll('http://alert-relay:9095', `${relayUrl}/${name}`)
    .replaceAll('/run/secrets/alert_relay_token', join(directory, 'token'))
    .replaceAll(/(group_wait|group_interval|repeat_interval): (\w+)/g, (_, key: string, duration: string) => `${key}: ${Math.round(seconds(duration) * 1_000 / speed)}ms`)
    .replaceAll(/start_time: '[\d:]+', end_time: '[\d:]+'/g, hours)
    .replaceAll('location: Europe/Berlin', 'location: UTC');
  const file = join(directory, `${name}.yml`);
  await writeFile(file, text);
  return file;
}
