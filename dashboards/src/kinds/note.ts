import { PanelBuilder, TextMode } from '@grafana/grafana-foundation-sdk/text';
import type { Panel } from '../panel.ts';

/** Words on the page itself: what nobody would look for in a description. Markdown. */
export const note = (title: string, markdown: string): Panel => new PanelBuilder().title(title).mode(TextMode.Markdown).content(markdown).build();
