import { SETTING_ROWS } from './settings.ts';
import { needsOf, type SourceDeclaration } from './sources.ts';
import { VARIABLES, secretVariable, type Variable } from './variables.ts';

const GROUPS = ['Running', 'Storage', 'Webhooks', 'Platforms', 'Telemetry', 'Privacy', 'Traces'] as const;

/** Markers in README.md; what stands between them is rendered. */
export const README_START = '<!-- configuration:start -->';
export const README_END = '<!-- configuration:end -->';

/** `.env.example`: every variable commented out, so that a copy changes nothing until someone edits it. */
export function renderEnvExample(sources: readonly SourceDeclaration[]): string {
  const line = (name: string, value: string, help: string): string => `# ${help}\n#${name}=${value}\n`;
  const groups = GROUPS.map((group) => [`## ${group}`, '', ...rowsOf(group).map((each) => line(each.name, each.default ?? each.example ?? '', each.help))].join('\n'));
  const perSource = sources.map((source) => [`## ${source.title}`, '', ...source.secrets.map((secret) => line(secretVariable(source.id, secret.name), '', secret.help))].join('\n'));
  return `${['# Copy to .env and remove the # in front of what you need. Nothing here is required: without any of it the demo runs.',
    '# Every variable also works as NAME_FILE, the path of a file that holds the value (Docker and Kubernetes secrets).', '', ...groups, ...perSource].join('\n').trimEnd()}\n`;
}

/** The table of README.md. Secrets of sources have one row together: each is on its source's page, and all of them in the guide. */
export function renderTable(sources: readonly SourceDeclaration[]): string {
  const rows = GROUPS.flatMap((group) => rowsOf(group)).map((each) => `| \`${each.name}\` | ${defaultOf(each)} | ${cell(each.help)} |`);
  const examples = sources.slice(0, 2).flatMap((source) => source.secrets.slice(0, 1).map((secret) => `\`${secretVariable(source.id, secret.name)}\``));
  const secrets = `| \`<SOURCE>_<SECRET>\` | the source is off | Secrets of a source, such as ${examples.join(' or ')}: on its page above, and [all of them](docs/configuration.md#sources). |`;
  return ['| variable | default | meaning |', '|---|---|---|', ...rows, secrets].join('\n');
}

/** README.md with the table renewed; as it is when it has no markers. */
export function renderReadme(readme: string, sources: readonly SourceDeclaration[]): string {
  const start = readme.indexOf(README_START);
  const end = readme.indexOf(README_END);
  return start < 0 || end < start ? readme : `${readme.slice(0, start + README_START.length)}\n${renderTable(sources)}\n${readme.slice(end)}`;
}

/** `docs/configuration.md`. */
export function renderGuide(sources: readonly SourceDeclaration[]): string {
  const cells = (each: Variable): readonly string[] => [`\`${each.name}\`${each.secret ? ' (secret)' : ''}`, defaultOf(each), each.help];
  const groups = GROUPS.map((group) => `### ${group}\n\n${table(['variable', 'default', 'meaning'], rowsOf(group).map(cells))}`);
  const secrets = sources.flatMap((source) => source.secrets.map((secret) =>
    [source.title, `\`${secretVariable(source.id, secret.name)}\``, turnsOn(source, secret.name), secret.help]));
  return `${INTRODUCTION}
## Environment

${groups.join('\n\n')}

### Sources

A source is on as soon as its secrets are set. Half set is an error that names what is missing. A secret may hold several values, separated by commas or new lines: any
of them is accepted, so it can be changed without losing a webhook.

${table(['source', 'variable', 'turns it on', 'meaning'], secrets)}

## The file

\`replywatch.yml\` in the working directory, or the path in \`REPLYWATCH_CONFIG\`. It is optional, holds no secrets, and \`replywatch.example.yml\` shows all of it.
Unknown keys are errors. Inboxes, sources and the workspace may each say something; the most specific word wins.

${table(['section', 'holds'], SECTIONS)}

### Settings

Durations are seconds (\`90\`), or a number with a unit: \`90s\`, \`5m\`, \`24h\`, \`14d\`.

${table(['key', 'default', 'meaning'], settingsOf('settings'))}

### Targets

For the workspace under \`targets\`, for one inbox under its own \`targets\`.

${table(['key', 'default', 'meaning'], settingsOf('targets'))}

### Opening hours

A calendar has an IANA time zone \`tz\` and a \`week\` of intervals per weekday (\`mon\` to \`sun\`, any number per day; a day that is left out is closed). \`["22:00", "02:00"]\` crosses
midnight, \`["00:00", "24:00"]\` is all day. \`holidays\` are closed dates, \`exceptions\` are dates with hours of their own. When hours change, make the calendar a list and give
the new version the first date it is valid on as \`from\`: each stretch of a wait is measured with the hours of its own time. An inbox without a calendar is always open.
`;
}

