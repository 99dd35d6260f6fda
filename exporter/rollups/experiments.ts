import { compare } from '../core/ab-test.ts';
import type { Rollup, Row } from './rollup.ts';

const RATES = ['response', 'click', 'conversion'] as const;

/** Variants of experiments compared, the first by name with each of the others. Reads what experiments there are, as a whole: they are few and small. */
export const EXPERIMENTS: Rollup = {
  name: 'experiments',
  schedule: '17 * * * *',
  intervalSeconds: 3_600,
  timeoutMs: 60_000,
  gauges: [],
  async run({ transaction }) {
    await transaction(async (sql) => {
      const arms = await sql(ARMS);
      const experiments = Map.groupBy(arms, (arm) => String(arm['experiment']));
      const rows = [...experiments].flatMap(([experiment, [first, ...others]]) => others.flatMap((other) => RATES.map((rate) => comparison(experiment, rate, first!, other))));
      await sql('delete from replywatch.ab_test');
      await sql(INSERT, [JSON.stringify(rows)]);
    });
    return {};
  },
};

/** Of those whom a campaign reached: who was not reached could not answer. */
const ARMS = `
  select participant.experiment, participant.variant, count(*)::int as contacts, count(*) filter (where participant.responded)::int as response,
    count(*) filter (where participant.clicked)::int as click, count(*) filter (where participant.converted)::int as conversion
  from replywatch.experiment_facts as participant where participant.reached_at is not null
  group by participant.experiment, participant.variant order by participant.experiment, participant.variant`;

const COLUMNS = ['experiment', 'rate', 'variant_a', 'variant_b', 'contacts_a', 'successes_a', 'contacts_b', 'successes_b', 'lift', 'z', 'p_value', 'verdict'] as const;

const INSERT = `insert into replywatch.ab_test (${COLUMNS.join(', ')})
  select ${COLUMNS.map((column) => `row.${column}`).join(', ')} from json_populate_recordset(null::replywatch.ab_test, $1::json) as row`;

function comparison(experiment: string, rate: (typeof RATES)[number], a: Row, b: Row): Readonly<Record<(typeof COLUMNS)[number], unknown>> {
  const armOf = (row: Row) => ({ contacts: Number(row['contacts']), successes: Number(row[rate]) });
  const [armA, armB] = [armOf(a), armOf(b)];
  const { lift, z, pValue, verdict } = compare(armA, armB);
  return {
    experiment, rate, variant_a: a['variant'], variant_b: b['variant'], contacts_a: armA.contacts, successes_a: armA.successes, contacts_b: armB.contacts,
    successes_b: armB.successes, lift, z, p_value: pValue, verdict,
  };
}
