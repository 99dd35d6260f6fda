import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks again until the answer is neither `undefined` nor `false`, and gives it: for what happens elsewhere, where there is no event to wait for.
 * @throws Error when it is not in time
 */
export async function until<T>(what: string, ask: () => T | Promise<T>, timeoutMs = 20_000): Promise<Exclude<T, undefined | false>> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer as Exclude<T, undefined | false>; // the line says so; the compiler does not narrow a type parameter
    if (performance.now() > end) throw new Error(`not within ${timeoutMs / 1000} s: ${what}`);
    await sleep(50);
  }
}
