/**
 * Episodes on the telemetry port: `/episodes` lists those somebody should look at, `/episodes/<trace id>` draws one, `/episodes/of/<conversation>.<number>` leads
 * there from a table that knows no trace ids; `/traceparent` is for bots.
 */
import { Router, type Response } from 'express';
import { filterOf, type EpisodeFilter } from './episodes-filter.ts';
import { renderEpisodeList, type EpisodeListModel } from './episodes-list.ts';
import { EPISODES_STYLE } from './episodes-style.ts';
import { renderEpisodeTimeline, type EpisodeTimelineModel } from './episodes-timeline.ts';
import { renderDocument } from './page.ts';

export interface EpisodePages {
  readonly list: (filter: EpisodeFilter) => Promise<Omit<EpisodeListModel, 'filter'>>;
  /** What a bot sends on with its own spans, so that they join the turn that is pending; undefined: that conversation has no trace that is kept. */
  readonly traceparent: (source: string, conversation: string) => Promise<string | undefined>;
  /** The trace id of `<conversation>.<number>`, whether or not there is such an episode. Undefined: it is no such name */
  readonly traceOf: (episode: string) => string | undefined;
  /** @param of `<conversation>.<number>`, a hint where the trace was never sent. Undefined: there is no such episode */
  readonly timeline: (traceId: string, of: string | undefined) => Promise<EpisodeTimelineModel | undefined>;
}

export function createEpisodesRouter({ list, traceparent, traceOf, timeline }: EpisodePages): Router {
  const router = Router();
  router.get('/episodes', async (request, response) => {
    const filter = filterOf(request.query);
    const rest = await list(filter);
    html(response, renderDocument('Episodes', renderEpisodeList({ ...rest, filter }), EPISODES_STYLE));
  });
  router.get('/traceparent', async (request, response) => {
    const { source, conversation } = request.query;
    const found = typeof source === 'string' && typeof conversation === 'string' ? await traceparent(source, conversation) : undefined;
    response.setHeader('cache-control', 'no-store');
    if (found === undefined) response.status(404).json({ error: 'no open conversation of that source and id has a trace that is kept' });
    else response.json({ traceparent: found });
  });
  router.get('/episodes/of/:episode', (request, response, next) => {
    const { episode } = request.params;
    const traceId = traceOf(episode);
    if (traceId === undefined) return next();
    response.redirect(`../${traceId}?of=${episode}`); // relative: a proxy may have put the pages elsewhere
  });
  router.get('/episodes/:trace', async (request, response, next) => {
    const { of } = request.query;
    // Tempo writes trace ids without leading zeros.
    const traceId = request.params.trace.toLowerCase().padStart(32, '0');
    const model = /^[0-9a-f]{32}$/.test(traceId) ? await timeline(traceId, typeof of === 'string' ? of : undefined) : undefined;
    if (model) return html(response, renderDocument(`Episode ${model.name}`, renderEpisodeTimeline(model), EPISODES_STYLE));
    response.statusCode = 404;
    if (request.params.trace.length > 64) return next();
    html(response, renderDocument('No such episode', NOT_FOUND, EPISODES_STYLE));
  });
  return router;
}

const NOT_FOUND = `<nav aria-label="Breadcrumb"><a href="/">Replywatch</a> › <a href="/episodes">Episodes</a></nav>
<h1>No such episode</h1><p>Either it was erased or is older than what is kept, or the id is of another installation. Ids of episodes that were never sent to a
trace store are found for the newest ones only; the <a href="/episodes">list</a> leads to all of them.</p>`;

function html(response: Response, text: string): void {
  response.setHeader('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'");
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.setHeader('cache-control', 'no-store');
  response.end(text);
}
