import { describe, expect, it } from 'vitest';
import type { Rating, SurveyScale } from '../../exporter/core/event.ts';
import { DEFAULT_SETTINGS } from '../../exporter/core/settings.ts';
import { answerTo } from '../../exporter/core/survey.ts';

const SENT = Date.UTC(2026, 2, 2, 9);
const DAY = 86_400_000;
const score = (type: 'csat' | 'nps', scale: SurveyScale, rating: Rating | undefined, at = SENT + 1): number | undefined =>
  answerTo({ source: 's', survey: 'x', type, scale, sentAt: SENT }, at, rating, DEFAULT_SETTINGS);

describe('the score of an answer', () => {
  it.each<[string, 'csat' | 'nps', SurveyScale, Rating, number | undefined]>([
    ['one to five as it is', 'csat', '1-5', { value: 4 }, 4], ['four of five', 'csat', '1-5', { value: 4, of: 5 }, 4], ['four stars', 'csat', '1-5', { value: 4, of: 5 }, 4],
    ['no zero on one to five', 'csat', '1-5', { value: 0 }, undefined], ['no six on one to five', 'csat', '1-5', { value: 6 }, undefined],
    ['nothing out of ten on one to five', 'csat', '1-5', { value: 5, of: 10 }, undefined], ['no thumb on one to five', 'csat', '1-5', { value: 1, of: 1 }, undefined],
    ['ten of ten is five', 'csat', '1-10', { value: 10 }, 5], ['eight of ten is four', 'csat', '1-10', { value: 8, of: 10 }, 4], ['seven is four', 'csat', '1-10', { value: 7 }, 4],
    ['one of ten is one', 'csat', '1-10', { value: 1 }, 1], ['no zero from one to ten', 'csat', '1-10', { value: 0 }, undefined], ['no stars from one to ten', 'csat', '1-10', { value: 4, of: 5 }, undefined],
    ['NPS as it is', 'nps', '0-10', { value: 9 }, 9], ['NPS has a zero', 'nps', '0-10', { value: 0 }, 0], ['NPS of ten', 'nps', '0-10', { value: 7, of: 10 }, 7], ['NPS is not of five', 'nps', '0-10', { value: 4, of: 5 }, undefined],
    ['a thumb up', 'csat', 'thumbs', { value: 1, of: 1 }, 5], ['a thumb down', 'csat', 'thumbs', { value: 0, of: 1 }, 1], ['no number for thumbs', 'csat', 'thumbs', { value: 5 }, undefined],
  ])('%s', (_, type, scale, rating, expected) => expect(score(type, scale, rating)).toBe(expected));

  it.each([['within the window', SENT + 14 * DAY, 5], ['after it', SENT + 14 * DAY + 1, undefined]])('%s', (_, at, expected) => expect(score('csat', '1-5', { value: 5 }, at)).toBe(expected));
  it('needs a survey and a rating', () => {
    expect(answerTo(undefined, SENT, { value: 5 }, DEFAULT_SETTINGS)).toBeUndefined();
    expect(score('csat', '1-5', undefined)).toBeUndefined();
  });
});
