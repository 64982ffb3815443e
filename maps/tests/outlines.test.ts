import * as L from "leaflet";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { NEAR, Outlines } from "../src/outlines";
import { fakeFetch, json, ROOF } from "./samples";

const HERE: L.LatLngTuple = [48.10005, -1.6999];
const OF = { service: "panels", area: "demo", edition: "E1" };
let map: L.Map;
let asked: string[];

function answering(matched: number): void {
  const faked = fakeFetch({ "/collections/panels-demo@E1/items": json({ numberMatched: matched, features: [ROOF] }) });
  asked = faked.asked;
  vi.stubGlobal("fetch", faked.fetch);
}

function drawn(): number {
  return map.getPane("outline")?.querySelectorAll("path.outline-over").length ?? 0;
}

beforeEach(() => {
  const box = document.createElement("div");
  Object.defineProperties(box, { clientWidth: { value: 800 }, clientHeight: { value: 600 } });
  document.body.append(box);
  map = L.map(box, { zoomAnimation: false, fadeAnimation: false }).setView(HERE, NEAR);
  map.createPane("outline");
  answering(1);
});

afterEach(() => {
  map.remove();
  vi.unstubAllGlobals();
});

describe("outlines", () => {
  it("are drawn near, of what is in view and around it, and asked for once", async () => {
    await new Outlines(map).show(OF);
    expect(drawn()).toBe(1);
    const box = (new URL(asked[0] ?? "").searchParams.get("bbox") ?? "").split(",").map(Number);
    const view = map.getBounds();
    expect(box[0]).toBeLessThan(view.getWest());
    expect(box[3]).toBeGreaterThan(view.getNorth());
    map.panBy([20, 0], { animate: false });
    expect(asked).toHaveLength(1);
  });

  it("are asked for again far away, and gone from afar", async () => {
    await new Outlines(map).show(OF);
    map.panBy([2000, 0], { animate: false });
    expect(asked).toHaveLength(2);
    await vi.waitFor(() => expect(drawn()).toBe(1));
    map.setZoom(NEAR - 1, { animate: false });
    expect(drawn()).toBe(0);
    expect(asked).toHaveLength(2);
  });

  it("are all of them or none, and asked for again where fewer may be in view", async () => {
    answering(5000);
    await new Outlines(map).show(OF);
    expect(drawn()).toBe(0);
    answering(1);
    map.setZoom(NEAR + 1, { animate: false });
    await vi.waitFor(() => expect(drawn()).toBe(1));
  });

  it("of a map that was left do not stay", async () => {
    const outlines = new Outlines(map);
    await outlines.show(OF);
    await outlines.show(null);
    expect(drawn()).toBe(0);
  });

  it("that did not come leave the map as it is, and are asked for at the next move", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("refused")));
    await new Outlines(map).show(OF);
    expect(drawn()).toBe(0);
    answering(1);
    map.panBy([1, 0], { animate: false });
    await vi.waitFor(() => expect(drawn()).toBe(1));
  });
});
