import { describe, expect, it } from "vitest";

import { Words } from "../src/i18n";
import { isSigned } from "../src/kinds";
import { classes, classOf, renderLegend, targetOf } from "../src/legend";
import { SERVICE } from "./samples";

const EN = new Words("en");

describe("classes", () => {
  it("turns score edges into the unit by the anchors", () => {
    const told = classes(SERVICE).map((one) => [one.targetLow, one.targetHigh].map((k) => k?.toFixed(1)));
    expect(told).toEqual([["-2.0", "0.4"], ["0.4", "2.8"], ["2.8", "5.2"], ["5.2", "7.6"], ["7.6", "10.0"]]);
  });

  it("knows no straight line for other kinds of score", () => {
    expect(targetOf({ ...SERVICE, score_kind: "probability" }, 50)).toBeNull();
  });

  it.each([
    [0, "#111111"],
    [19.9, "#111111"],
    [20, "#333333"],
    [100, "#999999"],
  ])("puts score %d into its class", (score, colour) => {
    expect(classOf(score, classes(SERVICE))?.colour).toBe(colour);
  });
});

describe("renderLegend", () => {
  const rows = [...renderLegend(SERVICE, EN).querySelectorAll(".legend-classes li")];

  it("shows every class with its colour, words, score and unit", () => {
    expect(rows).toHaveLength(5);
    expect(rows[2]?.textContent).toBe("en-c40–60+2.8 … +5.2\u202fK");
    const colour = rows[2]?.querySelector<HTMLElement>(".swatch")?.style.getPropertyValue("--colour");
    expect(colour).toBe("#555555");
  });

  it("leaves the outer classes open, because scores are clipped", () => {
    expect(rows[0]?.textContent).toContain("< +0.4");
    expect(rows[4]?.textContent).toContain("> +7.6");
  });

  it("names what was measured, which is not always the target", () => {
    const measured = { fr: "température de brillance", en: "brightness temperature" };
    expect(renderLegend(SERVICE, EN, measured).textContent).toContain(
      "Difference in brightness temperature (K)",
    );
    expect(renderLegend(SERVICE, EN).textContent).not.toContain("brightness");
  });

  it("prints no plus sign where the target is not a difference", () => {
    const depth = { ...SERVICE, score: { zero: 0, hundred: 2 }, target: { ...SERVICE.target, valid: [0, 9] as const } };
    expect(isSigned(depth)).toBe(false);
    expect(renderLegend(depth, EN).textContent).not.toContain("+");
  });
});
