/** Sections about what customers write: topics, surveys, the scorer, keeping texts. */
import { z } from 'zod';
import { SURVEY_SCALES } from '../core/event.ts';
import type { SurveyRule } from '../core/settings.ts';
import { onOff } from './settings.ts';
import { strict } from './strict.ts';
import { httpUrl } from './values.ts';

/** Words of one topic; patterns are checked and compiled. */
export interface TopicRuleConfig { readonly topic: string; readonly keywords: readonly string[]; readonly patterns: readonly RegExp[] }

/** What the section `topics` says. */
export interface TopicsConfig {
  /** Whether the rules that come with the product apply too. */
  readonly starter: boolean;
  readonly rules: readonly TopicRuleConfig[];
}

/** A scorer of one's own over HTTP. */
export interface ScorerConfig { readonly url: string; readonly timeoutSeconds: number; readonly batch: number }

const words = z.array(z.string().min(1, 'must not be empty').max(200, 'must have at most 200 characters'));
/** Topics are labels: short and plain. */
const topic = z.string().regex(/^[\p{L}\p{N}][\p{L}\p{M}\p{N}_ .:/-]{0,63}$/u, 'must be a short name of letters, digits, spaces and - _ . : /');
const pattern = z.string().transform((source, context): RegExp => {
  try {
    return new RegExp(source, 'iu');
  } catch {
    context.addIssue({ code: 'custom', message: 'is no regular expression' });
    return z.NEVER;
  }
});

/** The section `topics`: rules of one's own, and whether the shipped ones apply. */
export const topicsSection = strict({
  starter: onOff.exactOptional(),
  rules: z.array(strict({ topic, keywords: words.exactOptional(), patterns: z.array(pattern).exactOptional() })).max(200, 'must have at most 200 entries').exactOptional(),
}).transform(({ starter = true, rules = [] }): TopicsConfig => ({ starter, rules: rules.map(({ topic: name, keywords = [], patterns = [] }) => ({ topic: name, keywords, patterns })) }));

/** One entry of `surveys`: how a survey is recognised and answered. */
export const surveySection = strict({
  type: z.enum(['csat', 'nps']).exactOptional(), scale: z.enum(SURVEY_SCALES).exactOptional(), templates: words.exactOptional(), ids: words.exactOptional(),
  texts: words.exactOptional(), buttons: z.record(z.string(), z.int().min(0).max(10)).exactOptional(),
}).transform(({ type = 'csat', scale = type === 'nps' ? '0-10' : '1-5', templates = [], ids = [], texts = [], buttons = {} }): SurveyRule =>
  ({ type, scale, templates, ids, texts, buttons }));

/** The section `scorer`: where texts are scored instead. */
export const scorerSection = strict({
  url: httpUrl, timeout_seconds: z.number().min(0.05).max(60).exactOptional(), batch: z.int().min(1).max(1_000).exactOptional(),
}).transform(({ url, timeout_seconds: timeoutSeconds = 2, batch = 32 }): ScorerConfig => ({ url, timeoutSeconds, batch }));

/** `keep_days` 0, the default, keeps nothing. */
export const textsSection = strict({ keep_days: z.int().min(0, 'must be a number of days, 0 to keep nothing').max(3_650) });
