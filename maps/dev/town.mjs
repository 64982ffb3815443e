/** Two invented areas and three services: documents and answers of the shape that the API gives. */

import { answered, DISTRICT, SERVICE as ROOFS } from "./roofs.mjs";

export const CELL = 0.00036;
const EDITION = "20261121T101500Z-3f2a";
const COLOURS = ["#280b53", "#7d1e6d", "#cf4446", "#fb9a06", "#fcfdbf"];
const BOXES = { demo: [-1.74, 48.07, -1.62, 48.14], other: [2.28, 43.57, 2.42, 43.65] };
const NAMES = { demo: "Valbourg", other: "Montclair-sur-Orge" };
const SPOTS = [
  [0.46, 0.52, 0.12, 11],
  [0.72, 0.3, 0.08, 8],
  [0.24, 0.74, 0.07, 6],
  [0.6, 0.78, 0.06, -4],
  [0.3, 0.25, 0.1, -3],
];

/** Kelvin above the reference in the cell that holds a place; null outside. */
export function anomaly(area, lon, lat) {
  const at = cellOf(area, lon, lat);
  if (!at) {
    return null;
  }
  const [u, v] = at.centre;
  if (Math.hypot(u - 0.85, v - 0.85) < 0.08) {
    return null;
  }
  const river = Math.abs(v - 0.45 - 0.12 * Math.sin(u * 5)) < 0.018 ? -5 : 0;
  const grain = Math.sin(at.col * 12.9898 + at.row * 78.233) * 43758.5453;
  const noise = 2.6 * (grain - Math.floor(grain) - 0.5);
  const heat = SPOTS.reduce((sum, [x, y, r, k]) => {
    return sum + k * Math.exp(-((u - x) ** 2 + (v - y) ** 2) / (2 * r * r));
  }, 0);
  return 0.4 + heat + river + noise;
}

/** Whether the model extrapolates in a cell. */
export function outside(area, lon, lat) {
  const at = cellOf(area, lon, lat);
  return at !== null && at.centre[0] > 0.8 && at.centre[1] < 0.22;
}

export function paletteIndex(kelvin) {
  const score = Math.min(100, Math.max(0, ((kelvin + 2) / 12) * 100));
  return Math.min(4, Math.floor(score / 20));
}

export const PALETTE = COLOURS.map((hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));

export function areasDocument(prefix) {
  const areas = Object.entries(BOXES).map(([id, bbox]) => ({
    id,
    name: NAMES[id],
    bbox,
    crs: "EPSG:2154",
    synthetic: id === "demo",
    sources: [{ key: "thermal", date: "2026-07-18", licence: "CC0-1.0" }],
    base: {
      url: `${prefix}/tiles/base-${id}/{z}/{x}/{y}.png`,
      minzoom: 9,
      maxzoom: 15,
      kind: id === "demo" ? "imagery" : "hillshade",
      attribution: "Generated, CC0",
    },
    editions: (id === "demo" ? ["heat", "depth", "roofs"] : ["heat"]).map((service) => ({
      service,
      edition: EDITION,
      created: "2026-11-21T10:15:00Z",
      date: "2026-07-18",
      layers: layers(prefix, service, id, bbox),
    })),
  }));
  return { areas };
}

function layers(prefix, service, id, bounds) {
  const titles = {
    score: { fr: "Score", en: "Score" },
    lower: { fr: "Borne basse de l’intervalle", en: "Lower end of the interval" },
    upper: { fr: "Borne haute de l’intervalle", en: "Upper end of the interval" },
    applicability: { fr: "Domaine du modèle", en: "Domain of the model" },
  };
  return Object.entries(titles).map(([name, title]) => ({
    id: `${service}-${id}-${name}@${EDITION}`,
    name,
    title,
    url: `${prefix}/tiles/${service}-${id}-${name}@${EDITION}/{z}/{x}/{y}.png`,
    minzoom: 9,
    maxzoom: service === "roofs" ? 19 : 13,
    bounds: service === "roofs" ? DISTRICT : bounds,
  }));
}

