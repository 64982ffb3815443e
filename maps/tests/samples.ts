/** One area, one service and one answer, as the API gives them. */

import type { Area, Service } from "../src/types";

export const SERVICE: Service = {
  name: "heat",
  title: { fr: "Îlots de chaleur", en: "Heat islands" },
  summary: { fr: "Où il fait chaud.", en: "Where it is hot." },
  is_not: { fr: "Pas la température de l’air.", en: "Not air temperature." },
  score_kind: "anchored",
  target: { name: "dlst_k", title: { fr: "Écart", en: "Anomaly" }, unit: "K", valid: [-30, 40] },
  score: { zero: -2, hundred: 10 },
  legend: {
    edges: [0, 20, 40, 60, 80, 100],
    colours: ["#111111", "#333333", "#555555", "#777777", "#999999"],
    labels: ["a", "b", "c", "d", "e"].map((one) => ({ fr: `fr-${one}`, en: `en-${one}` })),
  },
};

const NAMES = ["score", "lower", "upper", "applicability"];

export const AREA: Area = {
  id: "demo",
  name: "Valbourg",
  bbox: [-1.74, 48.07, -1.62, 48.14],
  synthetic: true,
  base: {
    url: "/tiles/base-demo/{z}/{x}/{y}.png",
    kind: "imagery",
    minzoom: 10,
    maxzoom: 15,
    attribution: "<b>nobody</b>",
  },
  editions: [
    {
      service: "heat",
      edition: "E1",
      created: "2026-11-21T10:00:00Z",
      date: "2026-07-18",
      model: "heat@v7",
      layers: NAMES.map((name) => ({
        id: `heat-demo-${name}@E1`,
        name,
        title: { fr: `couche ${name}`, en: `layer ${name}` },
        url: `/tiles/heat-demo-${name}@E1/{z}/{x}/{y}.png`,
        minzoom: 10,
        maxzoom: 13,
        bounds: [-1.74, 48.07, -1.62, 48.14],
      })),
    },
  ],
};

export const PROPERTIES: Readonly<Record<string, unknown>> = {
  service: "heat",
  area: "demo",
  edition: "E1",
  model: "heat@v7",
  date: "2026-07-18",
  quantity: { fr: "Température de surface", en: "Surface temperature" },
  reference: { mode: "ring", text: { fr: "La campagne.", en: "The countryside." } },
  heat_score: 63.2,
  dlst_k: 5.584,
  unit: "K",
  lower: 4.1,
  upper: 7.0,
  score_lower: 50.8,
  score_upper: 75,
  interval_level: 0.9,
  applicability: 0.3,
  applicable: true,
  average: 1.884,
  contributions: [
    { feature: "ndvi", title: { fr: "NDVI", en: "NDVI" }, value: 0.183, unit: "1", contribution: 2.5 },
    { feature: "water_distance", title: { fr: "Eau", en: "Water" }, value: 1240, unit: "m", contribution: 1.4 },
    { feature: "albedo", title: { fr: "Albédo", en: "Albedo" }, value: null, unit: "1", contribution: -0.2 },
  ],
  cell: [[-1.7, 48.1], [-1.69, 48.1], [-1.69, 48.11], [-1.7, 48.11], [-1.7, 48.1]],
  warnings: [],
};

const ROOF_RING = [[-1.7, 48.1], [-1.6998, 48.1], [-1.6998, 48.1001], [-1.7, 48.1001], [-1.7, 48.1]];

/** A roof as the items of a collection give it: what is known of it beside its score. */
export const ROOF = {
  type: "Feature",
  id: "r17",
  geometry: { type: "Polygon", coordinates: [ROOF_RING] },
  properties: {
    kind: "roofs",
    plan_area_m2: 163.4,
    usable_area_m2: 61.2,
    facets: 2,
    tilt_deg: 31.6,
    azimuth_deg: 221,
    orientation: "measured",
    shading_percent: 7.6,
    kwp: 12.24,
    kwh_yr: 13_864,
    kwh_yr_low: 11_720,
    kwh_yr_high: 15_930,
    kwh_month: [512, 690, 1120, 1390, 1610, 1705, 1748, 1560, 1240, 905, 580, 804],
    reg_status: "regularised",
  },
} as const;

const ASSUMPTIONS = {
  setback_m: { value: 0.5, unit: "m", fr: "Bande laissée libre", en: "Strip left free" },
  connections: { value: 0.005, unit: "1", fr: "Pertes : connexions", en: "Losses: connections" },
  minimum_facet_m2: { value: 10, unit: "m2", fr: "Plus petit pan équipé", en: "Smallest face" },
};

/** A service that answers for roofs. */
export const ROOFS: Service = {
  ...SERVICE,
  name: "panels",
  kind: "segmentation",
  title: { fr: "Toits", en: "Roofs" },
  target: { name: "sun", title: { fr: "soleil", en: "sun" }, unit: "kWh/m2", valid: [0, 3000] },
  score: { zero: 600, hundred: 1800 },
  columns: [{ name: "reg_status", title: { fr: "Contour", en: "Outline" }, unit: "" }],
  assumptions: ASSUMPTIONS,
};

/** A fetch that answers from a table of path endings, and remembers what was asked. */
export function fakeFetch(table: Readonly<Record<string, Response | Error>>): {
  readonly fetch: typeof fetch;
  readonly asked: string[];
} {
  const asked: string[] = [];
  const answer = async (input: RequestInfo | URL): Promise<Response> => {
    const url = input instanceof Request ? input.url : String(input);
    asked.push(url);
    const path = new URL(url).pathname;
    const found = Object.entries(table).find(([end]) => path.endsWith(end))?.[1];
    if (!found || found instanceof Error) {
      throw found ?? new TypeError(`nothing answers ${path}`);
    }
    return found.clone();
  };
  return { fetch: answer, asked };
}

/** A JSON answer. */
export function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status });
}
