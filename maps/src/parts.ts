/** The causes of an answer, each with a score of its own, so that none hides behind another. */

import { el, vars } from "./dom";
import { decimal } from "./format";
import type { Words } from "./i18n";
import { classes, classOf } from "./legend";
import type { Answer, Service } from "./types";

/** One bar for each cause, the one that makes the score first marked; null for services with one. */
export function renderParts(service: Service, answer: Answer, words: Words): HTMLElement | null {
  if (answer.parts.length === 0) {
    return null;
  }
  const most = Math.max(...answer.parts.map((one) => one.score ?? -1));
  const rows = answer.parts.map(({ title, score }) => {
    const leads = score !== null && score === most;
    return el(
      "li",
      { class: leads ? "leads" : "" },
      el("span", { class: "part-title" }, words.pick(title)),
      bar(service, score),
      el(
        "span",
        { class: "part-score" },
        score === null ? words.t("unknown") : decimal(score, words.lang, { digits: 0 }),
      ),
    );
  });
  return el(
    "section",
    { class: "parts", "aria-labelledby": "parts-title" },
    el("h3", { id: "parts-title" }, words.t("parts")),
    el("ul", {}, ...rows),
    el("p", { class: "quiet" }, words.t("parts_most")),
  );
}

function bar(service: Service, score: number | null): HTMLElement {
  const colour = score === null ? "transparent" : (classOf(score, classes(service))?.colour ?? "");
  const inside = vars(el("i", {}), { colour, size: score ?? 0 });
  return el("span", { class: "part-bar", "aria-hidden": "true" }, inside);
}
