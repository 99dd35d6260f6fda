import type { Settings } from '../core/settings.ts';
import { strangers, type Reading } from './environment.ts';
import type { ConfigFile } from './file.ts';
import type { Origin, Problem, VariableView } from './problem.ts';
import { SETTING_ROWS } from './settings.ts';
import type { SourceDeclaration } from './sources.ts';
import { VARIABLES, secretVariable, type Values, type Variable } from './variables.ts';

/** For `check`: every variable and setting, where its value came from, and the value unless it is a secret. */
export interface Overview {
  readonly variables: readonly VariableView[];
  readonly settings: readonly SettingView[];
}

/** A setting as `check` shows it. */
export interface SettingView { readonly key: string; readonly origin: 'file' | 'default'; readonly value: string | number | boolean }

/** Every variable with the origin and the value it had; of values that were wrong only the origin. */
export function variableViews(reading: Reading, values: Values, sources: readonly SourceDeclaration[]): readonly VariableView[] {
  const originOf = (name: string): Origin => reading.origins.get(name) ?? { from: 'unset' };
  const plain = VARIABLES.map((variable: Variable): VariableView => {
    const value: unknown = values[variable.name as keyof Values]; // the row's own name
    return { name: variable.name, origin: originOf(variable.name), secret: variable.secret, ...(variable.secret || value === undefined ? {} : { value: String(value) }) };
  });
  const secrets = sources.flatMap((source) => source.secrets.map(({ name }): VariableView =>
    ({ name: secretVariable(source.id, name), origin: originOf(secretVariable(source.id, name)), secret: true })));
  return [...plain, ...secrets];
}

/** Every setting of the workspace; durations are seconds. */
export function settingViews(settings: Settings, { sections }: ConfigFile): readonly SettingView[] {
  const origin = (value: unknown): SettingView['origin'] => (value === undefined ? 'default' : 'file');
  return [
    { key: 'tz', origin: origin(sections.tz), value: settings.tz },
    ...SETTING_ROWS.map((setting): SettingView => {
      const value = settings[setting.field];
      return { key: setting.key, origin: origin(sections.settings[setting.key]), value: typeof value === 'object' ? value.length : value };
    }),
  ];
}

/** What works and is probably not meant. */
export function warningsOf(reading: Reading, values: Values, file: ConfigFile, sources: readonly SourceDeclaration[]): readonly Problem[] {
  const secretNames = sources.flatMap((source) => source.secrets.map((secret) => secretVariable(source.id, secret.name)));
  const warnings = [...strangers(reading.env, VARIABLES.map((variable) => variable.name), secretNames)];
  for (const name of ['EVENTS_TOKEN', 'TELEMETRY_TOKEN'] as const) {
    if (values[name]?.some((token) => token.length < 16)) warnings.push({ path: name, message: 'is short enough to be guessed: use 16 characters or more' });
  }
  const url = values.PUBLIC_URL === undefined ? null : URL.parse(values.PUBLIC_URL);
  if (url !== null && url.protocol === 'http:' && !/^(localhost|127\..*|\[::1\])$/.test(url.hostname)) {
    warnings.push({ path: 'PUBLIC_URL', message: 'is not https: Meta delivers to https only, and customer messages should not travel in the clear' });
  }
  if (values.TELEMETRY_TOKEN === undefined && !/^(localhost|127\..*|::1)$/.test(values.TELEMETRY_HOST)) {
    warnings.push({ path: 'TELEMETRY_TOKEN', message: `is not set while the telemetry port listens on ${values.TELEMETRY_HOST}: set it, unless only trusted machines reach that port` });
  }
  if (file.sections.inboxes.length > MOST_INBOXES) {
    warnings.push({ ...file.blame(['inboxes']), message: `names more than ${MOST_INBOXES} inboxes: in metrics the rest share the label "other"` });
  }
  return warnings;
}

/** Values of the label `inbox` (docs/kpis.md). */
const MOST_INBOXES = 50;
