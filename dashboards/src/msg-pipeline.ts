import type { Board } from './board.ts';
import { dataAge } from './panels/freshness.ts';
import { blind, eventAge } from './panels/pipeline.ts';
import { accountNotes, blindTimes, corrections, lateAndFuture, recalculations, unreadItems } from './panels/pipeline-gaps.ts';
import {
  alerting, batches, commits, connections, loopLag, memory, processor, queue, rollupDurations, rollupFailures, scorer, scorerAnswers, scrapes, storeErrors,
  traceDecisions, traceExports, traceExportTime, traceLag, traceOddities, traceQueue, watchers,
} from './panels/pipeline-inside.ts';
import { analyticsEvents, certificate, disk, linkRequests, platforms, versions } from './panels/pipeline-outside.ts';
import { answerTime, eventsByResult, exporterUp, ingestDelay, refusedNow, refusedOverTime, rollups, sources, storeNow, tracesNow } from './panels/pipeline-now.ts';
import { SOURCE } from './variables.ts';

/** Can the other pages be believed? */
export const msgPipeline: Board = {
  uid: 'msg-pipeline', title: 'Pipeline health', runbook: 'ExporterDown', refresh: '30s', from: 'now-6h', variables: [SOURCE],
  description: 'Can the other pages be believed? Green above means yes. If not, the tables say which source or computation it is; the rows below say what is missing '
    + 'from the numbers and why.',
  screen: [
    { height: 4, panels: [exporterUp(), refusedNow(), storeNow(), ingestDelay(), tracesNow(), dataAge()] },
    { height: 7, panels: [eventsByResult(), refusedOverTime(), answerTime()] },
    { height: 7, panels: [[14, sources()], [10, rollups()]] },
  ],
  more: [
    { title: 'What is missing from the numbers?', lines: [
      { height: 8, panels: [eventAge(), blind(), blindTimes()] }, { height: 8, panels: [lateAndFuture(), corrections(), recalculations()] },
    ] },
    { title: 'What was not understood?', lines: [{ height: 8, panels: [unreadItems(), accountNotes()] }, { height: 8, panels: [scorer(), scorerAnswers()] }] },
    { title: 'Does the database keep up?', lines: [{ height: 8, panels: [commits(), queue(), storeErrors()] }, { height: 8, panels: [batches(), connections()] }] },
    { title: 'Do computations run?', lines: [{ height: 8, panels: [rollupDurations(), rollupFailures()] }] },
    { title: 'Do traces arrive?', lines: [{ height: 8, panels: [traceQueue(), traceExports(), traceLag()] }, { height: 8, panels: [traceExportTime(), traceDecisions(), traceOddities()] }] },
    { title: 'What goes on beside webhooks?', lines: [{ height: 8, panels: [linkRequests(), analyticsEvents(), platforms()] }] },
    { title: 'Is the process well, and who would tell?', lines: [
      { height: 8, panels: [loopLag(), memory(), processor()] }, { height: 8, panels: [scrapes(), alerting(), watchers()] }, { height: 6, panels: [[12, disk()], [4, certificate()], [8, versions()]] },
    ] },
  ],
};
