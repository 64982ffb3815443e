/** The legend: classes of the score with their colours, words and equivalents in the unit. */

import { el, vars } from "./dom";
import { isLong, sentence, symbol, withUnit } from "./format";
import type { Words } from "./i18n";
import { isSigned, nature, signed } from "./kinds";
import { isOfUnits } from "./subject";
import type { Edition, Layer, ScoreKind, Service, Text } from "./types";

/** One class: score from `low` to `high`, and the same two edges in the target's unit. */
export interface Class {
  readonly low: number;
  readonly high: number;
  readonly targetLow: number | null;
  readonly targetHigh: number | null;
  readonly colour: string;
  readonly label: Text;
}

/** The classes of a service, lowest first. */
export function classes(service: Service): readonly Class[] {
  const { edges, colours, labels } = service.legend;
  return colours.map((colour, index) => {
    const low = edges[index] ?? NaN;
    const high = edges[index + 1] ?? NaN;
    return {
      low,
      high,
      targetLow: targetOf(service, low),
      targetHigh: targetOf(service, high),
      colour,
      label: labels[index] ?? { fr: "", en: "" },
    };
  });
}

/** The class that a score falls in; the last one holds its upper edge too. */
export function classOf(score: number, all: readonly Class[]): Class | null {
  return all.find((one) => score >= one.low && score < one.high) ?? all.at(-1) ?? null;
}

/** What a score means in the target's unit; null where it is not a straight line. */
export function targetOf(service: Service, score: number): number | null {
  if (service.score_kind !== "anchored") {
    return null;
  }
  const { zero, hundred } = service.score;
  return zero + (score / 100) * (hundred - zero);
}

/** The legend of what is drawn: that of a layer which has its own, else that of the score. */
export function renderLegendOf(
  service: Service,
  edition: Edition | null,
  layer: Layer | null,
  words: Words,
): HTMLElement {
  if (!layer?.legend) {
    return renderLegend(service, words, edition?.quantity ?? null, edition?.score_kind);
  }
  const own: Service = { ...service, legend: layer.legend, score_kind: "probability" };
  return renderLegend(own, words, null, "probability", words.pick(layer.title));
}

/**
 * The list of classes, `measured` being what the label is and `heading` what the classes are of;
 * the words and the numbers of each are read with its colour.
 */
export function renderLegend(
  service: Service,
  words: Words,
  measured: Text | null = null,
  kind: ScoreKind = service.score_kind,
  heading: string = words.t("score_range"),
): HTMLElement {
  const all = classes(service);
  const rows = all.map((one, index) =>
    el(
      "li",
      {},
      swatch(one.colour),
      el("span", { class: "legend-label" }, words.pick(one.label)),
      el("span", { class: "legend-score" }, `${one.low}\u2013${one.high}`),
      target(service, words, one, index, all.length),
    ),
  );
  return el(
    "div",
    { class: "legend" },
    el(
      "p",
      { class: "legend-units" },
      el("span", {}, heading),
      el("span", {}, nature(kind, words) || unitLine(service, words, measured)),
    ),
    el("ul", { class: "legend-classes" }, ...rows),
    el(
      "ul",
      { class: "legend-flags" },
      el("li", {}, el("i", { class: "swatch hatch" }), words.t("hatch_legend")),
      el("li", {}, el("i", { class: "swatch none" }), words.t(isOfUnits(service) ? "nodata_units" : "nodata")),
    ),
  );
}

/** A square of one colour, which says nothing to a screen reader. */
export function swatch(colour: string): HTMLElement {
  return vars(el("i", { class: "swatch", "aria-hidden": "true" }), { colour });
}

/** The target by what was really measured: an anomaly of brightness is not one of the surface. */
function unitLine(service: Service, words: Words, measured: Text | null): string {
  const { title, unit } = service.target;
  const said = measured && isSigned(service)
    ? words.t("difference").replace("{quantity}", words.pick(measured))
    : words.pick(title);
  return `${sentence(said)} (${symbol(unit)})`;
}

/** Scores are clipped at the anchors, so the outer classes have no outer edge. */
function target(
  service: Service,
  words: Words,
  one: Class,
  index: number,
  count: number,
): HTMLElement | null {
  const { targetLow, targetHigh } = one;
  if (targetLow === null || targetHigh === null) {
    return null;
  }
  const told = (value: number): string => signed(value, service, words);
  // A dash between numbers that may carry a minus would be read as one.
  const between = [targetLow, targetHigh].map(told).join(isSigned(service) ? " … " : "\u2013");
  const outer = index === 0 ? `< ${told(targetHigh)}` : `> ${told(targetLow)}`;
  const numbers = index === 0 || index === count - 1 ? outer : between;
  const { unit } = service.target;
  const written = isLong(unit) ? null : el("span", { class: "unit" }, withUnit("", unit));
  return el("span", { class: "legend-target" }, numbers, written);
}
