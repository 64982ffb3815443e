/** Twelve months as bars: a list whose items say their numbers, drawn as a chart. */

import { el, vars } from "./dom";
import { monthName, rounded, withUnit } from "./format";
import type { Words } from "./i18n";

/** The twelve months of a year in `unit`; null where they are not twelve known numbers. */
export function renderMonths(
  given: unknown,
  unit: string,
  words: Words,
): HTMLElement | null {
  const values = twelve(given);
  if (values === null) {
    return null;
  }
  const most = Math.max(...values, 1);
  const bars = values.map((value, month) => bar(month, value, value / most, unit, words));
  return el(
    "section",
    { class: "months", "aria-labelledby": "months-title" },
    el("h4", { id: "months-title" }, words.t("months")),
    // `role` again: a list without bullets is none to Safari.
    el("ol", { role: "list" }, ...bars),
    el("p", { class: "quiet" }, extremes(values, unit, words)),
  );
}

function bar(month: number, value: number, share: number, unit: string, words: Words): HTMLElement {
  const told = `${monthName(month, words.lang)}${words.lang === "fr" ? "\u00a0" : ""}: ${amount(value, unit, words)}`;
  return el(
    "li",
    { title: told },
    el("span", { class: "hidden" }, told),
    vars(el("i", { "aria-hidden": "true" }), { size: Math.round(share * 1000) / 1000 }),
    el("b", { "aria-hidden": "true" }, monthName(month, words.lang, "narrow")),
  );
}

/** The best and the worst month in words, for those who see no bars and for those in a hurry. */
function extremes(values: readonly number[], unit: string, words: Words): string {
  const told = (value: number): Record<"month" | "amount", string> => ({
    month: monthName(values.indexOf(value), words.lang),
    amount: amount(value, unit, words),
  });
  const [best, worst] = [told(Math.max(...values)), told(Math.min(...values))];
  return words.t("months_ends", {
    best: best.month,
    most: best.amount,
    worst: worst.month,
    least: worst.amount,
  });
}

function amount(value: number, unit: string, words: Words): string {
  return withUnit(rounded(value, words.lang), unit);
}

/** Twelve finite numbers, as a list or as the JSON of one; null for anything else. */
function twelve(given: unknown): readonly number[] | null {
  const found: unknown = typeof given === "string" ? parsed(given) : given;
  const good = Array.isArray(found) && found.length === 12 && found.every(Number.isFinite);
  return good ? (found as number[]) : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
