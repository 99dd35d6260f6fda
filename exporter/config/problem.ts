/** One thing that is wrong with the configuration. Never holds a configured value: it may be a secret in the wrong place. */
export interface Problem {
  /** Name of the variable, or path in the file: `inboxes[0].calendar`. */
  readonly path: string;
  /** What is wrong and what would be right. */
  readonly message: string;
  /** The file it is in, and the line there (from 1). */
  readonly file?: string;
  readonly line?: number;
}

/** Where the value of a variable came from: itself, `NAME_FILE` or the configuration file, its default, or nowhere. */
export type Origin = { readonly from: 'env' | 'default' | 'unset' } | { readonly from: 'file'; readonly path: string };

/** A variable as `check` shows it; `value` is absent when it is unset, and always when it is a secret. */
export interface VariableView { readonly name: string; readonly origin: Origin; readonly secret: boolean; readonly value?: string }

/** The configuration cannot be used; `problems` holds everything that is wrong with it, not only the first. */
export class ConfigError extends Error {
  readonly code = 'CONFIG_INVALID';
  readonly problems: readonly Problem[];
  /** Every variable and where its value came from, for `check`. */
  readonly variables: readonly VariableView[];

  constructor(problems: readonly Problem[], variables: readonly VariableView[] = [], options?: ErrorOptions) {
    const lines = problems.map((problem) => `  ${describe(problem)}`);
    super([`The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:`, ...lines].join('\n'), options);
    this.name = 'ConfigError';
    this.problems = problems;
    this.variables = variables;
  }
}

/** `replywatch.yml:12 inboxes[0].calendar: …`, for people. */
export function describe(problem: Problem): string {
  const place = problem.file === undefined ? '' : `${problem.file}${problem.line === undefined ? '' : `:${problem.line}`} `;
  return `${place}${problem.path === '' ? '' : `${problem.path}: `}${problem.message}`;
}

/** The reason a file could not be read, in words; holds nothing of its content. */
export function readFailure(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  const words: Readonly<Record<string, string>> = {
    ENOENT: 'it does not exist', EACCES: 'this user may not read it', EPERM: 'this user may not read it', EISDIR: 'it is a directory',
    ENOTDIR: 'part of its path is not a directory',
  };
  return words[code] ?? code;
}
