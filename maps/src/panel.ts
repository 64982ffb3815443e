/** The answer at a place: score, value with its interval, drivers, and where it comes from. */

import { Problem } from "./api";
import { el, vars } from "./dom";
import { renderDrivers } from "./drivers";
import { date, decimal, percent, place as placed, sentence, withUnit } from "./format";
import type { Words } from "./i18n";
import { classes, classOf, isSigned, swatch } from "./legend";
import { modelBadge } from "./page";
import type { Answer, Area, Place, Service } from "./types";

/** What is known about the question; `data-answer` of the panel says it too. */
export type Reply =
  | { readonly state: "loading" }
  | { readonly state: "ready"; readonly answer: Answer }
  | { readonly state: "error"; readonly problem: Problem };

interface Asked {
  readonly place: Place;
  readonly area: Area;
  readonly service: Service;
  readonly reply: Reply;
}

/** Fills the body of the panel and says in its attributes how far the answer is. */
export function renderPanel(
  panel: HTMLElement,
  inside: HTMLElement,
  asked: Asked,
  words: Words,
): void {
  panel.dataset["answer"] = asked.reply.state;
  panel.setAttribute("aria-busy", String(asked.reply.state === "loading"));
  inside.replaceChildren(...body(asked, words));
}

/** One sentence for a screen reader. */
export function spoken(asked: Asked, words: Words): string {
  const { reply, service } = asked;
  if (reply.state === "loading") {
    return words.t("asking");
  }
  if (reply.state === "error") {
    return `${headline(reply.problem, words)}. ${explanation(reply.problem, words)}`;
  }
  const { score, target } = reply.answer;
  if (score === null || target === null) {
    return words.t("unknown");
  }
  const value = quantity(target, service, words);
  return words.t("score_spoken", { score: decimal(score, words.lang, { digits: 0 }), value });
}

function body(asked: Asked, words: Words): readonly HTMLElement[] {
  const { reply } = asked;
  if (reply.state === "loading") {
    return [el("p", { class: "asking" }, words.t("asking")), el("div", { class: "skeleton" })];
  }
  if (reply.state === "error") {
    return [
      el("h3", { class: "trouble" }, headline(reply.problem, words)),
      el("p", {}, explanation(reply.problem, words)),
      ...detail(reply.problem),
      el("p", { class: "quiet" }, placed(asked.place.lat, asked.place.lon)),
    ];
  }
  return [
    result(asked.service, reply.answer, words),
    ...reply.answer.warnings.map((text) => el("p", { class: "warning" }, words.pick(text))),
    renderDrivers(reply.answer, words),
    facts(asked, reply.answer, words),
  ];
}

function headline(problem: Problem, words: Words): string {
  return words.t(problem.status === 404 ? "error_outside" : "error_other");
}

function explanation(problem: Problem, words: Words): string {
  if (problem.status === 404) {
    return words.t("error_outside_text");
  }
  return problem.status === 0 ? words.t("error_fetch") : "";
}

/** What the server said, in its own words, where the catalogue has none for it. */
function detail(problem: Problem): readonly HTMLElement[] {
  const known = problem.status === 404 || problem.status === 0;
  return known || !problem.detail ? [] : [el("p", { class: "quiet", lang: "en" }, problem.detail)];
}

function result(service: Service, answer: Answer, words: Words): HTMLElement {
  const { score, target, lower, upper, intervalLevel } = answer;
  const found = score === null ? null : classOf(score, classes(service));
  const level = percent(intervalLevel ?? 0, words.lang);
  const range =
    lower === null || upper === null
      ? null
      : words.t("estimate", {
          low: signed(lower, service, words),
          high: quantity(upper, service, words),
        });
  return el(
    "div",
    { class: "result" },
    el(
      "p",
      { class: "score" },
      el("strong", {}, score === null ? "?" : decimal(score, words.lang, { digits: 0 })),
      el("span", {}, words.t("score_of")),
    ),
    el(
      "p",
      { class: "class" },
      found ? swatch(found.colour) : null,
      found ? words.pick(found.label) : words.t("unknown"),
    ),
    gauge(service, answer),
    el(
      "p",
      { class: "target" },
      el("strong", {}, target === null ? words.t("unknown") : quantity(target, service, words)),
      range ? el("span", {}, range) : null,
      range && intervalLevel !== null
        ? el("small", {}, words.t("estimate_level", { level }))
        : null,
    ),
  );
}

/** The score on the colours of the legend, with its interval as a bracket. */
function gauge(service: Service, answer: Answer): HTMLElement | null {
  if (answer.score === null) {
    return null;
  }
  const low = answer.scoreLower ?? answer.score;
  const high = answer.scoreUpper ?? answer.score;
  const bands = classes(service).map((one) =>
    vars(el("i", { class: "band" }), { colour: one.colour, share: one.high - one.low }),
  );
  return el(
    "div",
    { class: "gauge", "aria-hidden": "true" },
    el("div", { class: "bands" }, ...bands),
    vars(el("div", { class: "bracket" }), { low, high }),
    vars(el("div", { class: "needle" }), { at: answer.score }),
  );
}

function facts(asked: Asked, answer: Answer, words: Words): HTMLElement {
  const { service, place } = asked;
  const rows: readonly (readonly [string, string, ...(HTMLElement | null)[]])[] = [
    [words.t("quantity"), sentence(words.pick(answer.quantity) || words.pick(service.target.title))],
    [words.t("reference"), sentence(words.pick(answer.reference?.text))],
    [words.t("date"), dated(answer, words), modelBadge(asked.area, answer.syntheticModel, words)],
    [words.t("coordinates"), placed(place.lat, place.lon)],
    [words.t("model"), answer.model],
    [words.t("edition"), answer.edition],
  ];
  const told = rows.filter(([, value]) => value !== "");
  return el(
    "dl",
    { class: "facts" },
    ...told.map(([name, value, ...more]) =>
      el("div", {}, el("dt", {}, name), el("dd", {}, value, ...more)),
    ),
  );
}

function dated(answer: Answer, words: Words): string {
  if (!answer.date) {
    return words.t("about_unknown");
  }
  const of = words.pick(answer.dateOf);
  return date(answer.date, words.lang) + (of ? ` (${of})` : "");
}

function quantity(value: number, service: Service, words: Words): string {
  return withUnit(signed(value, service, words), service.target.unit);
}

function signed(value: number, service: Service, words: Words): string {
  return decimal(value, words.lang, { signed: isSigned(service) });
}
