/** How much of a town lies outside what its model has seen: where it is most, a banner says so. */

import { byId, el } from "./dom";
import type { Key, Words } from "./i18n";
import type { Area, Edition } from "./types";

/** All of the answers, nearly all, more than half; `null` for less, or where nobody knows. */
export type Share = "all" | "most" | "half" | null;

const WHAT: Readonly<Record<Exclude<Share, null>, Key>> = {
  all: "outside_all",
  most: "outside_most",
  half: "outside_half",
};

/** Of the cells that have an answer, how many the model has seen nothing like. */
export function shareOf(edition: Edition | null): Share {
  const { answered_percent: answered, applicable_percent: applicable } = edition ?? {};
  if (typeof answered !== "number" || typeof applicable !== "number" || answered <= 0) {
    return null;
  }
  const known = applicable / answered;
  return known === 0 ? "all" : known < 0.1 ? "most" : known < 0.5 ? "half" : null;
}

/** One sentence over the map, or none. */
export function renderBanner(
  area: Area,
  edition: Edition | null,
  places: readonly Area[],
  words: Words,
): void {
  const box = byId("banner");
  const share = shareOf(edition);
  box.hidden = share === null;
  if (share === null) {
    box.replaceChildren();
    return;
  }
  const from = edition?.reference?.borrowed_from ?? [];
  const names = from.map((id) => places.find((one) => one.id === id)?.name ?? id);
  const there = new Intl.ListFormat(words.lang, { type: "conjunction" }).format(names);
  const what = words.t(WHAT[share], { area: area.name });
  const told = there ? words.t("outside_from", { there, what }) : words.t("outside_why", { what });
  box.replaceChildren(
    el("i", { class: "swatch hatch", "aria-hidden": "true" }),
    el("span", {}, told),
  );
}
