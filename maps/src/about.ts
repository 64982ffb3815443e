/** What must be read with the map: its date, its model, what it is not, and what it lacks. */

import { byId, el } from "./dom";
import { date, sentence } from "./format";
import type { Words } from "./i18n";
import type { Area, Edition, Service } from "./types";

/** Date, model and what the map is not: never covered, never scrolled away. */
export function renderAbout(
  area: Area,
  service: Service,
  edition: Edition | null,
  words: Words,
): void {
  const taken = edition?.date ? date(edition.date, words.lang) : null;
  const when = taken ? `${words.t("date")} ${taken}` : words.t("about_unknown");
  const made = area.synthetic ? badge(words.t("synthetic"), words.t("synthetic_text")) : null;
  byId("about").replaceChildren(
    el(
      "p",
      { class: "when" },
      edition ? el("strong", {}, when) : null,
      taken && edition?.date_of ? el("span", {}, `(${words.pick(edition.date_of)})`) : null,
      made,
      modelBadge(area, edition?.synthetic_model, words),
    ),
    ...(edition?.model ? [el("p", { class: "version" }, `${words.t("model")} ${edition.model}`)] : []),
    el("p", { class: "is-not" }, el("strong", {}, `${words.t("is_not")} `), words.pick(service.is_not)),
  );
}

/** Says that a model of generated data answers for a real place. */
export function modelBadge(
  area: Area,
  synthetic: boolean | undefined,
  words: Words,
): HTMLElement | null {
  const shown = synthetic === true && !area.synthetic;
  return shown ? badge(words.t("synthetic_model"), words.t("synthetic_model_text")) : null;
}

/** What the numbers are relative to, and under it everything that this edition warns of. */
export function renderNotes(
  service: Service,
  edition: Edition | null,
  words: Words,
  open: boolean,
): HTMLElement | null {
  const said = [edition?.quantity, edition?.reference?.text].flatMap((text) =>
    text ? [words.pick(text)] : [],
  );
  const basis = sentence(said.join(", "));
  const told = edition ? notes(service, edition, words) : [];
  if (told.length === 0) {
    return basis ? el("p", { class: "basis" }, basis) : null;
  }
  const count = words.t(told.length === 1 ? "note" : "notes", { count: String(told.length) });
  return el(
    "details",
    { class: "notes", open },
    el(
      "summary",
      {},
      el("span", { class: "basis" }, basis),
      " ",
      el("span", { class: "count" }, count),
    ),
    el("ul", { class: "warnings" }, ...told.map((text) => el("li", {}, text))),
  );
}

/** Each text once: what the town lacks, then what the server warns of. */
function notes(service: Service, edition: Edition, words: Words): readonly string[] {
  const warned = (edition.warnings ?? []).map((one) => words.pick(one));
  return [...new Set([lacking(service, edition, words), ...warned])].filter((text) => text !== "");
}

/** Which inputs the model would have liked to have; the server's own sentence goes before ours. */
function lacking(service: Service, edition: Edition, words: Words): string {
  const gone = edition.features_missing ?? [];
  const told = (edition.warnings ?? []).some(({ code }) => code === "missing");
  if (gone.length === 0 || told) {
    return "";
  }
  const all = service.features ?? [];
  const title = (name: string): string => {
    const told = words.pick(all.find((one) => one.name === name)?.title);
    return told ? told.charAt(0).toLowerCase() + told.slice(1) : name;
  };
  const list = new Intl.ListFormat(words.lang, { type: "conjunction" }).format(gone.map(title));
  const most = Math.max(all.length, gone.length);
  return words.t("lacking", { list, count: String(gone.length), all: String(most) });
}

function badge(text: string, title: string): HTMLElement {
  return el("span", { class: "badge", title }, text);
}
