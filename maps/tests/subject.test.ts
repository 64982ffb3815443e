import { afterEach, expect, it, vi } from "vitest";

import { renderAssumptions } from "../src/assumptions";
import { Words } from "../src/i18n";
import { renderLegend, renderLegendOf } from "../src/legend";
import { renderPanel } from "../src/panel";
import { answerAt } from "../src/subject";
import type { Answer, Edition } from "../src/types";
import { AREA, fakeFetch, json, PROPERTIES, ROOF, ROOFS, SERVICE } from "./samples";

const EDITION = AREA.editions[0] as Edition;
const PLACE = { lat: 48.10005, lon: -1.6999 };
const ANSWER = { ...PROPERTIES, panels_score: 71, sun: 1452, unit: "kWh/m2", lower: 1310, upper: 1600 };
const TABLE = {
  "/services/heat/at": json({ properties: PROPERTIES }),
  "/services/panels/at": json({ properties: ANSWER }),
  "/collections/heat-demo@E1/items": json({ numberMatched: 1, features: [ROOF] }),
};

async function answered(service = ROOFS, edition: Edition | null = EDITION): Promise<[Answer, string[]]> {
  const { fetch, asked } = fakeFetch(TABLE);
  vi.stubGlobal("fetch", fetch);
  return [await answerAt(service, "demo", edition, PLACE, new AbortController().signal), asked];
}

afterEach(() => vi.unstubAllGlobals());

it("an answer about things has its subject, and is outlined by its shape", async () => {
  const [answer, asked] = await answered();
  expect(answer.subject?.id).toBe("r17");
  expect(answer.score).toBe(71);
  expect(answer.cell).toEqual(ROOF.geometry.coordinates[0]);
  const items = new URL(asked.find((url) => url.includes("/items")) ?? "");
  expect(items.searchParams.get("bbox")).toBe("-1.6999000,48.1000500,-1.6999000,48.1000500");
});

it("an answer about a cell asks for nothing more", async () => {
  const [answer, asked] = await answered(SERVICE);
  expect(answer.subject).toBeUndefined();
  expect(asked).toHaveLength(1);
});

it("the card tells what is known of the thing", async () => {
  const [answer] = await answered();
  const [panel, inside] = [document.createElement("section"), document.createElement("div")];
  const asked = { place: PLACE, area: AREA, service: ROOFS, reply: { state: "ready", answer } as const };
  renderPanel(panel, inside, asked, new Words("en"), () => undefined);
  const told = inside.textContent?.replaceAll("\u202f", " ");
  expect(told).toContain("1,452 kWh/m²between 1,310 and 1,600 kWh/m²");
  expect(told).toContain("13,900 kWh");
  expect(told).toContain("Month by month");
  expect(told).toContain("What these figures rest on");
});

it("the legend writes units as people do, and says that no colour may be no roof", () => {
  const told = renderLegend(ROOFS, new Words("en"), { fr: "soleil", en: "sun on the plane" }).textContent;
  expect(told).toContain("Sun (kWh/m²)");
  expect(told).toContain("840\u20131,080");
  expect(told).toContain("No colour: nothing found there, or unknown");
});

it("every assumption is told with its value, folded away, and its source is a link away", () => {
  const shown = renderAssumptions(ROOFS, "E1", new Words("fr"));
  const told = [...(shown?.querySelectorAll(".facts > div") ?? [])].map((one) => one.textContent);
  expect(told.map((one) => one?.replaceAll(/[\u202f\u00a0]/g, " "))).toEqual([
    "Bande laissée libre0,5 m",
    "Pertes : connexions0,5 %",
    "Plus petit pan équipé10 m²",
  ]);
  expect(shown?.hasAttribute("open")).toBe(false);
  expect(shown?.querySelector("a")?.href).toMatch(/\/editions\/E1\/files\/manifest\.json$/);
  expect(renderAssumptions(SERVICE, "E1", new Words("fr"))).toBeNull();
});

it("a layer with classes of its own has its own legend, in percent and not in the target's unit", () => {
  const title = { fr: "Vu comme un toit", en: "Seen as a roof" };
  const labels = [{ fr: "Non", en: "No" }, { fr: "Oui", en: "Yes" }];
  const [score] = EDITION.layers;
  const legend = { edges: [0, 50, 100], colours: ["#ffffff", "#54278f"], labels };
  const layer = { ...score!, name: "probability", title, legend };
  const told = renderLegendOf(ROOFS, EDITION, layer, new Words("en")).textContent;
  expect(told).toMatch(/^Seen as a roofProbability, in percentNo0–50Yes50–100Hatched/);
  expect(renderLegendOf(ROOFS, EDITION, score!, new Words("en")).textContent).toContain("Score 0–100");
});
