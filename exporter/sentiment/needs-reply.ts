/**
 * Whether a message could wait for a reply. Wrongly answering no hides a waiting customer, wrongly answering yes only costs a glance:
 * so every word and every picture must be known as thanks, agreement or farewell, and one unknown word is a yes.
 */
import { PHRASES } from './phrases.ts';
import { cover, phraseTable, plainWords } from './plain.ts';

type Part = 'closing' | 'filling' | 'joining';

const TABLE = phraseTable((['closing', 'filling', 'joining'] as const).flatMap((part) =>
  Object.values(PHRASES).flatMap((file) => file[part].map((phrase): [string, Part] => [phrase, part]))));

/** Longer messages say more than thanks. */
const LONGEST = 120;

const PICTURE = /(?:\p{Extended_Pictographic}|\p{Regional_Indicator}|[\u20e3\ufe0f\u200d]|\p{Emoji_Modifier})+/gu;
const DECORATION = /[\ufe0f\u200d]|\p{Emoji_Modifier}/gu;
/** Approval, affection, celebration, farewell. Tears, anger, doubt and everything that shows a thing are not among them. */
const FRIENDLY = new Set([
  ...'👍👌🙏🤝👏🙌🤗😊🙂😀😃😄😁😆☺😇😍🥰😘😚😉😎🤩🥳😌😋❤🧡💛💚💙💜🤎🖤🤍💕💖💗💓💞💝💘❣💐🌹🌷🌸🌺🌻🌼🎉🎊✨💯✅✔☑🆗💪✌🤟🤘🤙🫶👋🫡🤭😂🤣😅🍀🌞☀🎁🏆🥇⭐🌟🔥👊🫂😺♥✊🫰🙇🙆🤲',
]);
const GLAD = /(?:[:;=8x]-?[)dp\]3*]+|\^_?\^|<3+|\(:|[:;]-?\))(?=\s|$)/giu;
/** A question in any script, an unhappy face, a link, a number: each of them says that something is still open. */
const OPEN = /[?？؟՞¿;？]|[:=]['’]?-?[(\[/\\|]|>:|:['’]?-?\(|\bd:|:\/\/|www\.|@\w/iu;

/** True unless the text is nothing but thanks, agreement or farewell. `plain`: its plain words, where they are known already. */
export function needsReply(text: string, plain?: string): boolean {
  if (text.length > LONGEST) return true;
  const bare = text.replace(GLAD, ' ');
  if (OPEN.test(bare) || /\p{Nd}/u.test(bare)) return true;
  const found = bare.match(PICTURE);
  const pictures = found?.join('').replace(DECORATION, '') ?? '';
  if ([...pictures].some((picture) => !FRIENDLY.has(picture))) return true;
  const words = bare === text && !found && plain !== undefined ? plain : plainWords(bare.replace(PICTURE, ' '));
  if (words === '') return pictures === '' && bare === text; // pictures or a glad face alone; punctuation alone asks for something
  const parts = cover(words, TABLE) ?? cover(words.replace(/(\p{L})\1+/gu, '$1'), TABLE);
  return !parts?.includes('closing') || parts.at(-1) === 'joining';
}
