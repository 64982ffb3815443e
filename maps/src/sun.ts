/** What the sun gives a roof: energy with its interval, how the roof lies, shade, the months. */

import { el, vars } from "./dom";
import { decimal, percent, rounded, withUnit } from "./format";
import type { Key, Words } from "./i18n";
import { renderMonths } from "./months";
import type { Unit } from "./types";

type Row = readonly [string, string];

/** Percent of the sun, below which rounding would say that none is lost. */
const LITTLE = 0.5;

/** Clockwise from the north. */
const SIDES: readonly Key[] = [
  "side_n", "side_ne", "side_e", "side_se", "side_s", "side_sw", "side_w", "side_nw",
];

/** The sun on a unit; null where the unit is nothing that the sun was computed for. */
export function renderSun(unit: Unit, words: Words): HTMLElement | null {
  if (!("kwh_yr" in unit.values)) {
    return null;
  }
  return el(
    "section",
    { class: "sun", "aria-labelledby": "sun-title" },
    el("h3", { id: "sun-title" }, words.t("sun")),
    year(unit, words),
    lies(unit, words),
    el("dl", { class: "facts" }, ...rows(unit, words).map(([name, told]) =>
      el("div", {}, el("dt", {}, name), el("dd", {}, told)))),
    renderMonths(unit.values["kwh_month"], "kWh", words),
  );
}

/** The sun on a unit in one sentence, for a screen reader; empty where nothing was computed. */
export function spokenSun(unit: Unit, words: Words): string {
  const yearly = number(unit, "kwh_yr");
  const told = yearly ? words.t("sun_spoken", { value: energy(yearly, words) }) : "";
  return [told, "kwh_yr" in unit.values ? orientation(unit, words) : ""].filter(Boolean).join(" ");
}

function year(unit: Unit, words: Words): HTMLElement {
  const [yearly, low, high] = ["kwh_yr", "kwh_yr_low", "kwh_yr_high"].map((one) => number(unit, one));
  if (!yearly) {
    return el("p", {}, words.t(yearly === 0 ? "sun_none" : "sun_unknown"));
  }
  const ends = low != null && high != null
    ? words.t("estimate", { low: rounded(low, words.lang), high: energy(high, words) })
    : null;
  return el(
    "p",
    { class: "target" },
    el("strong", {}, energy(yearly, words)),
    el("span", {}, words.t("sun_year")),
    ends ? el("span", { class: "quiet" }, ends) : null,
  );
}

/** How the roof lies, in words, beside a needle that shows it. */
function lies(unit: Unit, words: Words): HTMLElement {
  const azimuth = number(unit, "azimuth_deg");
  const needle = el("i", { class: azimuth === null ? "compass none" : "compass", "aria-hidden": "true" });
  return el(
    "p",
    { class: "lies" },
    azimuth === null ? needle : vars(needle, { turn: `${azimuth}deg` }),
    el("span", {}, orientation(unit, words)),
  );
}

function orientation(unit: Unit, words: Words): string {
  const [tilt, azimuth] = [number(unit, "tilt_deg"), number(unit, "azimuth_deg")];
  if (unit.values["orientation"] === "flat") {
    return words.t("sun_flat");
  }
  if (tilt === null || azimuth === null) {
    return words.t("sun_any");
  }
  const told = withUnit(decimal(tilt, words.lang, { digits: 0 }), "degree");
  return words.t("sun_lies", { tilt: told, side: words.t(side(azimuth)) });
}

/** One of eight sides of the compass; `azimuth` in degrees, 0 north, 90 east. */
function side(azimuth: number): Key {
  const turned = ((azimuth % 360) + 360) % 360;
  return SIDES[Math.round(turned / 45) % 8] ?? "side_n";
}

function rows(unit: Unit, words: Words): readonly Row[] {
  const [kwp, usable, plan, facets] = ["kwp", "usable_area_m2", "plan_area_m2", "facets"].map((one) =>
    number(unit, one),
  );
  const found: Row[] = [];
  if (kwp) {
    found.push([words.t("sun_power"), withUnit(decimal(kwp, words.lang), words.t("unit_kwp"))]);
  }
  if (usable != null && plan != null) {
    const [part, whole] = [usable, plan].map((one) => withUnit(decimal(one, words.lang, { digits: 0 }), "m2"));
    found.push([words.t("sun_area"), words.t("sun_area_of", { part: part ?? "", whole: whole ?? "" })]);
  }
  if (facets != null && facets > 1) {
    found.push([words.t("sun_facets"), decimal(facets, words.lang, { digits: 0 })]);
  }
  return [...found, [words.t("sun_shade"), shade(unit, words)]];
}

function shade(unit: Unit, words: Words): string {
  const lost = number(unit, "shading_percent");
  if (lost === null) {
    return words.t("sun_shade_unknown");
  }
  const share = percent(lost / 100, words.lang);
  return lost < LITTLE ? words.t("sun_shade_little") : words.t("sun_shade_lost", { share });
}

function energy(kwh: number, words: Words): string {
  return withUnit(rounded(kwh, words.lang), "kWh");
}

function number(unit: Unit, name: string): number | null {
  const value = unit.values[name];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
