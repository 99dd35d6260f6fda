/** A moment on the wall clock of a zone. */
export interface LocalTime {
  /** 0 is Sunday. */
  readonly weekday: number;
  /** Hours since local midnight, with fraction. */
  readonly hour: number;
  /** Days since 1970-01-01 on the local calendar. */
  readonly day: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Reads instants (epoch ms) on the clock of an IANA zone. @throws RangeError when the zone is unknown */
export function localClock(tz: string): (t: number) => LocalTime {
  const offset = zoneOffset(tz);
  return (t) => {
    const local = t + offset(t);
    const day = Math.floor(local / DAY);
    // 1970-01-01 was a Thursday.
    return { day, weekday: (day + 4) % 7, hour: (local - day * DAY) / HOUR };
  };
}

/** Local minus UTC in ms, asked of the runtime once per quarter of an hour at most: zones change at such boundaries. */
function zoneOffset(tz: string): (t: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: tz, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric',
  });
  let slice = NaN;
  let offset = 0;
  return (t) => {
    const quarter = Math.floor(t / (HOUR / 4));
    if (quarter !== slice) {
      slice = quarter;
      const start = quarter * (HOUR / 4);
      const part = Object.fromEntries(format.formatToParts(start).map(({ type, value }) => [type, Number(value)]));
      offset = Date.UTC(part['year'] ?? 0, (part['month'] ?? 1) - 1, part['day'], part['hour'], part['minute']) - start;
    }
    return offset;
  };
}
