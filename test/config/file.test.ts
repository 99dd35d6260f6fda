import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { SETTING_ROWS, withSettings } from '../../exporter/config/settings.ts';
import { DEFAULT_SETTINGS } from '../../exporter/core/settings.ts';
import { SOURCES } from '../../exporter/sources/index.ts';
import { load, problems, type Given } from './given.ts';

const file = (text: string, rest: Given = {}): Given => ({ ...rest, files: { ...rest.files, 'replywatch.yml': text } });

describe('what the file says', () => {
  test('the example shows every section and setting, and loads', () => {
    const text = readFileSync(new URL('../../replywatch.example.yml', import.meta.url), 'utf8');
    for (const { key } of SETTING_ROWS) expect(text).toMatch(new RegExp(`\\b${key}:`));
    const config = load(file(text, { sources: SOURCES }));
    expect(config).toMatchObject({ agentsLabel: true, teams: [{ id: '1', name: 'Sales' }, { id: '2', name: 'Support' }], settings: { tz: 'Europe/Madrid', settleSeconds: 60 } });
    expect(config.inboxes[0]).toEqual({ source: 'whatsapp', id: '105550100000001', name: 'Sales line', channel: 'whatsapp', team: '1' });
    expect(config.settingsFor('whatsapp', '105550100000001')).toMatchObject({ slaFirstResponseSeconds: 120, hasResolution: false, defaultAuthor: 'bot' });
    expect(config.settingsFor('chatwoot', '4').calendars.map((version) => version.from)).toEqual([undefined, '2026-07-01']);
    expect(config.settingsFor('chatwoot', '9').calendars[0]?.week.mon).toEqual([['09:00', '13:00'], ['14:00', '18:00']]);
  });

  test('every default in the documentation is the default in the code', () => {
    const documented = SETTING_ROWS.filter((row) => row.key !== 'has_resolution').map((row) => {
      const written = row.default.split(' ')[0] ?? '';
      return [row.key, row.parse.parse(/^[\d.]+$/.test(written) ? Number(written) : written)] as const;
    });
    expect(withSettings({ ...DEFAULT_SETTINGS }, Object.fromEntries(documented))).toEqual(DEFAULT_SETTINGS);
  });

  test('durations are seconds or a number with a unit', () => {
    const { settings } = load(file('settings: {inactivity_close: 90, engaged_gap: 90s, reply_window: 1.5h, attribution: 3d, wrap_seconds: 0, settle_seconds: 0}'));
    expect(settings).toMatchObject({ inactivityCloseSeconds: 90, engagedGapSeconds: 90, replyWindowSeconds: 5_400, attributionSeconds: 259_200, wrapSeconds: 0, settleSeconds: 0 });
  });

  test('the most specific word wins: inbox, source, workspace, adapter', () => {
    const words = 'targets: {sla_frt: 90}\nsources: {pigeon: {has_resolution: true}}\ninboxes:\n  - {source: pigeon, id: "1", has_resolution: false, targets: {sla_frt: 30}}\n';
    const config = load(file(words));
    expect(config.settingsFor('pigeon', '1')).toMatchObject({ hasResolution: false, slaFirstResponseSeconds: 30 });
    expect(config.settingsFor('pigeon', '2')).toMatchObject({ hasResolution: true, slaFirstResponseSeconds: 90 });
    expect(load({}).settingsFor('pigeon', '1').hasResolution).toBe(false);
    expect(load({}).settingsFor('elsewhere', '1').hasResolution).toBe(true);
    expect(load(file('settings: {has_resolution: true}')).settingsFor('pigeon', '1').hasResolution).toBe(true);
  });

  test('equal arguments give the same settings', () => {
    const { settingsFor } = load(file('inboxes: [{source: pigeon, id: "1"}]'));
    expect(settingsFor('pigeon', '1')).toBe(settingsFor('pigeon', '1'));
    expect(settingsFor('pigeon', 'x')).toBe(settingsFor('pigeon', 'y'));
    expect(settingsFor('__proto__', 'constructor')).toBe(settingsFor('elsewhere', 'z'));
  });

  test('secrets come from files named in it, seen from its own directory', () => {
    const config = load({
      env: { REPLYWATCH_CONFIG: 'etc/rw.yml', PIGEON_VERIFY_TOKEN: 't' },
      files: { 'etc/rw.yml': 'sources: {pigeon: {app_secret_file: keys/pigeon}}', 'etc/keys/pigeon': 'coo\n' },
    });
    expect(config.sources).toEqual([{ id: 'pigeon', title: 'Pigeon Post', secrets: { app_secret: ['coo'], verify_token: ['t'] } }]);
  });

  test.each([['nothing', ''], ['only comments', '# later\n'], ['empty sections', 'inboxes:\nsettings:\nsources:\ntz:\n']])('%s in it is fine', (_sentence, text) => {
    expect(load(file(text)).settings.tz).toBe('UTC');
  });

  test.each([['off', false], ['no', false], ['false', false], ['on', true], ['true', true]])('agents_label: %s', (word, expected) => {
    expect(load(file(`agents_label: ${word}`)).agentsLabel).toBe(expected);
  });

  test('versions of a calendar are put in order', () => {
    const config = load(file('calendar: c\ncalendars:\n  c:\n    - {tz: UTC, week: {}, from: 2026-05-01}\n    - {tz: UTC, week: {}}\n    - {tz: UTC, week: {}, from: 2026-03-01}\n'));
    expect(config.settings.calendars.map((version) => version.from)).toEqual([undefined, '2026-03-01', '2026-05-01']);
  });
});

