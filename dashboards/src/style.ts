/** How numbers look: units, colours that mean the same everywhere, thresholds, and overrides that apply them to a query or a column. */
import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as units from '@grafana/grafana-foundation-sdk/units';
import type { Link } from './links.ts';

export const UNITS = {
  count: units.Short, seconds: units.Seconds, ratio: units.PercentUnit, perMinute: units.CountsPerMinute, perSecond: units.CountsPerSecond, times: 'suffix:×',
  perHour: 'suffix:/h', bytes: units.BytesIEC, time: units.DatetimeISO, points: 'suffix: points', yesNo: units.BoolYesNo,
} as const;
/** One of the house, or a word behind or a currency before the number. */
export type Unit = (typeof UNITS)[keyof typeof UNITS] | `suffix:${string}` | `currency:${string}`;

/** The same colour means the same thing on every dashboard. */
export const COLORS = {
  inbound: 'blue', agent: 'green', bot: 'purple', automation: 'light-blue', campaign: 'yellow', system: '#8e8e8e', waiting: 'orange', failed: 'red',
  delivered: 'blue', read: 'green', target: '#8e8e8e', usual: '#c7c7c7', plain: 'text', good: 'green', warn: 'orange', bad: 'red',
  positive: 'green', neutral: '#8e8e8e', negative: 'red',
} as const;
export type Color = keyof typeof COLORS;

/** Ascending limits; the first colour holds below all of them. */
export interface Steps { readonly base: Color; readonly steps: readonly (readonly [from: number, color: Color])[] }

/** How the result of one query looks. A panel's unit applies where this has none. */
export interface Look {
  readonly unit?: Unit;
  readonly decimals?: number;
  readonly color?: Color | Steps;
  /** Dashed and without filling: targets and reference lines. */
  readonly dashed?: boolean;
  /** Legend of the series down to which the area is filled. */
  readonly fillTo?: string;
  /** Drawn as bars: counts of whole days or hours. */
  readonly bars?: boolean;
  /** Against an axis of its own on the right: another unit. */
  readonly rightAxis?: boolean;
}

/** A column of a table: of an SQL query, a label, or an instant query of Prometheus. */
export interface Column {
  /** Name of the column or label, or the refId's place among the queries (0 is the first). */
  readonly from: string | number;
  readonly title: string;
  readonly unit?: Unit;
  readonly decimals?: number;
  /** Colour of the text by limits; with `cell: 'background'` of the cell. */
  readonly color?: Steps | 'scale';
  readonly cell?: 'text' | 'background' | 'bar';
  readonly width?: number;
  readonly links?: readonly Link[];
  /** Words for values. */
  readonly texts?: Readonly<Record<string, string>>;
}

export type Properties = dashboard.DynamicConfigValue[];
export interface Override { matcher: dashboard.MatcherConfig; properties: Properties }

export const refIdOf = (index: number): string => String.fromCharCode(65 + index);
export const byRefId = (index: number, properties: Properties): Override => ({ matcher: { id: 'byFrameRefID', options: refIdOf(index) }, properties });
export const byName = (name: string, properties: Properties): Override => ({ matcher: { id: 'byName', options: name }, properties });
/** Columns whose number is not known beforehand, e.g. weeks of a cohort. `pattern` is a regular expression of JavaScript. */
export const byPattern = (pattern: string, properties: Properties): Override => ({ matcher: { id: 'byRegexp', options: `/${pattern}/` }, properties });

export const fixed = (color: Color): dashboard.FieldColor => ({ mode: 'fixed' as dashboard.FieldColorModeId, fixedColor: COLORS[color] });

export function lookOf(look: Look): Properties {
  return [
    ...(look.unit ? [{ id: 'unit', value: look.unit }] : []),
    ...(look.decimals === undefined ? [] : [{ id: 'decimals', value: look.decimals }]),
    ...(look.color === undefined ? [] : colorOf(look.color)),
    ...(look.dashed ? [{ id: 'custom.lineStyle', value: { fill: 'dash', dash: [10, 10] } }, { id: 'custom.fillOpacity', value: 0 }, { id: 'custom.showPoints', value: 'never' }] : []),
    ...(look.dashed ? [{ id: 'custom.drawStyle', value: 'line' }, { id: 'custom.stacking', value: { mode: 'none', group: 'A' } }] : []),
    ...(look.fillTo ? [{ id: 'custom.fillBelowTo', value: look.fillTo }] : []),
    ...(look.bars ? [{ id: 'custom.drawStyle', value: 'bars' }, { id: 'custom.fillOpacity', value: 60 }, { id: 'custom.lineWidth', value: 0 }] : []),
    ...(look.rightAxis ? [{ id: 'custom.axisPlacement', value: 'right' }] : []),
  ];
}

export const colorOf = (color: Color | Steps): Properties =>
  typeof color === 'string' ? [{ id: 'color', value: fixed(color) }] : [{ id: 'color', value: { mode: 'thresholds' } }, { id: 'thresholds', value: thresholds(color) }];

export function thresholds({ base, steps }: Steps): dashboard.ThresholdsConfig {
  const mode = 'absolute' as dashboard.ThresholdsMode;
  return { mode, steps: [{ value: null, color: COLORS[base] }, ...steps.map(([value, color]) => ({ value: Number(value.toPrecision(12)), color: COLORS[color] }))] };
}

export const noDataMapping = (text: string): dashboard.SpecialValueMap => ({
  type: 'special' as dashboard.MappingType.SpecialValue,
  options: { match: 'null+nan' as dashboard.SpecialValueMatch, result: { text, index: 0 } },
});

export function columnLook(column: Column): Properties {
  const cell = column.cell ?? 'text';
  return [
    { id: 'displayName', value: column.title },
    // Otherwise an empty cell repeats what the panel says when there are no rows at all.
    { id: 'noValue', value: '–' },
    ...(column.unit ? [{ id: 'unit', value: column.unit }] : []),
    ...(column.decimals === undefined ? [] : [{ id: 'decimals', value: column.decimals }]),
    ...(column.width === undefined ? [] : [{ id: 'custom.width', value: column.width }]),
    ...(column.texts ? [{ id: 'mappings', value: [{ type: 'value', options: Object.fromEntries(Object.entries(column.texts).map(([value, text], index) => [value, { text, index }])) }] }] : []),
    ...(column.links ? [{ id: 'links', value: column.links.map((link) => ({ ...link })) }] : []),
    // Otherwise the scale of bars and shades is that of all numbers in the table, and counts beside shares make these vanish.
    ...(cell === 'bar' || column.color === 'scale' ? [{ id: 'min', value: 0 }, ...(column.unit === UNITS.ratio ? [{ id: 'max', value: 1 }] : [])] : []),
    ...(cell === 'bar' ? [{ id: 'custom.cellOptions', value: { type: 'gauge', mode: 'basic' } }, { id: 'color', value: fixed('usual') }] : []),
    ...(column.color && cell !== 'bar' ? [{ id: 'custom.cellOptions', value: { type: cell === 'background' ? 'color-background' : 'color-text' } }] : []),
    ...(column.color === 'scale' ? [{ id: 'color', value: { mode: 'continuous-blues' } }] : column.color ? colorOf(column.color) : []),
  ];
}
