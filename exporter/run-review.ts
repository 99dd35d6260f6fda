/** The command `review`: the newest sample of episodes, with their texts where texts are kept. */
import { createSealer } from './ingest/seal.ts';
import { newestSample, sampledTexts, type Sampled } from './store/review.ts';
import { atWorkplace } from './workplace.ts';

interface ReviewCommand {
  /** Whose episodes; `all` for everybody's. */
  readonly agent: string;
  readonly json: boolean;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

interface Line { readonly at: string; readonly from: 'customer' | 'us'; readonly text: string }

/** @returns 0, or 1 when there is no sample */
export async function runReview({ agent, json, out, err }: ReviewCommand): Promise<number> {
  return atWorkplace(async ({ config, pool }) => {
    const sample = await newestSample(pool, agent === 'all' ? undefined : agent);
    if (sample.length === 0) {
      err('there is no sample: it is made every hour from episodes that agents have answered and that are closed\n');
      return 1;
    }
    const sealer = config.texts && createSealer(config.texts.key);
    for (const episode of sample) {
      const lines = sealer ? (await sampledTexts(pool, episode)).map(({ message, at, from, sealed }): Line => ({ at: at.toISOString(), from, text: sealer.open(message, sealed) ?? '(sealed with another key)' })) : [];
      out(json ? `${JSON.stringify({ ...episode, messages: lines })}\n` : printed(episode, lines));
    }
    if (!sealer) err('No texts are kept (texts.keep_days): look the conversations up at the source by time and inbox.\n');
    return 0;
  }, { orDemo: true });
}

const printed = ({ agent, reason, topic, similarity, source, inbox, conversation, number, openedAt, closedAt }: Sampled, lines: readonly Line[]): string =>
  `${openedAt.toISOString()} to ${closedAt.toISOString()}  ${source} ${inbox}  ${conversation} #${number}\n  agent ${agent}, ${topic}, picked as ${reason}`
  + `${similarity === null ? '' : `, similarity ${similarity.toFixed(2)}`}\n${lines.map((line) => `  ${line.at.slice(11, 19)} ${line.from.padEnd(8)} ${line.text.replaceAll(/\s*\n\s*/g, ' / ')}\n`).join('')}\n`;