export function servicesDocument() {
  const legend = {
    edges: [0, 20, 40, 60, 80, 100],
    colours: COLOURS,
    labels: [
      { fr: "Fraîche", en: "Cool" },
      { fr: "Modérée", en: "Moderate" },
      { fr: "Chaude", en: "Warm" },
      { fr: "Très chaude", en: "Hot" },
      { fr: "Brûlante", en: "Very hot" },
    ],
  };
  const heat = {
    name: "heat",
    title: { fr: "Chaleur de surface", en: "Surface heat" },
    summary: {
      fr: "De combien la surface (toits, sols, feuillages) est plus chaude que la référence, un jour d'été.",
      en: "How much hotter than the reference the surface (roofs, ground, leaves) is, on a summer day.",
    },
    is_not: {
      fr: "Ce n'est pas la température de l'air, ni celle que l'on ressent, ni un risque pour la santé. La nuit et les autres jours peuvent être très différents.",
      en: "It is not air temperature, not what people feel, and not a health risk. Nights and other days can be very different.",
    },
    score_kind: "anchored",
    target: {
      name: "dlst_k",
      title: { fr: "écart de température de surface", en: "surface temperature anomaly" },
      unit: "K",
      valid: [-30, 40],
    },
    score: { zero: -2, hundred: 10, unit: "0..100" },
    features: [],
    legend,
  };
  const depth = {
    ...heat,
    name: "depth",
    title: { fr: "Aléa d’inondation", en: "Flood hazard" },
    target: { name: "depth_m", title: { fr: "Hauteur d’eau", en: "Water depth" }, unit: "m", valid: [0, 20] },
    score: { zero: 0, hundred: 2, unit: "0..100" },
  };
  return { services: [heat, depth, ROOFS] };
}

/** The answer at a place; null where nothing is known. */
export function answer(service, query) {
  const [lon, lat] = [Number(query.get("lon")), Number(query.get("lat"))];
  const area = query.get("area") ?? "demo";
  const kelvin = anomaly(area, lon, lat);
  const roof = service === "roofs" ? answered(lon, lat) : {};
  if (kelvin === null || roof === null) {
    return null;
  }
  const score = (value) => Math.round(Math.min(100, Math.max(0, ((value + 2) / 12) * 100)) * 10) / 10;
  const rest = kelvin - 1.9;
  const share = (part, wobble) => Math.round((rest * part + wobble) * 100) / 100;
  const drivers = [
    ["ndvi", { fr: "Végétation (NDVI)", en: "Vegetation (NDVI)" }, 0.183, "1", share(0.42, 0.3)],
    ["building_density", { fr: "Densité bâtie", en: "Building density" }, 0.412, "1", share(0.31, 0.2)],
    ["imperviousness_mean_300m", { fr: "Sols imperméables à 300 m", en: "Sealed ground within 300 m" }, 0.71, "1", share(0.2, -0.1)],
    ["water_distance", { fr: "Distance à l’eau", en: "Distance to water" }, 1240, "m", share(0.05, 0.4)],
    ["albedo", { fr: "Albédo", en: "Albedo" }, 0.151, "1", share(0.04, -0.6)],
    ["elevation", { fr: "Altitude", en: "Elevation" }, 48.2, "m", share(0.02, -0.12)],
    ["slope", { fr: "Pente", en: "Slope" }, null, "degree", share(-0.04, -0.08)],
  ];
  const applicable = !outside(area, lon, lat);
  const properties = {
    service,
    area,
    edition: EDITION,
    model: "heat@20261121-8c1d",
    date: "2026-07-18",
    quantity: { fr: "Température de surface", en: "Surface temperature" },
    reference: { mode: "ring", text: { fr: "La couronne de campagne autour de la ville.", en: "The ring of countryside around the town." } },
    [`${service}_score`]: score(kelvin),
    [service === "heat" ? "dlst_k" : "depth_m"]: kelvin,
    unit: service === "heat" ? "K" : "m",
    lower: kelvin - 1.6,
    upper: kelvin + 1.8,
    score_lower: score(kelvin - 1.6),
    score_upper: score(kelvin + 1.8),
    interval_level: 0.9,
    applicability: applicable ? 0.4 : 1.7,
    applicable,
    average: 1.9,
    contributions: drivers.map(([feature, title, value, unit, contribution]) => ({ feature, title, value, unit, contribution })),
    cell: ring(area, lon, lat),
    warnings: applicable ? [] : [{ fr: "Hors du domaine du modèle : ne pas s’y fier.", en: "Outside what the model has seen; do not rely on it." }],
    ...roof,
  };
  return { type: "Feature", geometry: { type: "Point", coordinates: [lon, lat] }, properties };
}

function cellOf(area, lon, lat) {
  const [west, south, east, north] = BOXES[area] ?? BOXES.demo;
  if (lon < west || lon > east || lat < south || lat > north) {
    return null;
  }
  const [col, row] = [Math.floor((lon - west) / CELL), Math.floor((lat - south) / CELL)];
  const centre = [((col + 0.5) * CELL) / (east - west), ((row + 0.5) * CELL) / (north - south)];
  return { col, row, centre };
}

function ring(area, lon, lat) {
  const [west, south] = BOXES[area];
  const { col, row } = cellOf(area, lon, lat);
  const [x, y] = [west + col * CELL, south + row * CELL];
  return [[x, y], [x + CELL, y], [x + CELL, y + CELL], [x, y + CELL], [x, y]];
}
