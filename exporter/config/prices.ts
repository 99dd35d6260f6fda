/** Price lists: in the file itself, or in files of their own that are easier to keep up to date. */
import { resolve } from 'node:path';
import { z } from 'zod';
import type { PriceList } from '../core/prices.ts';
import type { Reading } from './environment.ts';
import { readFailure } from './problem.ts';
import { complaints, strict } from './strict.ts';
import { readYaml } from './yaml.ts';

const day = z.string().regex(/^\d{4}-\d\d-\d\d$/, 'must be a date as YYYY-MM-DD').refine((text) => !Number.isNaN(Date.parse(text)), 'is no date');
const rate = z.number('must be a number').min(0, 'must be 0 or more');
const rates = z.record(z.string().regex(/^[a-z_]+:([A-Z]{2}|\*)$/, 'must be category:market, such as marketing:ES, or category:* for all other markets'), rate);

/** One entry of `prices`, or of a file of price lists. */
export const priceList = strict({
  from: day, currency: z.string().regex(/^[A-Z]{3}$/, 'must be a currency as EUR'), inboxes: z.array(z.string().min(1, 'must not be empty')).exactOptional(), rates,
  free_per_month: z.record(z.string(), z.int().min(0, 'must be 0 or more')).exactOptional(),
}).transform(({ free_per_month: freePerMonth, ...list }): PriceList => ({ ...list, ...(freePerMonth === undefined ? {} : { freePerMonth }) }));

/** Path of a file that holds a list of price lists. */
export const priceFile = z.string('must be the path of a file').min(1, 'must be the path of a file');

/** All lists, those of other files included. Paths are seen from the configuration file. */
export const readPrices = (reading: Reading, lists: readonly PriceList[], files: readonly string[], dir: string): readonly PriceList[] =>
  [...lists, ...files.flatMap((file) => readFileOf(reading, resolve(dir, file), file))];

function readFileOf(reading: Reading, path: string, name: string): readonly PriceList[] {
  let text: string;
  try {
    text = reading.readFile(path);
  } catch (error) {
    reading.problems.push({ path: 'price_files', message: `cannot read ${path}: ${readFailure(error)}` });
    return [];
  }
  const yaml = readYaml(name, text);
  reading.problems.push(...yaml.problems);
  if (yaml.problems.length > 0) return [];
  const result = z.array(priceList, 'must be a list of price lists').safeParse(yaml.data);
  if (result.success) return result.data;
  reading.problems.push(...complaints(result.error, yaml.data).map(({ path: place, message }) => ({ ...yaml.blame(place), message })));
  return [];
}
