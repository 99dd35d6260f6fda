import { z } from 'zod';

export interface Counts { readonly passed: number; readonly failed: number }

/** The part of vitest's JSON report that we count. */
const Report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(z.object({ name: z.string(), status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) })),
});

/**
 * Counts tests. A file that could not even be loaded has no tests and counts as one failure; so does a run that failed outside of any test, or
 * left no report.
 * @param code vitest's exit code
 */
export function countResults(report: string | undefined, code: number): Counts {
  if (report === undefined) return { passed: 0, failed: 1 };
  const { numPassedTests, numFailedTests, testResults } = Report.parse(JSON.parse(report));
  const broken = testResults.filter(({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'));
  const failed = numFailedTests + broken.length;
  return { passed: numPassedTests, failed: failed === 0 && code !== 0 ? 1 : failed };
}
