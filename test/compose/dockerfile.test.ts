import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, readCompose } from './compose-file.ts';

const read = (file: string): Promise<string> => readFile(path.join(ROOT, file), 'utf8');
const instructions = (await read('Dockerfile')).replaceAll('\\\n', ' ').split('\n').filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.replaceAll(/\s+/g, ' '));
const of = (keyword: string): readonly string[] => instructions.filter((line) => line.startsWith(`${keyword} `)).map((line) => line.slice(keyword.length + 1));

describe('Dockerfile', () => {
  it('starts from the Node version of package.json', async () => {
    const { engines } = JSON.parse(await read('package.json')) as { engines: { node: string } };
    expect(of('FROM')).toEqual([expect.stringMatching(new RegExp(`^node:${engines.node.replace('>=', '')}\\b`))]);
  });

  it('installs from the lock file, without development tools and bundled databases, before it copies the sources', () => {
    const install = instructions.findIndex((line) => line.startsWith('RUN npm ci --omit=dev --omit=optional'));
    expect(install).toBeGreaterThan(instructions.findIndex((line) => line.startsWith('COPY package.json package-lock.json')));
    expect(install).toBeLessThan(instructions.indexOf('COPY . .'));
    expect(install).toBeGreaterThan(0);
  });

  it('runs what npm start runs, as node from the first moment', async () => {
    const { scripts } = JSON.parse(await read('package.json')) as { scripts: { start: string } };
    expect(of('USER')).toEqual(['node']);
    expect(instructions.indexOf('USER node')).toBeGreaterThan(instructions.findLastIndex((line) => line.startsWith('RUN ')));
    expect(JSON.parse(of('CMD').join())).toEqual(scripts.start.split(' '));
  });

  it('listens for scrapes, keeps its data in the volume and holds no secret', () => {
    const environment = of('ENV').join(' ');
    expect(environment).toContain('TELEMETRY_HOST=0.0.0.0');
    expect(environment).toContain(`REPLYWATCH_DATA_DIR=${of('VOLUME')[0]}`);
    expect(instructions.join('\n')).not.toMatch(/(PASSWORD|SECRET|TOKEN|KEY)=/);
  });

  it('asks the same question about its health as docker-compose.yml', async () => {
    const [, json = '[]'] = /CMD (\[.*\])$/.exec(of('HEALTHCHECK')[0] ?? '') ?? [];
    const { services } = await readCompose();
    expect(['CMD', ...(JSON.parse(json) as string[])]).toEqual(services['exporter']?.healthcheck?.test);
  });
});

describe('.dockerignore', () => {
  it('lets in what the exporter needs and nothing else', async () => {
    const lines = (await read('.dockerignore')).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(lines[0]).toBe('*');
    expect(lines.slice(1).every((line) => line.startsWith('!'))).toBe(true);
    expect(lines).toEqual(expect.arrayContaining(['!package.json', '!package-lock.json', '!exporter', '!alerts/runbooks']));
    expect(lines.join()).not.toMatch(/secrets|node_modules|data|\.env/);
  });
});
