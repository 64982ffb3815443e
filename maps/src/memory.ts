/** The language somebody chose, kept in this browser; everything else is in the link. */

import { isLang } from "./i18n";
import type { Lang } from "./types";

const NAME = "geoml.lang";

/** The language of the last visit; none where the browser keeps nothing. */
export function remembered(): Lang | undefined {
  try {
    const kept = localStorage.getItem(NAME) ?? undefined;
    return isLang(kept) ? kept : undefined;
  } catch {
    // Storage is forbidden in some private windows; the link still says the language.
    return undefined;
  }
}

/** Keeps the language for the next visit. */
export function remember(lang: Lang): void {
  try {
    localStorage.setItem(NAME, lang);
  } catch {
    // As above.
  }
}
