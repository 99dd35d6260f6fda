/** A piece of work done again and again, never twice at the same time. */
export interface Loop { stop(): Promise<void> }

/** Runs `work`, waits `everyMs`, runs it again. An error is handed on and does not end the loop. */
export function startLoop(everyMs: number, work: () => Promise<void>, onError: (error: unknown) => void): Loop {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let wake: (() => void) | undefined;
  const running = (async () => {
    while (!stopped) {
      await work().catch(onError);
      if (stopped) break;
      await new Promise<void>((resolve) => { wake = resolve; timer = setTimeout(resolve, everyMs); });
    }
  })();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      wake?.();
      await running;
    },
  };
}
