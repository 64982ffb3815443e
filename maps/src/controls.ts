/** Choices about what is drawn: layer, hatching, opacity, background. */

import { choice } from "./choice";
import { el } from "./dom";
import { percent } from "./format";
import type { Key, Words } from "./i18n";
import { alternatives, hatching } from "./layers";
import type { BaseKind } from "./layers";
import type { Area, Edition, Layer, Service } from "./types";

/** What is drawn now. */
export interface Drawn {
  readonly layer: string;
  readonly hatch: boolean;
  readonly opacity: number;
  readonly base: BaseKind;
  /** Whether OpenStreetMap may be chosen at all. */
  readonly osm: boolean;
}

export interface Change {
  readonly layer: (name: string) => void;
  readonly hatch: (on: boolean) => void;
  readonly opacity: (value: number) => void;
  readonly base: (kind: BaseKind) => void;
}

export interface Shown {
  readonly area: Area;
  readonly edition: Edition | null;
  /** The causes that the service keeps apart: their layers stand in a row of their own. */
  readonly parts?: Service["parts"];
  readonly drawn: Drawn;
}

/** Fills the controls for an edition; `change` is called when somebody chooses. */
export function renderControls(
  container: HTMLElement,
  shown: Shown,
  words: Words,
  change: Change,
): void {
  container.replaceChildren(
    ...editionControls(shown, words, change),
    baseControls(shown.area, shown.drawn, words, change),
  );
}

function editionControls({ edition, parts = [], drawn }: Shown, words: Words, change: Change): HTMLElement[] {
  if (!edition) {
    return [];
  }
  const causes = new Set(parts.map((one) => one.name));
  const all = alternatives(edition);
  const apart = all.filter((one) => causes.has(one.name));
  const whole = all.filter((one) => !causes.has(one.name));
  const made = [row(words.t("layer"), whole, drawn, words, change)];
  if (apart.length > 0) {
    made.push(row(words.t("parts"), apart, drawn, words, change));
  }
  if (hatching(edition)) {
    made.push(hatchBox(drawn, words, change));
  }
  made.push(slider(drawn, words, change));
  return made;
}

/** Layers of one edition: all rows are one choice, since only one layer is drawn. */
function row(
  title: string,
  layers: readonly Layer[],
  drawn: Drawn,
  words: Words,
  change: Change,
): HTMLElement {
  const made = layers.map(({ name: value, title: text }) => {
    const label = words.pick(text) || value;
    return choice({ name: "layer", value, label, checked: drawn.layer === value }, () => change.layer(value));
  });
  return group(title, el("div", { class: "row" }, ...made));
}

function hatchBox(drawn: Drawn, words: Words, change: Change): HTMLElement {
  const box = el("input", { type: "checkbox", id: "hatch", checked: drawn.hatch });
  box.addEventListener("change", () => change.hatch(box.checked));
  return el("label", { class: "choice" }, box, el("span", {}, words.t("hatch")));
}

function slider(drawn: Drawn, words: Words, change: Change): HTMLElement {
  const say = (value: number): string => percent(value / 100, words.lang);
  const start = Math.round(drawn.opacity * 100);
  const told = el("output", { for: "opacity" }, say(start));
  const input = el("input", { type: "range", id: "opacity", min: "0", max: "100", step: "5" });
  input.value = String(start);
  input.setAttribute("aria-valuetext", say(start));
  input.addEventListener("input", () => {
    told.textContent = say(input.valueAsNumber);
    input.setAttribute("aria-valuetext", say(input.valueAsNumber));
    change.opacity(input.valueAsNumber / 100);
  });
  const label = el("label", { for: "opacity" }, words.t("opacity"));
  return el("div", { class: "slider" }, el("div", { class: "slider-head" }, label, told), input);
}

function baseControls(area: Area, drawn: Drawn, words: Words, change: Change): HTMLElement {
  const kinds: (readonly [BaseKind, Key])[] = [["none", "base_none"]];
  if (drawn.osm) {
    kinds.push(["osm", "base_osm"]);
  }
  if (area.base) {
    kinds.unshift(["own", area.base.kind === "hillshade" ? "base_hillshade" : "base_imagery"]);
  }
  const options = kinds.map(([kind, key]) =>
    el("option", { value: kind, selected: drawn.base === kind }, words.t(key)),
  );
  const select = el("select", { id: "base" }, ...options);
  select.addEventListener("change", () => {
    const [kind] = kinds[select.selectedIndex] ?? ["none"];
    change.base(kind);
  });
  return el(
    "div",
    { class: "base" },
    el("label", { for: "base" }, words.t("base")),
    select,
    el("p", { id: "base-told", class: "quiet", role: "status" }),
  );
}

function group(title: string, ...children: readonly HTMLElement[]): HTMLElement {
  return el("fieldset", {}, el("legend", {}, title), ...children);
}