describe('what the file may not say', () => {
  const calendar = (body: string): string => `calendars:\n  c:\n    tz: UTC\n    ${body}\n`;
  const rows: readonly [string, string, readonly (string | RegExp)[]][] = [
    ['an unknown section', '\ntimezone: UTC\nteam: []\n', [/^replywatch\.yml:2 timezone: is not known here; known: tz, /, 'replywatch.yml:3 team: is not known here (did you mean "teams"?)']],
    ['an unknown setting', 'settings:\n  inactivity-close: 1h\n', ['replywatch.yml:2 settings.inactivity-close: is not known here (did you mean "inactivity_close"?)']],
    ['a setting at the top', 'sla_frt: 60', ['replywatch.yml:1 sla_frt: belongs under targets']],
    ['a target among the settings', 'settings: {sla_frt: 60}', ['replywatch.yml:1 settings.sla_frt: belongs under targets']],
    ['a zone among the settings', 'settings: {tz: UTC}', ['replywatch.yml:1 settings.tz: belongs at the top of the file']],
    ['a zone with a slip', 'tz: Europe/Madird', ['replywatch.yml:1 tz: must be an IANA time zone such as Europe/Madrid (did you mean "Europe/Madrid"?)']],
    ['a fixed offset as zone', 'tz: "+02:00"', [/^replywatch\.yml:1 tz: must be an IANA time zone/]],
    ['a duration in words', 'targets: {sla_frt: a minute}', [/targets\.sla_frt: must be seconds, 1 or more/]],
    ['a negative duration', 'settings: {wrap_seconds: -1}', [/must be seconds, 0 or more/]],
    ['a share in percent', 'targets: {first_response_objective: 80}', [/first_response_objective: must be less than 1, such as 0\.8$/]],
    ['an author that does not exist', 'settings: {default_author: bott}', ['replywatch.yml:1 settings.default_author: must be one of agent, bot, automation, campaign (did you mean "bot"?)']],
    ['an inbox without id', 'inboxes:\n  - name: x\n    source: pigeon\n', ['replywatch.yml:2 inboxes[0].id: is missing']],
    ['an inbox id without quotes', 'inboxes:\n  - source: pigeon\n    id: 1055501000000011234\n', ['replywatch.yml:3 inboxes[0].id: must be text: put it in quotes']],
    ['an inbox twice', 'inboxes:\n  - {source: pigeon, id: "1"}\n  - {source: pigeon, id: "1"}\n', ['replywatch.yml:3 inboxes[1]: has the same source and id as inboxes[0]: keep one of them']],
    ['a source with a slip', 'inboxes: [{source: pigoen, id: "1"}]\nsources: {botle-mail: {}}\n',
      ['replywatch.yml:1 inboxes[0].source: is no source (did you mean "pigeon"?)', 'replywatch.yml:2 sources.botle-mail: is no source (did you mean "bottle-mail"?)']],
    ['names that are nowhere', 'calendar: a\nteams: [{id: sales}]\ninboxes: [{source: pigeon, id: "1", team: sale, calendar: b}]\n',
      ['replywatch.yml:1 calendar: names nothing in calendars: add it there', 'replywatch.yml:3 inboxes[0].calendar: names nothing in calendars: add it there',
        'replywatch.yml:3 inboxes[0].team: names nothing in teams (did you mean "sales"?)']],
    ['a channel that does not exist', 'inboxes: [{source: pigeon, id: "1", channel: whatsap}]', [/channel: must be one of .*\(did you mean "whatsapp"\?\)$/]],
    ['a list where keys belong', 'settings: []\ncalendars: []\n', ['replywatch.yml:2 calendars: must have keys and values', 'replywatch.yml:1 settings: must have keys and values']],
    ['keys where a list belongs', 'teams: {a: b}', ['replywatch.yml:1 teams: must be a list']],
    ['text instead of a file', 'hello', [' must have keys and values']],
    ['a secret itself', 'sources: {pigeon: {app_secret: hush}}', ['replywatch.yml:1 sources.pigeon.app_secret: must not be in this file: use app_secret_file, or PIGEON_APP_SECRET']],
    ['a calendar without zone', 'calendars: {c: {week: {}}}', [/^replywatch\.yml:1 calendars\.c\.tz: must be an IANA time zone/]],
    ['a weekday in full', calendar('week: {monday: []}'), [/^replywatch\.yml:4 calendars\.c\.week\.monday: is not known here/]],
    ['a single interval instead of a list', calendar('week: {mon: ["09:00", "18:00"]}'), [/week\.mon\[0\]: must be \["09:00", "18:00"\]/, /week\.mon\[1\]/]],
    ['an hour after midnight', calendar('week: {mon: [["09:00", "24:01"]]}'), [/^replywatch\.yml:4 calendars\.c\.week\.mon\[0\]: must be \[/]],
    ['an interval of no length', calendar('week: {mon: [["09:00", "09:00"]]}'), [/week\.mon\[0\]: must be \[/]],
    ['intervals that overlap', calendar('week: {mon: [["14:00", "18:00"], ["09:00", "14:30"]]}'), [/week\.mon: has intervals that overlap/]],
    ['a day that does not exist', calendar('week: {}\n    holidays: [2026-02-30]'), [/^replywatch\.yml:5 calendars\.c\.holidays\[0\]: must be a date that exists/]],
    ['an exception on no day', calendar('week: {}\n    exceptions: {someday: []}'), [/exceptions\.someday: must be a date that exists/]],
    ['two versions from one day', 'calendars: {c: [{tz: UTC, week: {}}, {tz: UTC, week: {}}]}', [/calendars\.c: has two versions that begin on the same day/]],
    ['the same key twice', 'tz: UTC\ntz: UTC\n', ['replywatch.yml:2 has the same key twice: keep one of them']],
    ['no YAML at all', 'tz: "UTC\nsecret: hush', [/^replywatch\.yml:\d (has|is) /]],
    ['an alias to nothing', 'tz: *hush', [/^replywatch\.yml has aliases/]],
    ['a prototype', '__proto__: {a: 1}', [/^replywatch\.yml:1 __proto__: is not known here/]],
  ];
  test.each(rows)('%s', (_sentence, text, expected) => {
    const found = problems(file(text));
    expect(found).toEqual(expected.map((each) => (typeof each === 'string' ? expect.stringContaining(each) : expect.stringMatching(each))));
    expect(found.join()).not.toContain('hush');
  });
});
