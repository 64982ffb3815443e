/** The answer at a place: score, value with its interval, drivers, and where it comes from. */

import { Problem } from "./api";
import { renderAssumptions } from "./assumptions";
import { isOffline } from "./device";
import { el, vars } from "./dom";
import { renderDrivers } from "./drivers";
import { date, decimal, percent, place as placed, sentence } from "./format";
import type { Words } from "./i18n";
import { between, value } from "./kinds";
import { classes, classOf, swatch } from "./legend";
import { modelBadge } from "./about";
import { renderParts } from "./parts";
import { isOfUnits } from "./subject";
import { renderSun, spokenSun } from "./sun";
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
  retry: () => void,
): void {
  panel.dataset["answer"] = asked.reply.state;
  panel.setAttribute("aria-busy", String(asked.reply.state === "loading"));
  inside.replaceChildren(...body(asked, words, retry));
}

/** One sentence for a screen reader. */
export function spoken(asked: Asked, words: Words): string {
  const { reply, service } = asked;
  if (reply.state === "loading") {
    return words.t("asking");
  }
  if (reply.state === "error") {
    return `${headline(reply.problem, words)}. ${explanation(reply.problem, service, words)}`;
  }
  const { score, target, parts, subject, warnings } = reply.answer;
  if (score === null || target === null) {
    return words.t("unknown");
  }
  const whole = (one: number): string => decimal(one, words.lang, { digits: 0 });
  const causes = parts.map((one) => {
    const known = one.score === null ? words.t("unknown") : whole(one.score);
    return `${words.pick(one.title)} ${known}`;
  });
  const last = [
    value(reply.answer, service, words),
    words.pick(classOf(score, classes(service))?.label),
    sentence(between(reply.answer, service, words) ?? ""),
    causes.join(", "),
  ];
  const told = last.filter(Boolean).map((text) => `${text}.`);
  const spoken = words.t("score_spoken", { score: whole(score) });
  const sun = subject ? [spokenSun(subject, words)].filter(Boolean) : [];
  return [spoken, ...told, ...sun, ...warnings.map((one) => words.pick(one))].join(" ");
}

function body(asked: Asked, words: Words, retry: () => void): readonly HTMLElement[] {
  const { reply } = asked;
  if (reply.state === "loading") {
    return [
      el("p", { class: "asking" }, words.t("asking")),
      el("div", { class: "skeleton", "aria-hidden": "true" }),
      el("p", { class: "quiet late" }, words.t("asking_long")),
    ];
  }
  if (reply.state === "error") {
    return [
      el("h3", { class: "trouble" }, headline(reply.problem, words)),
      el("p", {}, explanation(reply.problem, asked.service, words)),
      ...detail(reply.problem),
      ...again(reply.problem, words, retry),
      el("p", { class: "quiet" }, placed(asked.place.lat, asked.place.lon)),
    ];
  }
  const { subject } = reply.answer;
  return [
    result(asked.service, reply.answer, words),
    subject ? renderSun(subject, words) : null,
    ...reply.answer.warnings.map((text) => el("p", { class: "warning" }, words.pick(text))),
    subject ? renderAssumptions(asked.service, reply.answer.edition, words) : null,
    renderParts(asked.service, reply.answer, words),
    renderDrivers(asked.service, reply.answer, words),
    facts(asked, reply.answer, words),
  ].filter((one) => one !== null);
}

function headline(problem: Problem, words: Words): string {
  const known = { 0: "no_connection", 404: "error_outside", 410: "error_gone" } as const;
  return words.t(known[problem.status as keyof typeof known] ?? "error_other");
}

function explanation(problem: Problem, service: Service, words: Words): string {
  if (problem.status === 404) {
    return words.t(isOfUnits(service) ? "error_outside_units" : "error_outside_text");
  }
  if (problem.status === 410) {
    return words.t("error_gone_text");
  }
  return problem.status === 0 ? words.t(isOffline() ? "offline_text" : "error_fetch") : "";
}

/** A way on: ask again, or load what is published now; a place without data has none. */
function again(problem: Problem, words: Words, retry: () => void): readonly HTMLElement[] {
  if (problem.status === 404) {
    return [];
  }
  const label = words.t(problem.status === 410 ? "reload" : "retry");
  return [el("button", { type: "button", class: "again", click: retry }, label)];
}

/** What the server said, in its own words, where the catalogue has none for it. */
function detail(problem: Problem): readonly HTMLElement[] {
  const known = [0, 404, 410].includes(problem.status);
  return known || !problem.detail ? [] : [el("p", { class: "quiet", lang: "en" }, problem.detail)];
}

function result(service: Service, answer: Answer, words: Words): HTMLElement {
  const { score, intervalLevel } = answer;
  const found = score === null ? null : classOf(score, classes(service));
  const level = percent(intervalLevel ?? 0, words.lang);
  const range = between(answer, service, words);
  const told = value(answer, service, words);
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
      told ? el("strong", {}, told) : null,
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
