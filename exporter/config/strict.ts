import { z } from 'zod';
import { didYouMean } from './closest.ts';

/** An object that may hold only these keys; every other key gets a message of its own line (see `issueProblems`). */
export const strict = <S extends z.core.$ZodLooseShape>(shape: S) => z.strictObject(shape, {
  error: (issue) => (issue.code === 'unrecognized_keys' ? issue.keys.map((key) => unknownKey(key, Object.keys(shape))).join('\n') : undefined),
});

/** What to say about a key that means nothing. */
export const unknownKey = (key: string, known: readonly string[]): string =>
  `is not known here${didYouMean(key, known) || `; known: ${known.join(', ')}`}`;

/** One problem of a value: the path below it, and what would be right. Quotes no value. */
export interface Complaint { readonly path: readonly PropertyKey[]; readonly message: string }

/** Everything zod found, in our words. */
export function complaints(error: z.ZodError, input: unknown): readonly Complaint[] {
  return error.issues.flatMap((issue): readonly Complaint[] => {
    if (issue.code === 'unrecognized_keys') {
      const lines = issue.message.split('\n');
      return issue.keys.map((key, index) => ({ path: [...issue.path, key], message: lines[index] ?? unknownKey(key, []) }));
    }
    // A bad key of a record (a date, say) carries its own complaints.
    if (issue.code === 'invalid_key') return issue.issues.map((inner) => ({ path: issue.path, message: inner.message }));
    return [{ path: issue.path, message: wording(issue, valueAt(input, issue.path)) }];
  });
}

function wording(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.join(', ')}${didYouMean(value, issue.values.map(String))}`;
  if (issue.code !== 'invalid_type' || !issue.message.startsWith('Invalid input')) return issue.message;
  if (value === undefined) return 'is missing';
  if (issue.expected === 'string') return typeof value === 'number' ? 'must be text: put it in quotes' : 'must be text';
  return issue.expected === 'object' || issue.expected === 'record' ? 'must have keys and values' : issue.expected === 'array' ? 'must be a list' : `must be a ${issue.expected}`;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined), input);
}
