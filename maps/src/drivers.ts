/** Bars: how much each input moves the answer away from the model's average. */

import { el, vars } from "./dom";
import { compact, decimal, isLong, symbol, withUnit } from "./format";
import type { Words } from "./i18n";
import { digits as digitsOf, shares } from "./kinds";
import type { Answer, Contribution, Service } from "./types";

const SHOWN = 6;

interface Row {
  readonly title: string;
  readonly value: string;
  readonly amount: number;
}

/** The inputs that moved the answer most, with what the others add up to. */
export function renderDrivers(service: Service, answer: Answer, words: Words): HTMLElement {
  const [unit, each] = shares(answer, service, words);
  const points = answer.scoreKind !== "anchored";
  // What moves nothing at all, such as the inputs of another cause, explains nothing.
  const known = answer.contributions.filter((one) => Boolean(one.contribution));
  const counted = known.map((one) => ({ ...one, contribution: amount(one) * each }));
  const sorted = counted.sort((a, b) => Math.abs(amount(b)) - Math.abs(amount(a)));
  const rows = sorted.slice(0, SHOWN).map((one) => row(one, words));
  const rest = sorted.slice(SHOWN);
  if (rest.length > 0) {
    const sum = rest.reduce((total, one) => total + amount(one), 0);
    rows.push({ title: words.t("other"), value: "", amount: sum });
  }
  if (rows.length === 0) {
    return el("p", { class: "quiet" }, words.t("drivers_none"));
  }
  const most = Math.max(0, ...rows.map((one) => one.amount));
  const least = Math.min(0, ...rows.map((one) => one.amount));
  const digits = points ? 1 : digitsOf(service);
  const scale = { digits, least, span: Math.max(most - least, floor(answer) * each) };
  return el(
    "section",
    { class: "drivers", "aria-labelledby": "drivers-title" },
    el("h3", { id: "drivers-title" }, words.t("drivers")),
    el("p", { class: "quiet" }, words.t(points ? "drivers_points" : "drivers_unit", { unit: symbol(unit) })),
    // The line above has said it already: the narrow column keeps to the numbers.
    el("ul", {}, ...rows.map((one) => bar(one, scale, points || isLong(unit) ? "" : unit, words))),
    sumLine(answer, [unit, each], digits, words),
  );
}

/** What fills a bar at the least: half the interval, so that inputs that hardly matter look so. */
function floor({ lower, upper }: Answer): number {
  return (lower !== null && upper !== null && (upper - lower) / 2) || 1;
}

function amount(one: Contribution): number {
  return one.contribution ?? 0;
}

function row(one: Contribution, words: Words): Row {
  const told = one.value === null ? words.t("unknown") : compact(one.value, words.lang);
  return {
    title: words.pick(one.title) || one.feature,
    value: one.value === null ? told : withUnit(told, one.unit),
    amount: amount(one),
  };
}

/** All bars share one scale, from the least to the most; zero lies between. */
interface Scale {
  readonly digits: number;
  readonly least: number;
  readonly span: number;
}

function bar(one: Row, { digits, least, span }: Scale, unit: string, words: Words): HTMLElement {
  const told = decimal(one.amount, words.lang, { digits, signed: true });
  const share = (value: number): number => Math.round((value / span) * 1000) / 1000;
  const place = {
    zero: share(-least),
    start: share(Math.min(one.amount, 0) - least),
    size: share(Math.abs(one.amount)),
  };
  const side = one.amount < 0 ? "less" : "more";
  return el(
    "li",
    {},
    el("span", { class: "driver-title" }, one.title),
    el("span", { class: "driver-value" }, one.value),
    vars(el("span", { class: "driver-bar", "aria-hidden": "true" }, el("i", { class: side })), place),
    el("span", { class: "driver-amount" }, withUnit(told, unit)),
  );
}

/** The model's average and all contributions add up to the answer. */
function sumLine(
  answer: Answer,
  [unit, each]: readonly [string, number],
  digits: number,
  words: Words,
): HTMLElement | null {
  if (!answer.average || answer.target === null) {
    return null;
  }
  const told = (value: number): string =>
    withUnit(decimal(value * each, words.lang, { digits, signed: true }), unit);
  const moved = told(answer.target - answer.average);
  return el(
    "p",
    { class: "quiet sum" },
    `${words.t("average")} ${told(answer.average)} · ${words.t("all_inputs")} ${moved}`,
  );
}
