/** Campaigns, replies to the business, and scripted flows. */
import type { Key } from './key.ts';

const DECIDED = 'reporting.turns where turns.decided_at <= :now';
const LEFT = 'flow_runs.completed_at is null and flow_runs.decided_at < :now';

/** Figures of campaigns, replies and flows. */
export const CAMPAIGNS: readonly Key[] = [
  {
    name: 'campaigns',
    sql: `select coalesce(json_object_agg(campaigns.campaign, json_build_object('delivered', campaigns.delivered, 'reached', campaigns.reached, 'response_rate', campaigns.response_ratio,
      'ctr', campaigns.click_ratio, 'conversion_rate', campaigns.conversion_ratio, 'revenue', campaigns.revenue) order by campaigns.campaign), '{}') as value
      from (
        select sent.campaign, count(touches.message) as delivered, count(distinct touches.contact) as reached,
          count(distinct touches.contact) filter (where touches.responded_at is not null)::float8 / nullif(count(distinct touches.contact), 0) as response_ratio,
          count(distinct touches.contact) filter (where touches.clicked_at is not null)::float8 / nullif(count(distinct touches.contact), 0) as click_ratio,
          count(distinct touches.contact) filter (where touches.converted_at is not null)::float8 / nullif(count(distinct touches.contact), 0) as conversion_ratio,
          -- One currency is a number; several are a map, because they are never added.
          (select case when count(*) = 0 then to_json(0) when count(*) = 1 then to_json(min(sum.value)) else json_object_agg(coalesce(sum.currency, ''), sum.value) end
           from (select orders.currency, sum(orders.value) as value from reporting.orders where orders.campaign = sent.campaign group by orders.currency) as sum) as revenue
        from (select messages.message, messages.campaign from reporting.messages where messages.author = 'campaign' and messages.campaign is not null) as sent
        left join reporting.touches using (message) group by sent.campaign
      ) as campaigns`,
  },
  { name: 'unattributed_conversions', sql: 'select count(*) as value from reporting.orders where not orders.attributed' },
  { name: 'customer_reply_counts', needs: 'time', sql: `select json_build_array(count(turns.answered_at), count(*)) as value from ${DECIDED}` },
  { name: 'customer_reply_rate', needs: 'time', sql: `select count(turns.answered_at)::float8 / nullif(count(*), 0) as value from ${DECIDED}` },
  {
    name: 'flow_abandonment_rate', needs: 'time',
    sql: `select count(*) filter (where ${LEFT})::float8 / nullif(count(*) filter (where ${LEFT} or flow_runs.completed_at is not null), 0) as value from reporting.flow_runs`,
  },
  {
    name: 'flow_drop_off', needs: 'time',
    sql: `select coalesce(json_object_agg(step.name, step.runs), '{}') as value
      from (select coalesce(flow_runs.last_step, '') as name, count(*) as runs from reporting.flow_runs where ${LEFT} group by 1) as step`,
  },
  { name: 'flow_in_progress', needs: 'time', sql: `select count(*) as value from reporting.flow_runs where flow_runs.completed_at is null and flow_runs.decided_at >= :now` },
];
