import { describe, expect, it } from "vitest";

import { Words } from "../src/i18n";
import { renderMonths } from "../src/months";
import { renderSun, spokenSun } from "../src/sun";
import type { Unit } from "../src/types";
import { ROOF } from "./samples";

const EN = new Words("en");
const FR = new Words("fr");

function roof(values: Readonly<Record<string, unknown>> = {}): Unit {
  return { id: "r17", values: { ...ROOF.properties, ...values }, polygons: [] };
}

function told(unit: Unit, words = EN): string {
  return plain(renderSun(unit, words)?.textContent ?? "");
}

function plain(text: string): string {
  return text.replaceAll(/[\u202f\u00a0]/g, " ");
}

describe("the sun on a roof", () => {
  it("is told as energy with its interval, to the digits that anybody can know", () => {
    expect(told(roof())).toContain("13,900 kWha yearbetween 11,700 and 15,900 kWh");
    expect(told(roof(), FR)).toContain("13 900 kWhpar anentre 11 700 et 15 900 kWh");
  });

  it("says power, usable area, sides and shade in words and units", () => {
    const facts = [...(renderSun(roof(), FR)?.querySelectorAll(".facts > div") ?? [])];
    expect(facts.map((one) => plain(one.textContent ?? ""))).toEqual([
      "Puissance12,2 kWc",
      "Panneaux61 m² sur un toit de 163 m²",
      "Pans du toit2",
      "Ombreprend 8 % du soleil",
    ]);
  });

  it.each([
    [0, "towards the north.", "vers le nord."],
    [44, "towards the north-east.", "vers le nord-est."],
    [90, "towards the east.", "vers l’est."],
    [180, "towards the south.", "vers le sud."],
    [221, "towards the south-west.", "vers le sud-ouest."],
    [269, "towards the west.", "vers l’ouest."],
    [338, "towards the north.", "vers le nord."],
    [-45, "towards the north-west.", "vers le nord-ouest."],
  ])("names the side of azimuth %d, 0 being north and 90 east", (azimuth_deg, en, fr) => {
    expect(told(roof({ azimuth_deg }))).toContain(`Tilted 32° ${en}`);
    expect(told(roof({ azimuth_deg }), FR)).toContain(`Incliné de 32° ${fr}`);
  });

  it("turns its needle by as much", () => {
    const needle = renderSun(roof(), EN)?.querySelector<HTMLElement>(".compass");
    expect(needle?.style.getPropertyValue("--turn")).toBe("221deg");
  });

  it("says that a roof is flat, and that nobody knows how another lies", () => {
    const none = { tilt_deg: null, azimuth_deg: null };
    expect(told(roof({ orientation: "flat", azimuth_deg: null, tilt_deg: 2 }))).toContain("Flat, or nearly.");
    const unknown = roof({ orientation: "unknown", ...none });
    expect(told(unknown)).toContain("Which way it faces is unknown");
    expect(renderSun(unknown, EN)?.querySelector(".compass.none")).not.toBeNull();
  });

  it("does not say that no sun is lost where a little is", () => {
    expect(told(roof({ shading_percent: 0.3 }))).toContain("Shadenext to none");
  });

  it("calls unknown what is not known, and never shows a 0 for it", () => {
    const text = told(roof({ shading_percent: null, kwp: null, usable_area_m2: null }));
    expect(text).toContain("Shadeunknown");
    expect(text).not.toMatch(/power|Panels/);
    expect(told(roof({ kwh_yr: null }))).toContain("Unknown.");
  });

  it("says that a roof without room has none, which is not unknown", () => {
    expect(told(roof({ kwh_yr: 0, kwp: 0 }))).toContain("No room for panels");
  });

  it("is read out in words", () => {
    expect(plain(spokenSun(roof(), EN))).toBe("13,900 kWh a year. Tilted 32° towards the south-west.");
  });

  it("says nothing of what is no roof", () => {
    const tree: Unit = { id: "t", values: { height_m: 4 }, polygons: [] };
    expect(renderSun(tree, EN)).toBeNull();
    expect(spokenSun(tree, EN)).toBe("");
  });
});

describe("the months", () => {
  const months = ROOF.properties.kwh_month;

  it("are a list that says its numbers, with bars as long as they are large", () => {
    const items = [...(renderMonths(months, "kWh", FR)?.querySelectorAll<HTMLElement>("li") ?? [])];
    expect(items).toHaveLength(12);
    expect(plain(items[0]?.querySelector(".hidden")?.textContent ?? "")).toBe("janvier : 512 kWh");
    const sizes = items.map((one) => Number(one.querySelector("i")?.style.getPropertyValue("--size")));
    expect(sizes[6]).toBe(1);
    expect(sizes[0]).toBeCloseTo(512 / 1748, 3);
  });

  it("name the best and the worst in words", () => {
    const text = plain(renderMonths(months, "kWh", EN)?.textContent ?? "");
    expect(text).toContain("Most in July (1,750 kWh), least in January (512 kWh)");
  });

  it("are read from a list or from its text, and from nothing else", () => {
    expect(renderMonths(JSON.stringify(months), "kWh", EN)).not.toBeNull();
    for (const wrong of [null, "no", "{}", [1, 2], [...months.slice(1), null], months.join()]) {
      expect(renderMonths(wrong, "kWh", EN)).toBeNull();
    }
  });

  it("of a roof without sun draw no bars of nothing over nothing", () => {
    const items = renderMonths(Array(12).fill(0), "kWh", EN)?.querySelectorAll<HTMLElement>("i") ?? [];
    expect([...items].map((one) => one.style.getPropertyValue("--size"))).toEqual(Array(12).fill("0"));
  });
});
