import { describe, expect, it } from "vitest";

import { Words } from "../src/i18n";
import { between, nature, shares, value } from "../src/kinds";
import { renderLegend } from "../src/legend";
import { renderPanel, spoken } from "../src/panel";
import type { Answer, Service } from "../src/types";
import { AREA, PROPERTIES, SERVICE } from "./samples";

const PART = { fr: "Débordement", en: "River overflow" };
const RAIN = { fr: "Ruissellement", en: "Runoff" };
const WATER: Service = {
  ...SERVICE,
  score_kind: "index",
  target: { name: "hazard", title: { fr: "aléa", en: "hazard" }, unit: "1", valid: [0, 1] },
  score: { zero: 0, hundred: 1 },
  parts: [
    { name: "river", title: PART, summary: PART },
    { name: "sea", title: RAIN, summary: RAIN },
  ],
};
const ANSWER: Answer = {
  ...(PROPERTIES as unknown as Answer),
  score: 62.8,
  target: 0.628,
  unit: "1",
  lower: 0.41,
  upper: 0.752,
  scoreLower: 41,
  scoreUpper: 75.2,
  intervalLevel: 0.9,
  scoreKind: "index",
  average: 0,
  contributions: [
    { feature: "hand", title: { fr: "Hauteur", en: "Height" }, value: 1.2, unit: "m", contribution: 0.5 },
    { feature: "gfi", title: { fr: "GFI", en: "GFI" }, value: 0.3, unit: "1", contribution: 0.128 },
    { feature: "twi", title: { fr: "TWI", en: "TWI" }, value: 9, unit: "1", contribution: 0 },
  ],
  parts: [
    { title: PART, score: 62.8 },
    { title: RAIN, score: null },
  ],
};
const EN = new Words("en");
const FR = new Words("fr");
const plain = (text: string): string => text.replaceAll(/[\u202f\u00a0]/g, " ");

function panel(answer: Answer, words = EN): HTMLElement {
  const [outer, inside] = [document.createElement("section"), document.createElement("div")];
  const asked = { place: { lat: 48, lon: 2 }, area: AREA, service: WATER, reply: { state: "ready" as const, answer } };
  renderPanel(outer, inside, asked, words, () => undefined);
  return inside;
}

describe("an index", () => {
  it("says no value beside its score, and its interval in points of the score", () => {
    expect(value(ANSWER, WATER, EN)).toBe("");
    expect(between(ANSWER, WATER, EN)).toBe("between 41 and 75");
    expect(shares(ANSWER, WATER, EN)).toEqual(["points", 100]);
  });

  it("is called an index, never a probability, in the legend", () => {
    const told = renderLegend(WATER, EN).textContent;
    expect(told).toContain(nature("index", EN));
    expect(told).toContain("not a probability");
  });

  it("counts what explains it in points, said once, and leaves out what moves nothing", () => {
    const rows = [...panel(ANSWER).querySelectorAll(".drivers li")].map((row) => plain(row.textContent ?? ""));
    expect(rows).toEqual(["Height1.2 m+50.0", "GFI0.3+12.8"]);
  });
});

describe("a probability", () => {
  const answer: Answer = { ...ANSWER, scoreKind: "probability" };

  it("is told in percent, with its interval", () => {
    expect(plain(value(answer, WATER, FR))).toBe("probable à 63 %");
    expect(plain(between(answer, WATER, FR) ?? "")).toBe("entre 41 % et 75 %");
  });

  it("goes by what the edition says, not by what the service would say", () => {
    expect(renderLegend(WATER, EN, null, "probability").textContent).toContain("Probability, in percent");
  });

  it("without an interval has none", () => {
    expect(between({ ...answer, scoreLower: null }, WATER, EN)).toBeNull();
  });
});

describe("causes", () => {
  it("are all shown, the strongest marked, the unknown one said to be unknown", () => {
    const rows = [...panel(ANSWER).querySelectorAll(".parts li")];
    expect(rows.map((row) => row.textContent)).toEqual(["River overflow63", "Runoffunknown"]);
    expect(rows.map((row) => row.classList.contains("leads"))).toEqual([true, false]);
  });

  it("are spoken too", () => {
    const reply = { state: "ready" as const, answer: ANSWER };
    const told = spoken({ place: { lat: 48, lon: 2 }, area: AREA, service: WATER, reply }, EN);
    expect(told).toContain("Score 63 out of 100. en-d. Between 41 and 75. River overflow 63, Runoff unknown.");
  });

  it("are not there for a service that has one", () => {
    expect(panel({ ...ANSWER, parts: [] }).querySelector(".parts")).toBeNull();
  });
});
