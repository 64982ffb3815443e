/** Invented roofs in one district of the invented town: shapes, what the sun gives them, answers. */

export const DISTRICT = [-1.69, 48.1, -1.68, 48.1045];
const METRE = { lat: 1 / 111_195, lon: 1 / (111_195 * Math.cos((48.1 * Math.PI) / 180)) };
const STEP = 24;
const MONTHS = [3.7, 5, 8.1, 10, 11.6, 12.3, 12.6, 11.3, 8.9, 6.5, 4.2, 5.8];
const BEND = { lat: DISTRICT[1], lon: DISTRICT[0] };

/** A number 0..1 that only depends on its arguments. */
function chance(row, col, what) {
  const grain = Math.sin(row * 12.9898 + col * 78.233 + what * 37.719) * 43758.5453;
  return grain - Math.floor(grain);
}

const ROOFS = [...function* every() {
  const rows = Math.floor((DISTRICT[3] - DISTRICT[1]) / METRE.lat / STEP);
  const cols = Math.floor((DISTRICT[2] - DISTRICT[0]) / METRE.lon / STEP);
  for (let row = 0; row < rows; row += 1) {
    for (let col = 0; col < cols; col += 1) {
      if (chance(row, col, 0) > 0.25) {
        yield roof(row, col);
      }
    }
  }
}()];

/** No roof is larger than its step: a place can only be in the one that stands there. */
const BY_PLACE = new Map(ROOFS.map((one) => [one.id, one]));

function roof(row, col) {
  const of = (what) => chance(row, col, what);
  const [long, wide, turn] = [11 + 8 * of(1), 7 + 5 * of(2), (of(3) - 0.5) * 0.6];
  const centre = [(col + 0.5) * STEP, (row + 0.5) * STEP];
  const ring = [[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]].map(([u, v]) => {
    const [x, y] = [(u * long) / 2, (v * wide) / 2];
    const [east, north] = [x * Math.cos(turn) - y * Math.sin(turn), x * Math.sin(turn) + y * Math.cos(turn)];
    return [BEND.lon + (centre[0] + east) * METRE.lon, BEND.lat + (centre[1] + north) * METRE.lat];
  });
  const known = of(4) > 0.15;
  const flat = of(5) < 0.2;
  const azimuth = known && !flat ? Math.round(360 * of(6)) : null;
  const sun = 900 + 500 * (azimuth === null ? 0.6 : 0.5 - 0.5 * Math.cos((azimuth * Math.PI) / 180)) + 60 * of(7);
  const spread = known ? 0.09 : 0.28;
  const usable = Math.round(long * wide * (0.3 + 0.3 * of(8)) * 10) / 10;
  const yearly = usable * 0.2 * sun * 0.8;
  const round = (value) => Math.round(value * 10) / 10;
  return {
    ring,
    sun,
    spread,
    id: `r${row}-${col}`,
    values: {
      kind: "roofs",
      plan_area_m2: round(long * wide),
      usable_area_m2: usable,
      facets: flat ? 1 : 2,
      tilt_deg: known ? (flat ? 2 : Math.round(20 + 25 * of(9))) : null,
      azimuth_deg: azimuth,
      orientation: !known ? "unknown" : flat ? "flat" : "measured",
      shading_percent: known ? round(14 * of(10)) : null,
      kwp: round(usable * 0.2),
      kwh_yr: round(yearly),
      kwh_yr_low: round(yearly * (1 - spread)),
      kwh_yr_high: round(yearly * (1 + spread)),
      kwh_month: MONTHS.map((share) => round((yearly * share) / 100)),
      probability: Math.round(60 + 39 * of(11)) / 100,
      reg_status: "regularised",
      building: null,
    },
  };
}

/** The roof at a place, and undefined between them. */
export function roofAt(lon, lat) {
  const row = Math.floor((lat - BEND.lat) / METRE.lat / STEP);
  const col = Math.floor((lon - BEND.lon) / METRE.lon / STEP);
  const found = BY_PLACE.get(`r${row}-${col}`);
  return found && inside(found.ring, lon, lat) ? found : undefined;
}

