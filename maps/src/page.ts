/** The parts of the page around the map: titles, pickers, the dock with the legend, credits. */

import { renderNotes } from "./about";
import { choice } from "./choice";
import { isNarrow } from "./device";
import { byId, el } from "./dom";
import { LANGS, translate } from "./i18n";
import type { Words } from "./i18n";
import { renderLegendOf } from "./legend";
import { OSM_ATTRIBUTION, OSM_COPYRIGHT } from "./osm";
import type { Area, Edition, Lang, Layer, Service } from "./types";

/** Where the page stands, for tests and for the style sheet. */
export type PageState = "loading" | "ready" | "empty" | "error";

/** Says where the page stands. */
export function setState(state: PageState): void {
  document.documentElement.dataset["state"] = state;
}

/** Puts the fixed words of the page into a language. */
export function speak(words: Words, choose: (lang: Lang) => void): void {
  document.documentElement.lang = words.lang;
  translate(document, words);
  byId("langs").replaceChildren(
    ...LANGS.map((lang) =>
      el(
        "button",
        {
          type: "button",
          "data-role": "language",
          lang,
          title: lang === "fr" ? "Français" : "English",
          "aria-pressed": String(lang === words.lang),
          click: () => choose(lang),
        },
        lang.toUpperCase(),
      ),
    ),
  );
}

/** Title and summary of the service. */
export function renderHead(area: Area, service: Service, words: Words): void {
  const title = words.pick(service.title);
  document.title = `${title} · ${area.name}`;
  byId("title").textContent = title;
  byId("summary").textContent = words.pick(service.summary);
}

interface Option {
  readonly id: string;
  readonly text: string;
  readonly disabled?: boolean;
}

/** A choice among several; a plain text where there is only one. */
export function renderPicker(
  id: string,
  label: string,
  options: readonly Option[],
  current: string,
  choose: (id: string) => void,
): void {
  const only = options.length === 1 ? options[0] : undefined;
  if (only) {
    byId(id).replaceChildren(el("span", { class: "only" }, only.text));
    return;
  }
  const select = el(
    "select",
    { "aria-label": label },
    ...options.map(({ id: value, text, disabled = false }) => {
      const selected = value === current;
      return el("option", { value, selected, disabled: disabled && !selected }, text);
    }),
  );
  select.addEventListener("change", () => choose(select.value));
  byId(id).replaceChildren(select);
}

/** More maps than these are a list to pull down: side by side they would not fit on a phone. */
const TABS = 3;

/** A choice among maps, side by side so that everybody sees that there are several. */
export function renderTabs(
  id: string,
  label: string,
  options: readonly Option[],
  current: string,
  choose: (id: string) => void,
): void {
  if (options.length > TABS) {
    renderPicker(id, label, options, current, choose);
    return;
  }
  const tabs = options.map(({ id: value, text, disabled = false }) => {
    const checked = value === current;
    const shown = { name: id, value, label: text, checked, disabled: disabled && !checked };
    return choice(shown, () => choose(value));
  });
  byId(id).replaceChildren(el("div", { class: "row", role: "radiogroup", "aria-label": label }, ...tabs));
}

/** The legend, and what must be known before its numbers mean anything. */
export function renderDock(
  service: Service,
  edition: Edition | null,
  layer: Layer | null,
  words: Words,
): void {
  const dock = byId("dock");
  const before = dock.querySelector("details")?.open;
  const notes = renderNotes(service, edition, words, before ?? !isNarrow());
  dock.replaceChildren(
    el("h2", { class: "hidden" }, words.t("legend")),
    renderLegendOf(service, edition, layer, words),
    ...(notes ? [notes] : []),
  );
}

/** Who made the background; in text nodes, unlike Leaflet's own control. */
export function renderCredits(area: Area, osm: boolean, own: boolean, words: Words): void {
  const parts: (Node | string)[] = [words.t("leaflet")];
  if (own && area.base?.attribution) {
    parts.push(` · ${area.base.attribution}`);
  }
  if (osm) {
    parts.push(" · ", el("a", { href: OSM_COPYRIGHT, rel: "noopener" }, OSM_ATTRIBUTION));
  }
  byId("credits").replaceChildren(...parts);
}
