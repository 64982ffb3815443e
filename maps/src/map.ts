/** The Leaflet map: background, one edition layer, hatching, and the place that was asked. */

import * as L from "leaflet";

import type { Pinned } from "./api";
import { prefersStill } from "./device";
import { baseTiles, corners, editionTiles, hatchTiles, MAX_ZOOM } from "./layers";
import type { BaseKind } from "./layers";
import type { Outlines } from "./outlines";
import type { View } from "./permalink";
import type { Area, Bounds, Layer, Place, Ring } from "./types";

/** What the map tells the page. */
export interface Listener {
  /** Somebody asks about a place; from the keyboard it is the centre. */
  readonly ask: (place: Place) => void;
  readonly moved: (view: View) => void;
  /** The tiles of the edition: on their way, there, or some of them missing. */
  readonly tiles: (state: "loading" | "ready" | "error") => void;
}

/** A cell smaller than this, in pixels, is marked by a circle around it. */
const SMALL_CELL = 16;

/** A cell or a roof larger than this need not be seen whole. */
const SMALL_SHAPE = 250;

/** Below this share of the window, in width and in height, a layer is a spot and no map. */
const SPOT = 1 / 3;

/** From this zoom on a box is a district: its outermost edge, this share of it, may be cut. */
const FINE = 16;
const EDGE = 0.08;

const PANES = ["base", "edition", "hatch", "outline"] as const;

export class MapView {
  private readonly map: L.Map;
  private readonly scale = L.control.scale({ imperial: false, position: "bottomleft" });
  private base: L.Layer | null = null;
  private edition: L.TileLayer | null = null;
  private hatch: L.TileLayer | null = null;
  private outlines: Outlines | null = null;
  private outlined: Pinned | null = null;
  private readonly failed = new WeakSet<L.TileLayer>();
  private mark: L.LayerGroup | null = null;
  private marked: { readonly place: Place; readonly cell: Ring } | null = null;

