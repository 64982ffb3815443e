/** What the figures of a service rest on: every assumption with its value, folded away. */

import { root } from "./api";
import { el } from "./dom";
import { compact, percent, withUnit } from "./format";
import type { Words } from "./i18n";
import type { Assumption, Service } from "./types";

/** The assumptions, closed until somebody wants them; null where there are none. */
export function renderAssumptions(service: Service, edition: string, words: Words): HTMLElement | null {
  const all = Object.values(service.assumptions ?? {});
  if (all.length === 0) {
    return null;
  }
  const file = new URL(`editions/${encodeURIComponent(edition)}/files/manifest.json`, root());
  return el(
    "details",
    { class: "assumptions" },
    el("summary", {}, words.t("assumptions")),
    el("dl", { class: "facts" }, ...all.map((one) =>
      el("div", {}, el("dt", {}, words.pick(one)), el("dd", {}, value(one, words))))),
    el("p", {}, el("a", { href: file.href }, words.t("assumptions_sources"))),
  );
}

/** Shares as people say them, in percent. */
function value({ value, unit }: Assumption, words: Words): string {
  return unit === "1" ? percent(value, words.lang, 1) : withUnit(compact(value, words.lang), unit);
}
