import type * as L from "leaflet";
import { describe, expect, it } from "vitest";

import { alternatives, baseTiles, chosen, covers, editionTiles, extent, hatching, hatchTiles } from "../src/layers";
import type { Area, Edition, Layer } from "../src/types";
import { AREA } from "./samples";

const EDITION = AREA.editions[0] as Edition;

describe("layers of an edition", () => {
  it("are alternatives, except the hatching", () => {
    expect(alternatives(EDITION).map((layer) => layer.name)).toEqual(["score", "lower", "upper"]);
    expect(hatching(EDITION)?.id).toBe("heat-demo-applicability@E1");
  });

  it("fall back on the first for an unknown name", () => {
    expect(chosen(EDITION, "upper")?.name).toBe("upper");
    expect(chosen(EDITION, "nonsense")?.name).toBe("score");
    expect(chosen({ ...EDITION, layers: [] }, "score")).toBeNull();
  });

  it("are enlarged beyond their own zooms, never asked for there", () => {
    const { options } = editionTiles(EDITION.layers[0] as Layer, "edition", 0.8);
    expect(options).toMatchObject({ minNativeZoom: 10, maxNativeZoom: 13, className: "crisp", opacity: 0.8 });
    expect(options.maxZoom).toBeGreaterThan(13);
  });

  it("hatch with lines of one width: the server draws them at every zoom", () => {
    const { options } = hatchTiles(hatching(EDITION) as Layer, "hatch");
    expect(options.maxNativeZoom).toBe(options.maxZoom);
  });
});

describe("the ground of an edition", () => {
  it.each([
    [48.1, -1.68, true],
    [48.07, -1.74, true],
    [48.1, -1.5, false],
    [48.2, -1.68, false],
  ])("at %d, %d", (lat, lon, inside) => {
    expect(covers(EDITION, { lat, lon })).toBe(inside);
  });

  it("is anywhere where no layer says how far it goes", () => {
    expect(covers({ ...EDITION, layers: [] }, { lat: 0, lon: 0 })).toBe(true);
  });
});

describe("what there is to see of an area", () => {
  it("is what its edition shows, which may be one district; all of it where nothing is published", () => {
    const district: Layer["bounds"] = [-1.69, 48.1, -1.68, 48.106];
    const layers = EDITION.layers.map((one) => ({ ...one, bounds: district }));
    expect(extent({ ...EDITION, layers }, AREA)).toEqual(district);
    expect(extent({ ...EDITION, layers: [] }, AREA)).toEqual(AREA.bbox);
    expect(extent(null, AREA)).toEqual(AREA.bbox);
  });
});

function tiles(base: Area["base"]): L.TileLayer[] {
  const group = baseTiles("own", base, AREA.bbox) as L.LayerGroup;
  return group.getLayers() as L.TileLayer[];
}

describe("backgrounds", () => {
  it("go on where a part has a finer picture, with the whole below it", () => {
    const bounds: Layer["bounds"] = [-1.69, 48.1, -1.68, 48.106];
    const base = { ...(AREA.base as NonNullable<Area["base"]>), detail: { maxzoom: 19, bounds } };
    const [whole, part] = tiles(base).map((one) => one.options);
    expect(whole).toMatchObject({ minZoom: 0, maxNativeZoom: 15 });
    expect(part).toMatchObject({ minZoom: 16, minNativeZoom: 16, maxNativeZoom: 19 });
    expect((part?.bounds as L.LatLngBounds).getWest()).toBe(-1.69);
  });


  it("are the area's own by default, and stay on this server", () => {
    expect(tiles(AREA.base).map((one) => one.options.maxNativeZoom)).toEqual([15]);
    expect(baseTiles("none", AREA.base, AREA.bbox)).toBeNull();
    expect(baseTiles("own", null, AREA.bbox)).toBeNull();
  });
});
