/** The part of the package that is used here; it ships no types of its own. */
declare module 'sentiment' {
  interface ScoringStrategy { apply(tokens: readonly string[], cursor: number, tokenScore: number): number }
  export interface Analysis { readonly score: number; readonly positive: readonly string[]; readonly negative: readonly string[]; readonly calculation: readonly Readonly<Record<string, number>>[] }
  export default class Sentiment {
    registerLanguage(code: string, language: { labels: Record<string, number>; scoringStrategy: ScoringStrategy }): void;
    analyze(phrase: string, options: { language: string }): Analysis;
  }
}
