/** Telling people from programs that look at links before people do: previews of messengers, crawlers, scanners of mail. */

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** By what they call themselves. Browsers inside apps say Mozilla and the app's name, previews the app's name alone. */
const NAMES = new RegExp([
  '^whatsapp/', '^viber', '^line(bot|-?poker|/)', '^signal', '^telegrambot', 'facebookexternalhit', 'facebookcatalog', 'facebot', 'meta-externalagent', 'meta-externalfetcher', 'twitterbot',
  'slackbot', 'slack-imgproxy', 'linkedinbot', 'skypeuripreview', 'discordbot', 'pinterest', 'redditbot', 'applebot', 'google-read-aloud', 'googleother', 'google-safety', 'bingpreview', 'yandex',
  'baiduspider', 'bytespider', 'vkshare', 'iframely', 'embedly', 'snapchat.*preview', 'microsoft office', 'ms-office', 'outlook-', 'barracuda', 'proofpoint', 'mimecast', 'safelinks',
  'headlesschrome', 'phantomjs', 'lighthouse', 'bot\\b', 'bot/', 'crawler', 'spider', 'preview', 'scanner', 'monitor', 'fetch', '^curl', '^wget', '^python', '^go-http', '^java/', '^okhttp',
  '^axios', '^node', '^ruby', '^php', '^libwww', '^apache-httpclient', '^postman', '^insomnia', '^dart',
].join('|'), 'i');

/** Whether nobody has clicked: a program asked, or a browser ahead of time. */
export function isCrawler(method: string, headers: Headers): boolean {
  if (method !== 'GET') return true; // browsers of people follow links with GET
  const agent = headers['user-agent'];
  if (typeof agent !== 'string' || agent.trim() === '' || NAMES.test(agent)) return true;
  return ['purpose', 'sec-purpose', 'x-purpose', 'x-moz'].some((name) => /prefetch|prerender|preview/i.test(String(headers[name] ?? '')));
}
