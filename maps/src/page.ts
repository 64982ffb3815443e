/** The parts of the page around the map: titles, pickers, the dock with the legend, notices. */

import { byId, el } from "./dom";
import { date, sentence } from "./format";
import { LANGS, translate } from "./i18n";
import type { Words } from "./i18n";
import { renderLegend } from "./legend";
import { OSM_ATTRIBUTION, OSM_COPYRIGHT } from "./osm";
import type { Area, Edition, Lang, Service, Text } from "./types";

/** More of them would push the legend out of sight. */
const WARNINGS = 3;

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

/** Legend, date, whether the data are real, and what the map is not: always in sight. */
export function renderDock(
  area: Area,
  service: Service,
  edition: Edition | null,
  words: Words,
): void {
  const taken = edition?.date ? date(edition.date, words.lang) : null;
  const when = taken ? `${words.t("date")} ${taken}` : words.t("about_unknown");
  byId("dock").replaceChildren(
    el("h2", { class: "hidden" }, words.t("legend")),
    renderLegend(service, words, edition?.quantity ?? null),
    el(
      "div",
      { class: "about" },
      el(
        "p",
        { class: "when" },
        edition ? el("strong", {}, when) : null,
        taken && edition?.date_of ? el("span", {}, `(${words.pick(edition.date_of)})`) : null,
        area.synthetic
          ? el("span", { class: "badge", title: words.t("synthetic_text") }, words.t("synthetic"))
          : null,
        modelBadge(area, edition?.synthetic_model, words),
      ),
      basis(edition, words),
      warnings(edition?.warnings ?? [], words),
      el(
        "p",
        { class: "is-not" },
        el("strong", {}, `${words.t("is_not")} `),
        words.pick(service.is_not),
      ),
    ),
  );
}

/** Says that a model of generated data answers for a real place. */
export function modelBadge(
  area: Area,
  synthetic: boolean | undefined,
  words: Words,
): HTMLElement | null {
  const shown = synthetic === true && !area.synthetic;
  const title = words.t("synthetic_model_text");
  return shown ? el("span", { class: "badge", title }, words.t("synthetic_model")) : null;
}

/** What holds for the whole map, each text once. */
function warnings(all: readonly Text[], words: Words): HTMLElement | null {
  const texts = new Set(all.map((one) => words.pick(one)).filter((text) => text !== ""));
  const rows = [...texts].slice(0, WARNINGS).map((text) => el("li", {}, text));
  return rows.length ? el("ul", { class: "warnings" }, ...rows) : null;
}

/** What was measured, and what it is compared with: a number means little without them. */
function basis(edition: Edition | null, words: Words): HTMLElement | null {
  const said = [edition?.quantity, edition?.reference?.text].flatMap((text) =>
    text ? [words.pick(text)] : [],
  );
  return said.length ? el("p", { class: "basis" }, sentence(said.join(", "))) : null;
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

interface Notice {
  readonly title: string;
  readonly text?: string;
  readonly kind: "loading" | "trouble" | "info";
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** Says something over the map; null takes it away. */
export function notify(notice: Notice | null): void {
  const box = byId("notice");
  box.hidden = notice === null;
  box.dataset["kind"] = notice?.kind ?? "";
  box.replaceChildren();
  if (!notice) {
    return;
  }
  box.append(el("strong", {}, notice.title));
  if (notice.text) {
    box.append(el("p", {}, notice.text));
  }
  if (notice.action) {
    const { label, run } = notice.action;
    box.append(el("button", { type: "button", click: () => run() }, label));
  }
}
