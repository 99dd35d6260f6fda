/** What the text of a message says, as fields of its event. The text itself goes no further than `enrich`. */
import { hash } from 'node:crypto';
import type { ParsedEvent } from '../core/event.ts';
import type { SurveyRule } from '../core/settings.ts';
import { createReader, styleOf } from '../sentiment/read.ts';
import { createSigner } from '../sentiment/shingles.ts';
import { createTopics, type TopicRule } from '../sentiment/topics.ts';

/** What texts are read with. */
export interface UnderstandingOptions {
  /** Secret that keys the signatures of answers. */
  readonly key: string;
  /** Rules in order of their weight in ties. */
  readonly topics: readonly TopicRule[];
  readonly surveys: readonly SurveyRule[];
  /** True: somebody else scores this message, so it carries no sentiment of ours. */
  readonly scoredElsewhere?: () => boolean;
}

/** Fields to add to an event; what the source said itself is not among them. */
export type Understand = (event: ParsedEvent) => Readonly<Record<string, unknown>> | undefined;

/** Prepares the rules once; reading a text keeps nothing of it. */
export function createUnderstanding({ key, topics, surveys, scoredElsewhere = () => false }: UnderstandingOptions): Understand {
  const buttons = Object.fromEntries(surveys.flatMap((survey) => Object.entries(survey.buttons)));
  const read = createReader({ topics: createTopics(topics), buttons });
  const sign = createSigner(Number.parseInt(hash('sha256', `${key}\0shingles`, 'hex').slice(0, 8), 16));
  const surveyOf = (event: { readonly template?: string | undefined; readonly id?: string; readonly text?: string | undefined }): SurveyRule | undefined =>
    surveys.find(({ templates, ids, texts }) => (event.template !== undefined && templates.includes(event.template)) || (event.id !== undefined && ids.includes(event.id))
      || (event.text !== undefined && texts.some((part) => event.text!.includes(part))));

  return (event) => {
    if (event.kind === 'message.inbound') {
      // A sticker after an answer is a nod.
      if (event.text === undefined) return event.content === 'sticker' && event.needsReply === undefined ? { needsReply: false } : undefined;
      const reading = read(event.text, event);
      const isScoredElsewhere = reading.sentiment !== undefined && scoredElsewhere();
      const isAnswered = reading.rating !== undefined && event.surveyAnswer !== undefined;
      if (!isScoredElsewhere && !isAnswered) return reading;
      const { sentiment, sentimentScore, rating, ...rest } = reading;
      return { ...rest, ...(sentiment && !isScoredElsewhere && { sentiment, sentimentScore }), ...(rating && !isAnswered && { rating }) };
    }
    if (event.kind === 'message.outbound') {
      const survey = surveyOf({ template: event.template?.name, text: event.text });
      if (survey) return { survey: { type: survey.type, scale: survey.scale }, author: 'automation', authorId: undefined };
      if (event.author !== 'agent' || event.text === undefined) return undefined;
      const shingles = sign(event.text);
      return { ...styleOf(event.text), ...(shingles !== undefined && { shingles }) };
    }
    if (event.kind === 'survey.sent' && event.scale === undefined) {
      const survey = surveyOf({ id: event.survey });
      return survey && { type: survey.type, scale: survey.scale };
    }
    return undefined;
  };
}