function inside(ring, lon, lat) {
  return ring.slice(1).every(([x, y], index) => {
    const [u, v] = ring[index];
    return (x - u) * (lat - v) - (y - v) * (lon - u) >= 0;
  });
}

/** What the collection of roofs answers for a box. */
export function items(query) {
  const [west, south, east, north] = query.get("bbox").split(",").map(Number);
  const point = west === east && south === north;
  const met = ROOFS.filter(({ ring }) =>
    point
      ? inside(ring, west, south)
      : ring.some(([x, y]) => x >= west && x <= east && y >= south && y <= north),
  );
  const features = met.slice(0, Number(query.get("limit") ?? 100)).map(({ id, ring, values }) => {
    return { type: "Feature", id, geometry: { type: "Polygon", coordinates: [ring] }, properties: values };
  });
  return { type: "FeatureCollection", numberMatched: met.length, features };
}

export const score = (sun) => Math.round(Math.min(100, Math.max(0, ((sun - 600) / 1200) * 100)) * 10) / 10;

/** What the answer at a place says beside what every answer says; null where there is no roof. */
export function answered(lon, lat) {
  const found = roofAt(lon, lat);
  if (!found) {
    return null;
  }
  const { sun, spread, values } = found;
  const [lower, upper] = [sun * (1 - spread), sun * (1 + spread)];
  const drivers = [
    ["tilt", { fr: "Pente du toit", en: "Tilt of the roof" }, values.tilt_deg, "degree", 40],
    ["azimuth", { fr: "Orientation", en: "Azimuth" }, values.azimuth_deg, "degree", sun - 1240],
    ["latitude", { fr: "Latitude", en: "Latitude" }, lat, "degree", -12],
  ];
  return {
    model: "roofs@1",
    quantity: null,
    reference: null,
    roofs_score: score(sun),
    irradiation_kwh_m2: sun,
    unit: "kWh/m2",
    lower,
    upper,
    score_lower: score(lower),
    score_upper: score(upper),
    average: 1212,
    contributions: drivers.map(([feature, title, value, unit, contribution]) => ({ feature, title, value, unit, contribution })),
  };
}

const ASSUMPTIONS = {
  setback_m: { value: 0.5, unit: "m", fr: "Bande laissée libre le long des bords", en: "Strip left free along every edge" },
  soiling: { value: 0.02, unit: "1", fr: "Pertes : salissure", en: "Losses: dirt" },
  performance_ratio: { value: 0.78, unit: "1", fr: "Rendement global de l'installation", en: "Performance ratio of the system" },
};

/** The service as `GET /services` tells it. */
export const SERVICE = {
  name: "roofs",
  kind: "segmentation",
  title: { fr: "Toits et soleil", en: "Roofs and sun" },
  summary: {
    fr: "Combien de soleil reçoit chaque toit, et ce que des panneaux pourraient en faire.",
    en: "How much sun each roof gets, and what panels could make of it.",
  },
  is_not: {
    fr: "Ce n'est ni une étude d'ingénieur, ni une autorisation. La solidité de la charpente n'est pas connue.",
    en: "It is not an engineer's study and not a permit. The strength of the structure is unknown.",
  },
  score_kind: "anchored",
  target: {
    name: "irradiation_kwh_m2",
    title: { fr: "soleil reçu en un an", en: "sun received in a year" },
    unit: "kWh/m2",
    valid: [0, 3000],
  },
  score: { zero: 600, hundred: 1800, unit: "0..100" },
  features: [],
  assumptions: ASSUMPTIONS,
  legend: {
    edges: [0, 20, 40, 60, 80, 100],
    colours: ["#00224e", "#434e6c", "#7d7c78", "#bcae6c", "#fee838"],
    labels: [
      { fr: "Très peu de soleil", en: "Very little sun" },
      { fr: "Peu de soleil", en: "Little sun" },
      { fr: "Soleil moyen", en: "Fair sun" },
      { fr: "Bon soleil", en: "Good sun" },
      { fr: "Excellent soleil", en: "Excellent sun" },
    ],
  },
};
