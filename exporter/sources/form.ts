/** What one form said, by the sender's names; empty values are left out. */
export type Fields = ReadonlyMap<string, string>;

/** The fields of a body as browsers send forms. Any text is one. */
export const formFields = (text: string): Fields => new Map([...new URLSearchParams(text)].filter(([, value]) => value !== ''));
