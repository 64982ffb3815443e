/**
 * Outlines of the units in view, once somebody is near enough to tell them apart: the exact shapes,
 * where the finest vector tiles know half a metre. Loaded when a map of units is shown.
 */

import * as L from "leaflet";

import { units } from "./api";
import type { Pinned } from "./api";
import type { Bounds, Unit } from "./types";

/** From here a house is large enough to have an outline: 80 cm a pixel in mid-latitudes. */
export const NEAR = 17;
/** More than these are no map but a net: none is drawn before all of them can be. */
const MOST = 2000;
/** How much more than the view is asked for, so that a small move asks nothing. */
const AROUND = 0.4;

/** The outlines of one edition at a time on a map. */
export class Outlines {
  private drawn: L.LayerGroup | null = null;
  private known: L.LatLngBounds | null = null;
  private pending: AbortController | null = null;
  private of: Pinned | null = null;

  constructor(private readonly map: L.Map) {
    map.on("moveend", () => void this.follow());
  }

  /** Draws the outlines of another edition from now on, or none. */
  async show(of: Pinned | null): Promise<void> {
    this.of = of;
    this.forget();
    await this.follow();
  }

  private async follow(): Promise<void> {
    const { of } = this;
    if (!of || this.map.getZoom() < NEAR) {
      this.forget();
      return;
    }
    // The first outlines are hairlines: wider ones would be all that is seen of a small roof.
    this.map.getContainer().classList.toggle("hairlines", this.map.getZoom() === NEAR);
    const view = this.map.getBounds();
    if (this.known?.contains(view)) {
      return;
    }
    this.pending?.abort();
    const pending = new AbortController();
    this.pending = pending;
    const box = view.pad(AROUND);
    try {
      const { matched, units: found } = await units(of, bounds(box), MOST, pending.signal);
      if (this.pending === pending) {
        const all = matched <= found.length;
        this.draw(all ? found : []);
        this.known = all ? box : null;
      }
    } catch {
      // Outlines are an ornament of what is drawn below them: the next move asks again.
    }
  }

  private draw(found: readonly Unit[]): void {
    this.drawn?.remove();
    this.drawn = null;
    if (found.length === 0) {
      return;
    }
    const rings = found.flatMap((one) => one.polygons.map((polygon) => polygon.map(turned)));
    const shapes = ["outline-under", "outline-over"].map((className) =>
      L.polygon(rings, { className, fill: false, interactive: false, pane: "outline", smoothFactor: 0.5 }),
    );
    this.drawn = L.layerGroup(shapes).addTo(this.map);
  }

  private forget(): void {
    this.pending?.abort();
    this.pending = null;
    this.drawn?.remove();
    this.drawn = null;
    this.known = null;
  }
}

function turned(ring: readonly (readonly [number, number])[]): L.LatLngTuple[] {
  return ring.map(([lon, lat]) => [lat, lon]);
}

function bounds(box: L.LatLngBounds): Bounds {
  return [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()];
}
