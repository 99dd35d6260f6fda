import { describe, expect, test } from 'vitest';
import { load, problems, type Given } from './given.ts';

const file = (text: string): Given => ({ files: { 'replywatch.yml': text } });

describe('the sections about texts', () => {
  test('are quiet by default: shipped topics, no survey, no scorer, nothing kept', () => {
    const config = load(file('tz: UTC'));
    expect(config).toMatchObject({ topics: { starter: true, rules: [] }, surveys: [] });
    expect([config.scorer, config.texts]).toEqual([undefined, undefined]);
  });

  test('say what is not given by what is', () => {
    expect(load(file('surveys: [{templates: [a]}, {type: nps, ids: [b]}, {scale: thumbs}]')).surveys).toMatchObject([
      { type: 'csat', scale: '1-5', templates: ['a'], texts: [] }, { type: 'nps', scale: '0-10', ids: ['b'] }, { type: 'csat', scale: 'thumbs' }]);
    expect(load(file("topics: {starter: false, rules: [{topic: lamps, patterns: ['LX-\\d+']}]}")).topics).toEqual({ starter: false, rules: [{ topic: 'lamps', keywords: [], patterns: [/LX-\d+/iu] }] });
    expect(load(file('scorer: {url: http://localhost:9000/score}')).scorer).toEqual({ url: 'http://localhost:9000/score', timeoutSeconds: 2, batch: 32 });
  });

  test.each([
    ['topics: {rules: [{topic: x, patterns: ["("]}]}', /patterns.*is no regular expression/], ['topics: {rules: [{topic: "Hello! Who?"}]}', /must be a short name/], ['topics: {rule: []}', /is not known here/],
    ['surveys: [{scale: 1-7}]', /must be one of 1-5, 1-10, 0-10, thumbs/], ['scorer: {}', /url.*is missing/], ['scorer: {url: ftp://x}', /must be an address/], ['texts: {keep_days: -1}', /0 to keep nothing/],
    ['texts: {keep_days: 7}', /needs TEXT_KEY/],
  ])('%s is refused in words', (text, message) => expect(problems(file(text)).join('\n')).toMatch(message));

  test('a key that is missing hides no other mistake', () => expect(problems(file('texts: {keep_days: 7}\ntz: Moon/Base'))).toEqual([expect.stringMatching(/tz: /), expect.stringMatching(/needs TEXT_KEY/)]));
});
