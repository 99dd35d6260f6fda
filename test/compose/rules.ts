/** What every container of ours keeps to; each function returns what is wrong. */
import type { ComposeFile, Service } from './compose-file.ts';

/** Published to everyone, because others have to reach it: the webhook port, and the proxy in front of it. */
const PUBLIC_PORTS: Readonly<Record<string, readonly string[]>> = { exporter: ['8080:8080'], proxy: ['80:80', '443:443', '443:443/udp'] };
/** The proxy's volumes belong to root, and its binary carries this one capability. */
const ROOT_WITH: Readonly<Record<string, readonly string[]>> = { proxy: ['NET_BIND_SERVICE'] };
/** Why a service has no health check of its own. */
const WITHOUT_CHECK: Readonly<Record<string, string>> = { simulator: 'it serves nothing' };

export function serviceProblems(name: string, service: Service): string[] {
  const problems: string[] = [];
  const expect = (holds: boolean, otherwise: string): void => { if (!holds) problems.push(otherwise); };
  expect(/:[^:]*\d[^:]*$|:local$/.test(service.image) && !/latest/.test(service.image), 'the image is not pinned to a version');
  expect(service.read_only === true, 'the root file system is writable');
  expect(service.cap_drop?.join() === 'ALL', 'capabilities are kept');
  expect((service.cap_add ?? []).join() === (ROOT_WITH[name] ?? []).join(), 'capabilities are added');
  expect(service.security_opt?.includes('no-new-privileges:true') === true, 'privileges may grow');
  expect(service.user !== undefined && (name in ROOT_WITH || !/^(root|0)(:|$)/.test(service.user)), 'it runs as root, or as whoever the image says');
  expect(service.mem_limit !== undefined, 'memory is not limited');
  expect(service.logging?.options?.['max-size'] !== undefined && service.logging.options['max-file'] !== undefined, 'logs are not rotated');
  expect(service.restart === 'unless-stopped', 'it does not come back after a crash');
  expect(name in WITHOUT_CHECK ? service.healthcheck?.disable === true : (service.healthcheck?.test?.length ?? 0) > 1, 'there is no health check');
  // busybox takes ::1 for localhost and tries no other, and not everything listens there
  expect(!/^wget\b.*\/\/localhost/.test((service.healthcheck?.test ?? []).slice(1).join(' ')), 'the health check asks localhost, not 127.0.0.1');
  for (const port of service.ports ?? []) expect(port.startsWith('127.0.0.1:') || (PUBLIC_PORTS[name] ?? []).includes(port), `port ${port} is open to everyone`);
  for (const [variable, value] of Object.entries(service.environment ?? {})) problems.push(...secretProblems(variable, value, service));
  for (const volume of service.volumes ?? []) expect(!volume.startsWith('.') || volume.endsWith(':ro'), `${volume} is mounted writable`);
  return problems;
}

/** Secrets come as files, and a file that is named is also given. */
function secretProblems(variable: string, value: string, { secrets = [] }: Service): string[] {
  const given = /^\/run\/secrets\/(\w+)$/.exec(value)?.[1];
  if (given !== undefined) return secrets.includes(given) ? [] : [`${variable} names a secret that is not given`];
  return /PASSWORD|SECRET|TOKEN|KEY|DATABASE_URL/.test(variable) && value !== '' ? [`${variable} is a secret in the environment`] : [];
}

/** Names that lead nowhere, and declarations nobody uses. */
export function referenceProblems({ services, volumes, networks, secrets }: ComposeFile): string[] {
  const used = { volumes: new Set<string>(), networks: new Set(['default']), secrets: new Set<string>() };
  const problems: string[] = [];
  for (const [name, service] of Object.entries(services)) {
    for (const volume of service.volumes ?? []) if (!volume.startsWith('.')) used.volumes.add(volume.split(':')[0] ?? '');
    for (const network of service.networks ?? []) used.networks.add(network);
    for (const secret of service.secrets ?? []) used.secrets.add(secret);
    for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
      const target = services[other];
      if (!target) problems.push(`${name} waits for ${other}, which does not exist`);
      else if (condition === 'service_healthy' && !target.healthcheck?.test) problems.push(`${name} waits for the health of ${other}, which has no check`);
      else if (target.profiles && target.profiles.join() !== service.profiles?.join()) problems.push(`${name} waits for ${other}, which is in another profile`);
    }
  }
  const declared = { volumes, networks, secrets };
  for (const kind of ['volumes', 'networks', 'secrets'] as const) {
    for (const name of used[kind]) if (!(name in declared[kind])) problems.push(`${kind}: ${name} is not declared`);
    for (const name of Object.keys(declared[kind])) if (!used[kind].has(name)) problems.push(`${kind}: ${name} is not used`);
  }
  return problems;
}

/** Files of the repository that a service mounts. */
export const mountedFiles = ({ services }: ComposeFile): readonly { readonly service: string; readonly file: string; readonly target: string }[] =>
  Object.entries(services).flatMap(([service, { volumes = [] }]) => volumes.filter((volume) => volume.startsWith('./')).map((volume) => {
    const [file = '', target = ''] = volume.split(':');
    return { service, file, target };
  }));
