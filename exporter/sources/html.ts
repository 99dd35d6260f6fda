/** The words of an HTML fragment: tags gone, the usual entities decoded. To be scored and dropped, never shown. Undefined when nothing is left. */
export function wordsOfHtml(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  // `[^<>]`, not `[^>]`: a thousand opening brackets must not be read a thousand times.
  const text = value.replace(/<[^<>]*>/g, ' ').replace(/&(?:amp|lt|gt|quot|#39|nbsp);/g, (entity) => ENTITIES[entity] ?? ' ').replace(/\s+/g, ' ').trim();
  return text === '' ? undefined : text;
}

const ENTITIES: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': '\'' };
