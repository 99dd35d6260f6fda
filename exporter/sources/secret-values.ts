/** What a secret may hold: several values during a rotation, and forms that a provider insists on. */
import type { SecretDeclaration } from './source.ts';

/** The values in the text of a setting, separated by commas or new lines, each once. */
export const valuesIn = (text: string): string[] => [...new Set(text.split(/[,\n\r]/).map((part) => part.trim()).filter((part) => part !== ''))];

/** A form for secrets every value of which matches; others are refused at start. @param otherwise what would be right, in words */
export const everyOne = (pattern: RegExp, otherwise: string): NonNullable<SecretDeclaration['form']> => ({
  otherwise,
  read(text) {
    const values = valuesIn(text);
    return values.length > 0 && values.every((value) => pattern.test(value)) ? values : undefined;
  },
});
