import type { CalendarSpec, Settings, SettingsFor } from '../core/settings.ts';
import type { Sections } from './sections.ts';
import { withSettings } from './settings.ts';
import type { SourceDeclaration } from './sources.ts';
import type { Values } from './variables.ts';

/** Where traces go. `url` is complete; header names are lower case. */
export interface OtlpConfig {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly compression: 'none' | 'gzip';
  /** What all spans say of where they come from, e.g. `staging`. */
  readonly environment?: string;
}

/** The receiver of the traces; undefined when there is none. */
export function otlpOf(values: Values): OtlpConfig | undefined {
  const base = values.OTEL_EXPORTER_OTLP_ENDPOINT;
  const url = values.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? (base === undefined ? undefined : `${base}/v1/traces`);
  if (url === undefined || values.OTEL_SDK_DISABLED) return undefined;
  const environment = values.OTEL_RESOURCE_ATTRIBUTES;
  return {
    url, headers: { ...values.OTEL_EXPORTER_OTLP_HEADERS, ...values.OTEL_EXPORTER_OTLP_TRACES_HEADERS },
    timeoutSeconds: values.OTEL_EXPORTER_OTLP_TIMEOUT / 1_000, compression: values.OTEL_EXPORTER_OTLP_COMPRESSION,
    ...(environment !== undefined && environment !== '' && { environment }),
  };
}

/** Settings of the workspace: what the file says over the defaults. */
export function workspaceSettings(defaults: Settings, sections: Sections): Settings {
  return withSettings({ ...defaults, tz: sections.tz ?? defaults.tz, calendars: calendarNamed(sections, sections.calendar) ?? defaults.calendars }, sections.settings);
}

/**
 * The most specific word wins: inbox, source and workspace as the file says, then what the adapter declares, then the default.
 * Everything is worked out beforehand, so equal arguments give the same object and unknown inboxes cost no memory.
 */
export function settingsResolver(workspace: Settings, sections: Sections, sources: readonly SourceDeclaration[]): SettingsFor {
  const bySource = new Map(sources.map((source) => {
    const declared = sections.settings['has_resolution'] === undefined ? { ...workspace, hasResolution: source.hasResolution } : workspace;
    return [source.id, withSettings(declared, sections.sources.get(source.id)?.settings ?? {})];
  }));
  const byInbox = new Map<string, Map<string, Settings>>();
  for (const { inbox, calendar, settings } of sections.inboxes) {
    const base = bySource.get(inbox.source) ?? workspace;
    const own = withSettings({ ...base, calendars: calendarNamed(sections, calendar) ?? base.calendars }, settings);
    byInbox.set(inbox.source, (byInbox.get(inbox.source) ?? new Map<string, Settings>()).set(inbox.id, own));
  }
  return (source, inbox) => byInbox.get(source)?.get(inbox) ?? bySource.get(source) ?? workspace;
}

const calendarNamed = (sections: Sections, name: string | undefined): readonly CalendarSpec[] | undefined =>
  name === undefined ? undefined : sections.calendars.get(name);
