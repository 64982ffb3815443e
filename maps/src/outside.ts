/** How much of a town lies outside what its model has seen: where it is most, a banner says so. */

import { root } from "./api";
import { byId, el } from "./dom";
import type { Key, Words } from "./i18n";
import { hatching } from "./layers";
import type { Area, Edition } from "./types";

/** All of the town, nearly all, more than half; `null` for less, or where nobody knows. */
export type Share = "all" | "most" | "half" | null;

const HOW: Readonly<Record<Exclude<Share, null>, Key>> = {
  all: "outside_all",
  most: "outside_most",
  half: "outside_half",
};

interface Statistics {
  readonly min?: unknown;
  readonly percentile_2?: unknown;
  readonly median?: unknown;
}

/** Reads the share from the statistics of the dissimilarity, which is above 1 outside. */
export function shareOf({ min, percentile_2: low, median }: Statistics): Share {
  const beyond = (value: unknown): boolean => typeof value === "number" && value > 1;
  return beyond(min) ? "all" : beyond(low) ? "most" : beyond(median) ? "half" : null;
}

/** Asks the server how much of an edition is hatched; no answer is no banner, the hatching stays. */
export async function outsideShare(edition: Edition): Promise<Share> {
  const layer = hatching(edition);
  if (!layer) {
    return null;
  }
  const url = new URL(`tiles/${encodeURIComponent(layer.id)}/statistics`, root());
  const response = await fetch(url).catch(() => null);
  const body: unknown = response?.ok ? await response.json().catch(() => null) : null;
  const band = (body as { readonly b1?: Statistics } | null)?.b1;
  return band ? shareOf(band) : null;
}

/** One sentence over the map, or none. */
export function renderBanner(
  share: Share,
  area: Area,
  edition: Edition | null,
  places: readonly Area[],
  words: Words,
): void {
  const box = byId("banner");
  box.hidden = share === null;
  byId("app").dataset["outside"] = share ?? "";
  if (share === null) {
    box.replaceChildren();
    return;
  }
  const from = edition?.reference?.borrowed_from ?? [];
  const names = from.map((id) => places.find((one) => one.id === id)?.name ?? id);
  const there = new Intl.ListFormat(words.lang, { type: "conjunction" }).format(names);
  const what = words.t(HOW[share], { area: area.name });
  const told = there ? words.t("outside_from", { there, what }) : words.t("outside_why", { what });
  box.replaceChildren(
    el("i", { class: "swatch hatch", "aria-hidden": "true" }),
    el("span", {}, told),
  );
}
