import ar from './lexicons/ar.json' with { type: 'json' };
import bn from './lexicons/bn.json' with { type: 'json' };
import de from './lexicons/de.json' with { type: 'json' };
import en from './lexicons/en.json' with { type: 'json' };
import es from './lexicons/es.json' with { type: 'json' };
import fa from './lexicons/fa.json' with { type: 'json' };
import fr from './lexicons/fr.json' with { type: 'json' };
import he from './lexicons/he.json' with { type: 'json' };
import hi from './lexicons/hi.json' with { type: 'json' };
import id from './lexicons/id.json' with { type: 'json' };
import it from './lexicons/it.json' with { type: 'json' };
import ja from './lexicons/ja.json' with { type: 'json' };
import ko from './lexicons/ko.json' with { type: 'json' };
import ms from './lexicons/ms.json' with { type: 'json' };
import nl from './lexicons/nl.json' with { type: 'json' };
import pl from './lexicons/pl.json' with { type: 'json' };
import pt from './lexicons/pt.json' with { type: 'json' };
import ru from './lexicons/ru.json' with { type: 'json' };
import sw from './lexicons/sw.json' with { type: 'json' };
import th from './lexicons/th.json' with { type: 'json' };
import tr from './lexicons/tr.json' with { type: 'json' };
import uk from './lexicons/uk.json' with { type: 'json' };
import ur from './lexicons/ur.json' with { type: 'json' };
import vi from './lexicons/vi.json' with { type: 'json' };
import zh from './lexicons/zh.json' with { type: 'json' };
import type { LexiconFile } from './lexicon.ts';

/** Every language there are words for; the key is its ISO 639-1 code. */
export const LEXICONS: Readonly<Record<string, LexiconFile>> = {
  ar, bn, de, en, es, fa, fr, he, hi, id, it, ja, ko, ms, nl, pl, pt, ru, sw, th, tr, uk, ur, vi, zh,
};

/** Codes of the languages whose feelings can be read; other languages can still be named by the detector. */
export const LANGUAGES: readonly string[] = Object.keys(LEXICONS);
