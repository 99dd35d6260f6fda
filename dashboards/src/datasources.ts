/** The data sources of `provisioning/grafana/datasources`; their uids are fixed. */
export const DATASOURCES = {
  prometheus: { type: 'prometheus', uid: 'prometheus' },
  postgres: { type: 'postgres', uid: 'postgres' },
  tempo: { type: 'tempo', uid: 'tempo' },
  alertmanager: { type: 'alertmanager', uid: 'alertmanager' },
} as const;

/** Of panels whose queries go to several of them. */
export const MIXED = { type: 'datasource', uid: '-- Mixed --' } as const;
