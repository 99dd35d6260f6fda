/** Connections that plan each statement once: examples are small, so planning would take most of their time. */
import pg from 'pg';

const names = new Map<string, string>();

/** A pool on a database that is asked the same things again and again: every statement with parameters is prepared under a name of its own. */
export function preparedPool(url: string, max: number): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max, options: '-c plan_cache_mode=force_generic_plan' });
  pool.on('error', () => undefined); // an idle connection broke; the next query finds out and says so
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...given: readonly unknown[]) => unknown; // its overloads come down to this
    client.query = ((text: unknown, values: unknown, ...rest: readonly unknown[]) =>
      (typeof text === 'string' && Array.isArray(values) ? query({ name: nameOf(text), text, values }, ...rest) : query(text, values, ...rest))) as typeof client.query;
  });
  return pool;
}

function nameOf(text: string): string {
  let name = names.get(text);
  if (name === undefined) names.set(text, (name = `prepared ${names.size}`));
  return name;
}
