/** Time of one agent within a window: there, busy, handling, and conversations owned at once. Pure. */

/** Half-open, in epoch milliseconds UTC. */
export interface Stretch { readonly from: number; readonly to: number }

/** A stretch with what was asked of the agent in it, or that the agent was there. */
export interface KindStretch extends Stretch { readonly kind: 'online' | 'handling' | 'owned' | 'wrap' }

/** Seconds. Parallel conversations count once in `busy`, each in `handling` and `owned`. */
export interface AgentTime { readonly online: number; readonly busy: number; readonly handling: number; readonly owned: number }

/** Everything is cut to the window and to online time; only then is it added up. */
export function agentTime(stretches: readonly KindStretch[], window: Stretch): AgentTime {
  const of = (...kinds: readonly KindStretch['kind'][]): readonly Stretch[] => stretches.filter(({ kind }) => kinds.includes(kind));
  const online = intersect(union(of('online')), [window]);
  const summed = (kind: KindStretch['kind']): number => of(kind).reduce((sum, stretch) => sum + seconds(intersect([stretch], online)), 0);
  return { online: seconds(online), busy: seconds(intersect(union(of('handling', 'wrap')), online)), handling: summed('handling'), owned: summed('owned') };
}

const seconds = (stretches: readonly Stretch[]): number => stretches.reduce((sum, { from, to }) => sum + to - from, 0) / 1000;

/** Disjoint and in order. */
function union(stretches: readonly Stretch[]): readonly Stretch[] {
  const merged: Stretch[] = [];
  for (const { from, to } of stretches.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last && from <= last.to) merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, to) };
    else if (from < to) merged.push({ from, to });
  }
  return merged;
}

/** Both disjoint. */
function intersect(one: readonly Stretch[], other: readonly Stretch[]): readonly Stretch[] {
  return one.flatMap((a) => other.flatMap((b) => {
    const [from, to] = [Math.max(a.from, b.from), Math.min(a.to, b.to)];
    return from < to ? [{ from, to }] : [];
  }));
}
