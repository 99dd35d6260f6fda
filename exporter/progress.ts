/** Says on stderr how far long work is, once a second: what was done, how fast, and when it will be over. */
export interface Progress {
  /** @param share 0 to 1 of the whole; undefined when nobody knows */
  tell(done: number, share: number | undefined): void;
  /** The last word. */
  end(done: number): void;
}

/** @param what the things that are counted, as `lines` @param now monotonic milliseconds */
export function createProgress(what: string, err: (text: string) => void, now: () => number = () => performance.now()): Progress {
  const began = now();
  let told = began;
  let from: { readonly done: number; readonly share: number } | undefined;
  const seconds = (): number => (now() - began) / 1000;
  const count = (n: number): string => n.toLocaleString('en');
  return {
    tell(done, share) {
      from ??= { done, share: share ?? 0 }; // work that is taken up again was not done in this time
      if (now() - told < 1000) return;
      told = now();
      const rate = (done - from.done) / seconds();
      const left = share === undefined || share <= from.share ? undefined : (1 - share) / ((share - from.share) / seconds());
      err(`${count(done)} ${what}, ${count(Math.round(rate))}/s${share === undefined ? '' : `, ${Math.floor(share * 100)} %`}${left === undefined ? '' : `, ${timeOf(left)} left`}\n`);
    },
    end: (done) => err(`${count(done)} ${what} in ${timeOf(seconds())}\n`),
  };
}

function timeOf(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.round(whole / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
