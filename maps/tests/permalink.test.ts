import { describe, expect, it } from "vitest";

import { format, parse } from "../src/permalink";

describe("permalink", () => {
  it("reads back what it writes", () => {
    const link = {
      area: "demo",
      service: "heat",
      layer: "upper",
      view: { lat: 48.1, lon: -1.68, zoom: 13 },
      lang: "fr" as const,
      place: { lat: 48.10961, lon: -1.68314 },
    };
    expect(parse(format(link))).toEqual(link);
  });

  it("has the documented order", () => {
    const view = { lat: 48.1, lon: -1.68, zoom: 13 };
    const hash = format({ area: "a b", service: "heat", layer: "score", view, lang: "en" });
    expect(hash).toBe("#a%20b/heat/score/13/48.10000/-1.68000/en");
  });

  it("carries the edition beside the layer, as the layer's own id does", () => {
    const link = { area: "demo", service: "heat", layer: "score", edition: "20261121T1-b9" };
    expect(format(link)).toBe("#demo/heat/score@20261121T1-b9////");
    expect(parse(format(link))).toMatchObject(link);
    expect(parse("#demo/heat/score").edition).toBeUndefined();
  });

  it.each([
    `#${"a/".repeat(4000)}`,
    "#__proto__/constructor/toString/NaN/Infinity/1e999/../..//",
    "#%00/%00/%00/5/0x10/1/fr/1,2,3",
    "#javascript:alert(1)/../../etc/passwd",
    "#//////////////////",
    "#a/b/c/5/1/1/en/91,181",
  ])("reads hostile links without harm: %#", (hash) => {
    const link = parse(hash);
    expect(link.place === undefined || Math.abs(link.place.lat) <= 90).toBe(true);
    expect(parse(format(link)).area).toBe(link.area);
  });

  it("takes the parts that are there", () => {
    expect(parse("#demo").area).toBe("demo");
    expect(parse("#//////en").lang).toBe("en");
    expect(parse("").area).toBeUndefined();
  });

  it.each(["#a/b/c/99/1/1", "#a/b/c/5/91/0", "#a/b/c/5/x/0", "#a/b/c/5//", "#a/b/c//48/2"])(
    "ignores a view that makes no sense: %s",
    (hash) => expect(parse(hash).view).toBeUndefined(),
  );

  it("survives a broken escape and an unknown language", () => {
    expect(parse("#%E0%A4%A/heat")).toMatchObject({ area: undefined, service: "heat" });
    expect(parse("#a/b/c/5/1/1/de").lang).toBeUndefined();
  });
});
