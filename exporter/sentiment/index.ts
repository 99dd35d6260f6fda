/** What a message says about how its writer feels, and in which language: pure, offline, for any string. The text is read and forgotten. */
export { detectLanguage, UNDETERMINED } from './language.ts';
export { LANGUAGES } from './lexicons.ts';
export { scoreText, LONGEST_TEXT, type Evidence, type TextScore } from './score.ts';
