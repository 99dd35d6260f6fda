import { customSource } from './custom.ts';
import { SOURCES } from './index.ts';
import type { Mapping } from './mapping.ts';
import type { SourceAdapter } from './source.ts';

/** All adapters of an installation: those of the product and those it declares itself. */
export const adaptersOf = (mappings: readonly Mapping[]): readonly SourceAdapter[] => [...SOURCES, ...mappings.map(customSource)];
