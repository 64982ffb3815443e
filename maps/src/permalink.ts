/**
 * The state of the map in the hash of the page, which never leaves the browser:
 * `#area/service/layer@edition/z/lat/lon/lang`, then `/lat,lon` of the place that was asked about.
 */

import { isLang } from "./i18n";
import type { Lang, Place } from "./types";

export interface View extends Place {
  readonly zoom: number;
}

export interface Link {
  readonly area?: string | undefined;
  readonly service?: string | undefined;
  readonly layer?: string | undefined;
  /** The edition that was shown when the link was made. */
  readonly edition?: string | undefined;
  readonly view?: View | undefined;
  readonly lang?: Lang | undefined;
  readonly place?: Place | undefined;
}

/** No link that the page writes is nearly as long; a longer one is not read at all. */
const LONGEST = 2000;

/** Reads a hash; parts that are missing or make no sense are left out. */
export function parse(hash: string): Link {
  if (hash.length > LONGEST) {
    return {};
  }
  const parts = hash.replace(/^#/, "").split("/").map(decoded);
  const [area, service, drawn, zoom, lat, lon, lang, asked] = parts;
  const [layer, edition] = (drawn ?? "").split("@");
  const at = place(lat, lon);
  const level = numeric(zoom);
  return {
    area: area || undefined,
    service: service || undefined,
    layer: layer || undefined,
    edition: edition || undefined,
    view: at && level !== null && level >= 0 && level <= 24 ? { ...at, zoom: level } : undefined,
    lang: isLang(lang) ? lang : undefined,
    place: place(...((asked ?? "").split(",") as [string?, string?])),
  };
}

/** Writes a hash that `parse` reads back. */
export function format(link: Link): string {
  const { view, place: asked } = link;
  const where = view ? [short(view.zoom, 2), view.lat.toFixed(5), view.lon.toFixed(5)] : ["", "", ""];
  const names = [link.area, link.service, link.layer].map((name) => encodeURIComponent(name ?? ""));
  const drawn = link.edition ? `${names.pop()}@${encodeURIComponent(link.edition)}` : names.pop();
  const hash = `#${[...names, drawn, ...where, link.lang ?? ""].join("/")}`;
  return asked ? `${hash}/${asked.lat.toFixed(5)},${asked.lon.toFixed(5)}` : hash;
}

/** Whether a name of a link looks like one of ours; others are never shown on the page. */
export function isPlain(name: string): boolean {
  return /^[\w-]{1,40}$/.test(name);
}

function place(lat: string | undefined, lon: string | undefined): Place | undefined {
  const [y, x] = [numeric(lat), numeric(lon)];
  const good = y !== null && x !== null && Math.abs(y) <= 90 && Math.abs(x) <= 180;
  return good ? { lat: y, lon: x } : undefined;
}

function numeric(text: string | undefined): number | null {
  const value = text === undefined || text.trim() === "" ? NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}

function short(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}
