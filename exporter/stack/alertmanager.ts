import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parse, stringify } from 'yaml';
import { answers, startChild, whenUp } from './child.ts';
import type { Child } from './child.ts';
import { asList, asTexts, asTree, isTree, localPath } from './yaml-tree.ts';
import type { Tree } from './yaml-tree.ts';
import type { Logger } from '../log.ts';

/** Where Alertmanager keeps its data, and whom it tells. */
export interface AlertmanagerOptions {
  readonly binary: string;
  /** The project's own configuration, made for containers. */
  readonly configFile: string;
  /** Takes the rewritten configuration, the state and the log. */
  readonly directory: string;
  readonly port: number;
  /** Every receiver gets this webhook as well; without it receivers that cannot work here deliver nothing. */
  readonly webhookUrl?: string | undefined;
  readonly log: Logger;
}

/**
 * Starts Alertmanager on loopback with the project's routes and inhibitions.
 * @throws ChildFailed when it does not come up
 */
export async function startAlertmanager(options: AlertmanagerOptions): Promise<{ child: Child; url: string; muted: readonly string[] }> {
  const { directory, port, log } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const { text, muted } = localAlertmanagerConfig(readFileSync(options.configFile, 'utf8'), { baseDir: dirname(options.configFile), webhookUrl: options.webhookUrl });
  const config = join(directory, 'alertmanager.yml');
  writeFileSync(config, text, { mode: 0o600 });
  if (muted.length > 0) log.info({ receivers: muted, webhook: options.webhookUrl ?? 'none' }, 'receivers that miss credentials or a container of the compose file are silent here');
  const url = `http://127.0.0.1:${port}`;
  const child = await startChild({
    name: 'Alertmanager',
    command: options.binary,
    args: [
      `--config.file=${config}`, `--storage.path=${join(directory, 'data')}`, `--web.listen-address=127.0.0.1:${port}`, `--web.external-url=${url}`,
      '--cluster.listen-address=',
    ],
    logFile: join(directory, 'alertmanager.log'),
    log,
  });
  await whenUp(child, () => answers(`${url}/-/ready`));
  return { child, url, muted };
}

/**
 * The configuration for this machine: template paths made absolute, and integrations left out that cannot work here, because a credential file is
 * missing or the address is the name of a container.
 * @returns `muted`: names of the receivers that lost an integration
 */
export function localAlertmanagerConfig(text: string, local: { baseDir: string; webhookUrl?: string | undefined }): { text: string; muted: readonly string[] } {
  const config = asTree(parse(text));
  const globals = asTree(config.global);
  const lost = Object.keys(globals).filter((key) => key.endsWith('_file') && !isFile(globals[key], local.baseDir));
  const muted: string[] = [];
  const receivers = asList(config.receivers).map((receiver) => {
    const { kept, dropped } = keepWorking(receiver, lost, local.baseDir);
    if (dropped) muted.push(String(receiver.name));
    const webhooks = local.webhookUrl === undefined ? [] : [{ url: local.webhookUrl, send_resolved: true }];
    const all = [...asList(kept.webhook_configs), ...webhooks];
    return all.length === 0 ? kept : { ...kept, webhook_configs: all };
  });
  const templates = asTexts(config.templates).map((path) => localPath(path, local.baseDir));
  const global = Object.fromEntries(Object.entries(globals).filter(([key]) => !lost.includes(key)).map(([key, value]) => [key, absoluteIfFile(key, value, local.baseDir)]));
  return { text: stringify({ ...config, global, receivers, ...(templates.length > 0 && { templates }) }), muted };
}

/** Global settings an integration cannot do without, by the key of its list. */
const NEEDED_GLOBALS: Readonly<Record<string, readonly string[]>> = {
  slack_configs: ['slack_api_url_file'],
  email_configs: ['smtp_auth_password_file'],
  opsgenie_configs: ['opsgenie_api_key_file'],
  victorops_configs: ['victorops_api_key_file'],
};

function keepWorking(receiver: Tree, lostGlobals: readonly string[], baseDir: string): { kept: Tree; dropped: boolean } {
  let dropped = false;
  const entries = Object.entries(receiver).flatMap(([key, value]): [string, unknown][] => {
    if (!key.endsWith('_configs')) return [[key, value]];
    const needsLost = (NEEDED_GLOBALS[key] ?? []).some((needed) => lostGlobals.includes(needed));
    const working = asList(value).filter((each) => !hasMissingFile(each, baseDir) && !(needsLost && !hasOwnFile(each)) && !isInContainer(each.url));
    if (working.length < asList(value).length) dropped = true;
    return working.length === 0 ? [] : [[key, working.map((integration) => withAbsoluteFiles(integration, baseDir))]];
  });
  return { kept: Object.fromEntries(entries), dropped };
}

function hasMissingFile(tree: Tree, baseDir: string): boolean {
  return Object.entries(tree).some(([key, value]) => (key.endsWith('_file') ? !isFile(value, baseDir) : isTree(value) && hasMissingFile(value, baseDir)));
}

/** Names without a dot exist in the network of the compose file only. */
function isInContainer(url: unknown): boolean {
  if (typeof url !== 'string' || !URL.canParse(url)) return false;
  const { hostname } = new URL(url);
  return !/[.:]/.test(hostname) && hostname !== 'localhost';
}

function hasOwnFile(tree: Tree): boolean {
  return Object.keys(tree).some((key) => key.endsWith('_file'));
}

function withAbsoluteFiles(tree: Tree, baseDir: string): Tree {
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, isTree(value) ? withAbsoluteFiles(value, baseDir) : absoluteIfFile(key, value, baseDir)]));
}

function absoluteIfFile(key: string, value: unknown, baseDir: string): unknown {
  return key.endsWith('_file') && typeof value === 'string' ? resolve(baseDir, value) : value;
}

function isFile(path: unknown, baseDir: string): boolean {
  return typeof path === 'string' && existsSync(resolve(baseDir, path));
}
