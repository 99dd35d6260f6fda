import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import type { TopicRuleConfig } from './text-sections.ts';

const FOLDER = new URL('../sentiment/topics/', import.meta.url);
const FILE = z.record(z.string(), z.array(z.string()));

/** The rules that come with the product: one file per language, every file in the folder. @throws Error when one is damaged */
export function starterTopics(): readonly TopicRuleConfig[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.yml')).sort();
  return files.flatMap((name) => {
    const topics = FILE.parse(parse(readFileSync(fileURLToPath(new URL(name, FOLDER)), 'utf8')));
    return Object.entries(topics).map(([topic, keywords]) => ({ topic, keywords, patterns: [] }));
  });
}