  constructor(
    private readonly container: HTMLElement,
    private readonly listener: Listener,
  ) {
    const still = prefersStill();
    this.map = L.map(container, {
      zoomAnimation: !still,
      fadeAnimation: !still,
      markerZoomAnimation: !still,
      inertia: !still,
      attributionControl: false,
      zoomControl: false,
      maxZoom: MAX_ZOOM,
      maxBoundsViscosity: 0.8,
      worldCopyJump: false,
    });
    PANES.forEach((name, index) => {
      this.map.createPane(name).style.zIndex = String(200 + 10 * index);
    });
    this.scale.addTo(this.map);
    this.map.on("click", (event) => this.ask(event.latlng));
    this.map.on("moveend", () => this.listener.moved(this.view()));
    this.map.on("zoomend", () => this.drawMark());
    container.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target === container) {
        event.preventDefault();
        this.ask(this.map.getCenter());
      }
    });
    new ResizeObserver(() => this.map.invalidateSize({ animate: false })).observe(container);
  }

  /** Where the map looks. */
  view(): View {
    const { lat, lng } = this.map.getCenter();
    return { lat, lon: lng, zoom: this.map.getZoom() };
  }

  /** Goes to what is shown of an area, or to one view of it; nobody can get lost far from it. */
  look(area: Area, shown: Bounds, view: View | undefined): void {
    const box = corners(area.bbox);
    this.map.setMaxBounds(box.pad(1.5));
    this.map.setMinZoom(Math.max(0, Math.floor(this.map.getBoundsZoom(box)) - 2));
    if (view) {
      this.map.setView([view.lat, view.lon], view.zoom, { animate: false });
    } else {
      this.fit(corners(shown), false);
    }
  }

  /** Goes to a box where it cannot be seen, or only as a spot. */
  approach(shown: Bounds): void {
    const [box, view] = [corners(shown), this.map.getBounds()];
    const share = (side: (one: L.LatLngBounds) => number): number => side(box) / side(view);
    const wide = share((one) => one.getEast() - one.getWest());
    const tall = share((one) => one.getNorth() - one.getSouth());
    if (!view.intersects(box) || Math.max(wide, tall) < SPOT) {
      this.fit(box, !prefersStill());
    }
  }

  /** Whether the corners of an area can be seen at once, or at least part of it. */
  shows(bbox: Bounds, view: View): boolean {
    return corners(bbox).pad(1).contains([view.lat, view.lon]);
  }

  /** The name of the map in the language of the page. */
  label(text: string): void {
    this.container.setAttribute("aria-label", text);
  }

  /** Zooms by whole levels. */
  zoomBy(levels: number): void {
    this.map.setZoom(this.map.getZoom() + levels);
  }

  /** Draws a background. */
  showBase(kind: BaseKind, area: Area): void {
    this.base?.remove();
    this.base = baseTiles(kind, area.base, area.bbox)?.addTo(this.map) ?? null;
  }

  /** Draws a layer of an edition, or nothing. */
  showLayer(layer: Layer | null, opacity: number): void {
    this.edition?.remove();
    this.edition = layer ? editionTiles(layer, "edition", opacity) : null;
    if (this.edition) {
      this.follow(this.edition);
    }
  }

  /** Draws the hatching, or nothing. */
  showHatch(layer: Layer | null): void {
    this.hatch?.remove();
    this.hatch = layer ? hatchTiles(layer, "hatch") : null;
    if (this.hatch) {
      this.follow(this.hatch);
    }
  }

  /** Draws the outlines of the units of an edition when they are near, or none. */
  async showOutlines(of: Pinned | null): Promise<void> {
    this.outlined = of;
    if (of && !this.outlines) {
      const { Outlines } = await import("./outlines");
      this.outlines ??= new Outlines(this.map);
    }
    await this.outlines?.show(this.outlined);
  }

  /** Draws the hatching lightly, where it covers so much that nothing else could be seen. */
  soften(on: boolean): void {
    this.container.classList.toggle("soft-hatch", on);
  }

  /** How strongly the edition covers the background, 0..1. */
  fade(opacity: number): void {
    this.edition?.setOpacity(opacity);
    this.container.style.setProperty("--cover", String(this.edition ? opacity : 0));
  }

  /** Marks a place, and outlines its cell where that is known. */
  point(place: Place, cell: Ring = []): void {
    this.marked = { place, cell };
    this.drawMark();
  }

  /** Takes the mark away. */
  unpoint(): void {
    this.marked = null;
    this.drawMark();
  }

  /** Pans so that a place is not hidden under the answer, which covers `right` and `bottom`. */
  reveal(place: Place, right: number, bottom: number): void {
    const ring = (this.marked?.cell ?? []).map(([lon, lat]) => L.latLng(lat, lon));
    const whole = ring.length > 0 && this.pixels(ring) < SMALL_SHAPE;
    // Its corner that the answer would cover first; the place itself where the shape fills the window.
    const corner = whole ? L.latLngBounds(ring).getSouthEast() : L.latLng(place.lat, place.lon);
    this.map.panInside(corner, {
      animate: !prefersStill(),
      paddingTopLeft: [60, 60],
      paddingBottomRight: [right + 40, bottom + 40],
    });
  }

  /** Puts the keyboard on the map. */
  focus(): void {
    this.container.focus();
  }

  /** All of a box, or nearly all of a small one where that is a whole zoom nearer. */
  private fit(box: L.LatLngBounds, animate: boolean): void {
    const core = box.pad(this.map.getBoundsZoom(box) < FINE ? 0 : -EDGE);
    this.map.fitBounds(core, { animate, padding: [12, 12] });
  }

  private ask({ lat, lng }: L.LatLng): void {
    this.listener.ask({ lat, lon: lng });
  }

  private drawMark(): void {
    this.mark?.remove();
    this.mark = null;
    if (this.marked) {
      const { place, cell } = this.marked;
      const ring = cell.map(([lon, lat]) => L.latLng(lat, lon));
      const small = this.pixels(ring) < SMALL_CELL;
      const centre = L.latLng(place.lat, place.lon);
      const shapes = ["mark-under", "mark-over"].map((className) =>
        small
          ? L.circleMarker(centre, { radius: 10, ...style(className) })
          : L.polygon(ring, style(className)),
      );
      this.mark = L.layerGroup(shapes).addTo(this.map);
    }
  }

  private pixels(ring: readonly L.LatLng[]): number {
    const bounds = L.latLngBounds([...ring]);
    if (!bounds.isValid()) {
      return 0;
    }
    const corner = (at: L.LatLng): L.Point => this.map.latLngToContainerPoint(at);
    return corner(bounds.getNorthWest()).distanceTo(corner(bounds.getSouthEast()));
  }

  /** Adds tiles and tells how they fare; hatching counts too: its absence would mean trust. */
  private follow(tiles: L.TileLayer): void {
    this.failed.delete(tiles);
    tiles.on("loading", () => {
      this.failed.delete(tiles);
      this.tell();
    });
    tiles.on("tileerror", () => this.failed.add(tiles));
    tiles.on("load", () => this.tell());
    tiles.addTo(this.map);
    this.tell();
  }

  /** The worst of the two layers; where no tile is in view, Leaflet loads none and says nothing. */
  private tell(): void {
    const drawn = [this.edition, this.hatch].filter((one) => one !== null);
    const loading = drawn.some((one) => one.isLoading());
    const failed = drawn.some((one) => this.failed.has(one));
    this.listener.tiles(loading ? "loading" : failed ? "error" : "ready");
  }
}

/** Colours and widths are in the style sheet. */
function style(className: string): L.PathOptions {
  return { className, fill: false, interactive: false };
}
