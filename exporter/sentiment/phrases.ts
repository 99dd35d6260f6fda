import ar from './phrases/ar.json' with { type: 'json' };
import bn from './phrases/bn.json' with { type: 'json' };
import de from './phrases/de.json' with { type: 'json' };
import en from './phrases/en.json' with { type: 'json' };
import es from './phrases/es.json' with { type: 'json' };
import fa from './phrases/fa.json' with { type: 'json' };
import fr from './phrases/fr.json' with { type: 'json' };
import he from './phrases/he.json' with { type: 'json' };
import hi from './phrases/hi.json' with { type: 'json' };
import id from './phrases/id.json' with { type: 'json' };
import it from './phrases/it.json' with { type: 'json' };
import ja from './phrases/ja.json' with { type: 'json' };
import ko from './phrases/ko.json' with { type: 'json' };
import ms from './phrases/ms.json' with { type: 'json' };
import nl from './phrases/nl.json' with { type: 'json' };
import pl from './phrases/pl.json' with { type: 'json' };
import pt from './phrases/pt.json' with { type: 'json' };
import ru from './phrases/ru.json' with { type: 'json' };
import sw from './phrases/sw.json' with { type: 'json' };
import th from './phrases/th.json' with { type: 'json' };
import tr from './phrases/tr.json' with { type: 'json' };
import uk from './phrases/uk.json' with { type: 'json' };
import ur from './phrases/ur.json' with { type: 'json' };
import vi from './phrases/vi.json' with { type: 'json' };
import zh from './phrases/zh.json' with { type: 'json' };

/** Short things people say after an answer, to a survey, or to be left alone. One file per language; none of it is looked up by language. */
export interface PhraseFile {
  /** Enough on its own to need no reply: thanks, agreement, farewell. */
  readonly closing: readonly string[];
  /** May stand beside those: `for your help`. */
  readonly filling: readonly string[];
  /** May stand between those and at the beginning, never at the end: `ok and then` waits for something. */
  readonly joining: readonly string[];
  /** The words for 0 to 10, each with its forms. */
  readonly numbers: readonly (readonly string[])[];
  /** What stands beside a rating: `stars`, `I give`. */
  readonly rating: readonly string[];
  /** Between a rating and its maximum: `out of`. */
  readonly of: readonly string[];
  /** The whole message asks for no more messages. */
  readonly optOut: readonly string[];
}

/** Every language there are phrases for; the key is its ISO 639-1 code. */
export const PHRASES: Readonly<Record<string, PhraseFile>> = {
  ar, bn, de, en, es, fa, fr, he, hi, id, it, ja, ko,
  ms, nl, pl, pt, ru, sw, th, tr, uk, ur, vi, zh,
};
