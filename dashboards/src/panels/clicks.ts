/** Clicks on links: how many, on which, and whose. */
import { sqlTable } from '../kinds/table.ts';
import { timeSeries } from '../kinds/time-series.ts';
import { toPlainDashboard } from '../links.ts';
import type { Panel } from '../panel.ts';
import { during, inSteps } from '../sql.ts';
import { UNITS } from '../style.ts';

const links = [toPlainDashboard('msg-audience', 'Audience'), toPlainDashboard('msg-pipeline', 'Pipeline health: links')];
const CLICKED = during('link_clicks.at');

export const clicks = (): Panel => timeSeries({
  title: 'Clicks on links, per day', unit: UNITS.count, noValue: 'no link was clicked', stacked: true, kpis: ['H5'], links,
  description: 'Every click on a link, per local day (per hour in up to three days), over all channels: by people, and by programs, which fetch links to draw previews or to look for '
    + 'viruses and count nowhere else. People follow a campaign within hours. Programs alone mean that a message was delivered and nobody cared.',
  queries: [{ sql: `select ${inSteps('link_clicks.at')} as time, count(*) filter (where not link_clicks.automated) as people,
  count(*) filter (where link_clicks.automated) as programs
from reporting.link_clicks where ${CLICKED} group by 1 order by 1`, bars: true }],
  colors: { people: 'campaign', programs: 'usual' },
});

export const clickedLinks = (): Panel => sqlTable({
  title: 'Which links', unit: UNITS.count, noValue: 'no link was clicked', kpis: ['H5'], links,
  description: 'Links clicked in the chosen time, by the campaign that the link names or its message belongs to: clicks of people, by how many customers, clicks of programs, and the latest. Clicks without a customer were made on links '
    + 'that are the same for everybody. Shares of those reached are in the table of campaigns; a link that only programs open leads nowhere people want to go.',
  sql: `select link_clicks.link, coalesce(link_clicks.campaign, touches.campaign, 'none') as campaign, count(*) filter (where not link_clicks.automated) as clicks,
  count(distinct link_clicks.contact) filter (where not link_clicks.automated) as customers, count(*) filter (where link_clicks.automated) as programs, max(link_clicks.at) as latest
from reporting.link_clicks left join reporting.touches on touches.message = link_clicks.message where ${CLICKED} group by 1, 2 order by 3 desc, 1 limit 50`,
  columns: [
    { from: 'link', title: 'Link' }, { from: 'campaign', title: 'Campaign' }, { from: 'clicks', title: 'Clicks', decimals: 0, width: 75 },
    { from: 'customers', title: 'Customers', decimals: 0, width: 90 }, { from: 'programs', title: 'Programs', decimals: 0, width: 85 },
    { from: 'latest', title: 'Latest', unit: UNITS.time, width: 150 },
  ],
});
