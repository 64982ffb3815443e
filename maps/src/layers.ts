/** Tile layers: what is drawn from an edition, and what lies under it. */

import * as L from "leaflet";

import { OSM_MAX_ZOOM, OSM_URL } from "./osm";
import type { Area, Base, Bounds, Edition, Layer, Place } from "./types";

export const MAX_ZOOM = 20;

/** The layer that is drawn as hatching over the others. */
export const HATCH = "applicability";

export type BaseKind = "own" | "none" | "osm";

/** Layers of an edition that are alternatives to each other, as the server orders them. */
export function alternatives(edition: Edition): readonly Layer[] {
  return edition.layers.filter((layer) => layer.name !== HATCH);
}

/** The hatching of an edition, where it has one. */
export function hatching(edition: Edition): Layer | null {
  return edition.layers.find((layer) => layer.name === HATCH) ?? null;
}

/** The layer called `name`, else the first. */
export function chosen(edition: Edition, name: string | undefined): Layer | null {
  const all = alternatives(edition);
  return all.find((layer) => layer.name === name) ?? all[0] ?? null;
}

/** What an edition shows of an area: a district of it, or all. */
export function extent(edition: Edition | null, area: Area): Bounds {
  return edition?.layers[0]?.bounds ?? area.bbox;
}

/** Whether an edition can say something about a place; true where it does not say how far it goes. */
export function covers({ layers }: Edition, { lat, lon }: Place): boolean {
  const inside = ([west, south, east, north]: Bounds): boolean =>
    lon >= west && lon <= east && lat >= south && lat <= north;
  return layers.length === 0 || layers.some((layer) => inside(layer.bounds));
}

/** Leaflet's corners of west, south, east, north. */
export function corners([west, south, east, north]: Bounds): L.LatLngBounds {
  return L.latLngBounds([south, west], [north, east]);
}

/**
 * Tiles of an edition. Beyond their own zooms they are enlarged, never blended: every colour on
 * the screen is one of the legend.
 */
export function editionTiles(layer: Layer, pane: string, opacity: number): L.TileLayer {
  return L.tileLayer(layer.url, {
    pane,
    opacity,
    className: "crisp",
    minZoom: 0,
    maxZoom: MAX_ZOOM,
    minNativeZoom: layer.minzoom,
    maxNativeZoom: layer.maxzoom,
    bounds: corners(layer.bounds),
    noWrap: true,
  });
}

/** Hatching is drawn by the server at every zoom, so that its lines stay as fine as they are. */
export function hatchTiles(layer: Layer, pane: string): L.TileLayer {
  return editionTiles({ ...layer, maxzoom: MAX_ZOOM }, pane, 1);
}

/** The area's own background, or OpenStreetMap; null for none. */
export function baseTiles(kind: BaseKind, base: Base | null, bbox: Bounds): L.Layer | null {
  if (kind === "osm") {
    return L.tileLayer(OSM_URL, {
      pane: "base",
      maxZoom: MAX_ZOOM,
      maxNativeZoom: OSM_MAX_ZOOM,
      referrerPolicy: "origin",
    });
  }
  if (kind === "none" || !base) {
    return null;
  }
  const whole = { ...base, minZoom: 0, bounds: base.bounds ?? bbox };
  const finer = base.detail && { ...base.detail, minzoom: base.maxzoom + 1, minZoom: base.maxzoom + 1 };
  // The whole stays under the part: where the finer picture ends, within a tile, it shows through.
  return L.layerGroup([whole, ...(finer ? [finer] : [])].map((one) => ownTiles(base.url, one)));
}

function ownTiles(
  url: string,
  { minZoom, minzoom, maxzoom, bounds }: Record<"minZoom" | "minzoom" | "maxzoom", number> & { bounds: Bounds },
): L.TileLayer {
  return L.tileLayer(url, {
    pane: "base",
    minZoom,
    maxZoom: MAX_ZOOM,
    minNativeZoom: minzoom,
    maxNativeZoom: maxzoom,
    bounds: corners(bounds),
    noWrap: true,
  });
}
