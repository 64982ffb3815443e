/** The HTTP API, found relative to the page: the map works under any sub-path. */

import type { Answer, AnswerPart, Area, Bounds, Contribution, Place, Service, Text, Unit } from "./types";

/** What went wrong: an RFC 9457 document, or no answer at all (status 0). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
  ) {
    super(detail || title);
  }
}

/** An edition by its names. */
export interface Pinned {
  readonly service: string;
  readonly area: string;
  readonly edition: string;
}

type Json = Readonly<Record<string, unknown>>;

/** Every area with its current editions. */
export async function areas(): Promise<readonly Area[]> {
  return list<Area>(await get("areas"), "areas");
}

/** Every service with its legend and units. */
export async function services(): Promise<readonly Service[]> {
  return list<Service>(await get("services"), "services");
}

/** The published answer at a place; throws Problem, 404 outside the data. */
export async function at(
  service: Service,
  area: string,
  place: Place,
  signal: AbortSignal,
): Promise<Answer> {
  const lon = place.lon.toFixed(6);
  const lat = place.lat.toFixed(6);
  const asked = new URLSearchParams({ lon, lat, area });
  const feature = await get(`services/${encodeURIComponent(service.name)}/at?${asked}`, signal);
  const properties = feature["properties"];
  if (!isObject(properties)) {
    throw unreadable("a feature without properties");
  }
  return answer(service, properties);
}

/** Units of an edition that meet a box, at most `limit`, and how many meet it in all. */
export async function units(
  { service, area, edition }: Pinned,
  box: Bounds,
  limit: number,
  signal?: AbortSignal,
): Promise<{ readonly matched: number; readonly units: readonly Unit[] }> {
  const asked = new URLSearchParams({ bbox: box.map((one) => one.toFixed(7)).join(","), limit: String(limit) });
  const id = `${encodeURIComponent(service)}-${encodeURIComponent(area)}@${encodeURIComponent(edition)}`;
  const page = await get(`collections/${id}/items?${asked}`, signal);
  const found = list<Json>(page, "features").map(unit);
  return { matched: number(page["numberMatched"]) ?? found.length, units: found };
}

/** The root of the API, one level above the page. */
export function root(): URL {
  return new URL("../", document.baseURI);
}

async function get(path: string, signal?: AbortSignal): Promise<Json> {
  const init: RequestInit = { headers: { accept: "application/json, application/geo+json" } };
  if (signal) {
    init.signal = signal;
  }
  let response: Response;
  try {
    response = await fetch(new URL(path, root()), init);
  } catch (error) {
    if (signal?.aborted) {
      throw error;
    }
    throw new Problem(0, "no answer", String(error));
  }
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) {
    throw problem(response, body);
  }
  if (!isObject(body)) {
    throw unreadable(`${path}: not a JSON object`);
  }
  return body;
}

function problem(response: Response, body: unknown): Problem {
  const told = isObject(body) ? body : {};
  const title = typeof told["title"] === "string" ? told["title"] : response.statusText;
  const detail = typeof told["detail"] === "string" ? told["detail"] : "";
  return new Problem(response.status, title, detail);
}

function list<T>(body: Json, key: string): readonly T[] {
  const found = body[key];
  if (!Array.isArray(found)) {
    throw unreadable(`no list called ${key}`);
  }
  return found as readonly T[];
}

/** Names that follow the service (`<service>_score`, the target) become plain ones here, once. */
function answer(service: Service, given: Json): Answer {
  return {
    area: String(given["area"] ?? ""),
    edition: String(given["edition"] ?? ""),
    model: String(given["model"] ?? ""),
    date: typeof given["date"] === "string" ? given["date"] : null,
    dateOf: (given["date_of"] as Text | null) ?? null,
    quantity: (given["quantity"] as Text | null) ?? null,
    reference: (given["reference"] as Answer["reference"]) ?? null,
    score: number(given[`${service.name}_score`]),
    target: number(given[service.target.name]),
    unit: typeof given["unit"] === "string" ? given["unit"] : service.target.unit,
    lower: number(given["lower"]),
    upper: number(given["upper"]),
    scoreLower: number(given["score_lower"]),
    scoreUpper: number(given["score_upper"]),
    intervalLevel: number(given["interval_level"]),
    applicable: given["applicable"] !== false,
    scoreKind: (given["score_kind"] as Answer["scoreKind"] | undefined) ?? service.score_kind,
    parts: parts(service, given["parts"]),
    syntheticModel: given["synthetic_model"] === true,
    average: number(given["average"]),
    contributions: items<Contribution>(given["contributions"]),
    cell: items<readonly [number, number]>(given["cell"]),
    warnings: items<Text>(given["warnings"]),
  };
}

function unit(feature: Json): Unit {
  const { geometry, properties } = feature;
  const { type, coordinates } = isObject(geometry) ? geometry : {};
  const many = type === "MultiPolygon" ? coordinates : type === "Polygon" ? [coordinates] : [];
  return {
    id: String(feature["id"] ?? ""),
    values: isObject(properties) ? properties : {},
    polygons: items<Unit["polygons"][number]>(many),
  };
}

/** The causes in the order that the service declares them in. */
function parts(service: Service, given: unknown): readonly AnswerPart[] {
  const told = isObject(given) ? given : {};
  return (service.parts ?? []).flatMap(({ name, title }) => {
    const found = told[name];
    return isObject(found) ? [{ title, score: number(found[`${service.name}_score`]) }] : [];
  });
}

function items<T>(value: unknown): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [];
}

function number(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unreadable(detail: string): Problem {
  return new Problem(-1, "unreadable answer", detail);
}
