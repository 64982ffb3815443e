/** Numbers and dates as a reader of the language expects them. */

import type { Lang } from "./types";

/** Day before month, 24 hours: the two languages as they are used in Europe. */
const LOCALE: Readonly<Record<Lang, string>> = { fr: "fr-FR", en: "en-GB" };

const MINUS = "\u2212";
const NARROW = "\u202f";

interface Options {
  readonly digits?: number;
  readonly signed?: boolean;
}

/** A number with at most `digits` decimals; zero carries no sign. */
export function decimal(value: number, lang: Lang, options: Options = {}): string {
  const { digits = 1, signed = false } = options;
  const told = new Intl.NumberFormat(LOCALE[lang], {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    signDisplay: signed ? "exceptZero" : "negative",
  });
  return told.format(value).replace("-", MINUS);
}

/** A number of unknown size with three digits that mean something: 0.412, 37.5, 1 240. */
export function compact(value: number, lang: Lang): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 3;
  const told = new Intl.NumberFormat(LOCALE[lang], { maximumFractionDigits: digits });
  return told.format(value).replace("-", MINUS);
}

/** A quantity that nobody knows better than to three digits: 4 320, 37.5. */
export function rounded(value: number, lang: Lang): string {
  const told = new Intl.NumberFormat(LOCALE[lang], { maximumSignificantDigits: 3 });
  return told.format(value).replace("-", MINUS);
}

/** The name of a month, 0 for January. */
export function monthName(month: number, lang: Lang, style: "long" | "narrow" = "long"): string {
  const at = new Date(Date.UTC(2001, month, 1));
  return new Intl.DateTimeFormat(LOCALE[lang], { month: style, timeZone: "UTC" }).format(at);
}

/** A share 0..1 as a percentage, with at most `digits` decimals. */
export function percent(share: number, lang: Lang, digits = 0): string {
  const told = new Intl.NumberFormat(LOCALE[lang], { style: "percent", maximumFractionDigits: digits });
  return told.format(share);
}

/** Units that are written otherwise than they are called; plain numbers carry none. */
const SYMBOL: Readonly<Record<string, string>> = { "1": "", degree: "°", percent: "%" };

/** A unit as it is written: m2 is m². */
export function symbol(unit: string): string {
  return SYMBOL[unit] ?? unit.replace(/(?<=m)2\b/g, "²").replace(/(?<=m)3\b/g, "³");
}

/** Whether a unit is too long to be said again in every row of a narrow column. */
export function isLong(unit: string): boolean {
  return symbol(unit).length > 3;
}

/** A number and its unit. */
export function withUnit(number: string, unit: string): string {
  const written = symbol(unit);
  return written && written !== "°" ? `${number}${NARROW}${written}` : `${number}${written}`;
}

/** An ISO date in words; anything else as it came. */
export function date(value: string, lang: Lang): string {
  const day = /^\d{4}-\d{2}-\d{2}/.exec(value)?.[0];
  if (!day) {
    return value;
  }
  const at = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(at.getTime())) {
    return value;
  }
  return new Intl.DateTimeFormat(LOCALE[lang], { dateStyle: "long", timeZone: "UTC" }).format(at);
}

/** A text that starts a line. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A place, five decimals (about a metre). */
export function place(lat: number, lon: number): string {
  return `${lat.toFixed(5)}, ${lon.toFixed(5)}`.replaceAll("-", MINUS);
}
