import { check, checkText, type Subject } from './check.ts';
import { loadConfig, processEnvironment } from './config.ts';
import { ConfigError } from './config/problem.ts';
import { PROBES } from './probes.ts';
import { SOURCES } from './sources/index.ts';

/** The `check` command on this machine's environment. @returns 1 when something must be fixed */
export async function runCheck({ json, out }: { readonly json: boolean; readonly out: (text: string) => void }): Promise<number> {
  const report = await check(subject(), PROBES);
  out(json ? `${JSON.stringify(report, null, 2)}\n` : checkText(report));
  return report.ok ? 0 : 1;
}

function subject(): Subject {
  try {
    return { config: loadConfig({ env: processEnvironment(), sources: SOURCES }) };
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}