const INTRODUCTION = `# Configuration

<!-- Rendered by \`npm run docs\` from exporter/config; change it there. -->

Replywatch needs no configuration to start: without any it runs the demo. It becomes the production service when a source is on, or \`EVENTS_TOKEN\`, \`EVENTS_SECRET\` or \`DATABASE_URL\` is set.
The environment says where things are and holds the secrets; one optional YAML file describes the business. Every problem is reported at once; \`npx replywatch check\` tries
it all out without starting anything and says what to fix, \`npx replywatch check --json\` lists every value and where it came from, never a secret.

Every variable also works as \`NAME_FILE\`, the path of a file with the value. An empty variable counts as unset. A \`.env\` file in the working directory is read; the real
environment wins over it.
`;

const SECTIONS = [
  ['`tz`', 'IANA time zone of the workspace: local days and hours. Default UTC.'],
  ['`agents_label`', '`false` leaves the label `agent` (an opaque id) out of the metrics. Default true.'],
  ['`link_customers`', '`true`: customers who give the same phone number or e-mail address to several sources are one ([how](customers.md)). Default: true when a source that tells of orders is on.'],
  ['`calendar`', 'Name of the calendar of every inbox that names none.'],
  ['`settings`', 'How figures are computed; see below.'],
  ['`targets`', 'What is promised; see below.'],
  ['`calendars`', 'Opening hours by name; see below.'],
  ['`links`', 'Where tracked links lead, by name: an address, or `url` with `campaign` and `utm` ([links.md](links.md)).'],
  ['`teams`', 'A list of `id` and `name`.'],
  ['`inboxes`', 'A list of `source`, `id` (as the source names it, in quotes), and optionally `name`, `channel`, `team`, `calendar`, `targets`, `has_resolution`, `default_author`.'],
  ['`topics`', 'Request types by words: `starter` (the shipped rules, on unless false) and `rules`, a list of `topic`, `keywords`, `patterns`. See [topics.md](topics.md).'],
  ['`prices`', 'A list of price lists: `from` (first day), `currency`, `rates` by `category:market`, and where it applies `inboxes` and `free_per_month`. See [costs.md](costs.md).'],
  ['`price_files`', 'Paths of files that hold such lists, seen from this file.'],
  ['`budgets`', 'What messages may cost in a calendar month, by currency: `EUR: 400`. Without it nobody is told of costs.'],
  ['`surveys`', 'A list of `type`, `scale`, and what they are recognised by: `templates`, `ids`, `texts`, `buttons`. See [surveys.md](surveys.md).'],
  ['`scorer`', 'A sentiment scorer of your own: `url`, `timeout_seconds`, `batch`. See [scorer.md](scorer.md).'],
  ['`texts`', '`keep_days`: how long message texts are kept, encrypted, for review; 0, the default, keeps none. See [privacy.md](privacy.md).'],
  ['`sources`', 'By source: `enabled: false` switches it off; `has_resolution`, `default_author`; `<secret>_file` is the path of a secret, seen from the file. `mapping` declares a source of your own: [sources/custom.md](sources/custom.md).'],
] as const;

const rowsOf = (group: (typeof GROUPS)[number]): readonly Variable[] => VARIABLES.filter((variable) => variable.group === group);

const settingsOf = (section: 'settings' | 'targets'): readonly (readonly string[])[] =>
  SETTING_ROWS.filter((setting) => setting.section === section).map((setting) => [`\`${setting.key}\``, setting.default, setting.help]);

const defaultOf = (variable: Variable): string => (variable.default === undefined ? variable.otherwise ?? '' : `\`${variable.default}\``);

function turnsOn(source: SourceDeclaration, secret: string): string {
  const own = needsOf(source).find((set) => set.includes(secret));
  if (own === undefined) return 'no, optional';
  const others = own.filter((name) => name !== secret).map((name) => `\`${secretVariable(source.id, name)}\``);
  return others.length === 0 ? 'yes' : `with ${others.join(', ')}`;
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');

/** A pipe would end the cell. */
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
