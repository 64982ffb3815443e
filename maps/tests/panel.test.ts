import { beforeEach, describe, expect, it, vi } from "vitest";

import { Problem } from "../src/api";
import { Words } from "../src/i18n";
import { renderPanel, spoken } from "../src/panel";
import type { Reply } from "../src/panel";
import type { Answer, Area } from "../src/types";
import { AREA, PROPERTIES, SERVICE } from "./samples";

const ANSWER: Answer = {
  ...(PROPERTIES as unknown as Answer),
  score: 63.2,
  target: 5.584,
  scoreLower: 50.8,
  scoreUpper: 75,
  intervalLevel: 0.9,
  scoreKind: "anchored",
  parts: [],
};
const EN = new Words("en");
const panel = document.createElement("section");
const inside = document.createElement("div");
const retry = vi.fn();

function show(reply: Reply, words = EN, area: Area = AREA): string {
  const asked = { place: { lat: 48.1, lon: -1.68 }, area, service: SERVICE, reply };
  renderPanel(panel, inside, asked, words, retry);
  return (inside.textContent ?? "").replaceAll("\u202f", " ");
}

beforeEach(() => inside.replaceChildren());

describe("an answer that did not come", () => {
  it.each([
    [0, "The server does not answer", "Try again"],
    [500, "The server could not answer", "Try again"],
    [410, "no longer published", "Load the map of now"],
  ])("with status %d says so and offers a way on", (status, said, label) => {
    const text = show({ state: "error", problem: new Problem(status, "x", "") });
    expect(text).toContain(said);
    retry.mockClear();
    const button = inside.querySelector("button");
    expect(button?.textContent).toBe(label);
    button?.click();
    expect(retry).toHaveBeenCalledOnce();
  });

  it("outside the data has nothing to try again", () => {
    show({ state: "error", problem: new Problem(404, "x", "") });
    expect(inside.querySelector("button")).toBeNull();
  });
});

describe("an answer", () => {
  it("shows score, value, interval, drivers, date, model and edition", () => {
    const text = show({ state: "ready", answer: ANSWER });
    expect(panel.dataset["answer"]).toBe("ready");
    for (const part of ["63", "+5.6 K", "between +4.1 and +7.0 K", "90% interval", "18 July 2026"]) {
      expect(text).toContain(part);
    }
    for (const part of ["The countryside.", "Surface temperature", "heat@v7", "E1", "en-d"]) {
      expect(text).toContain(part);
    }
  });

  it("speaks French with French numbers", () => {
    const text = show({ state: "ready", answer: ANSWER }, new Words("fr"));
    expect(text).toContain("entre +4,1 et +7,0 K");
    expect(text).toContain("La campagne.");
  });

  it("lists drivers with value, unit and signed contribution, largest first", () => {
    show({ state: "ready", answer: ANSWER });
    const rows = [...inside.querySelectorAll(".drivers li")].map((row) => row.textContent?.replaceAll("\u202f", " "));
    expect(rows).toEqual(["NDVI0.183+2.5 K", "Water1,240 m+1.4 K", "Albedounknown−0.2 K"]);
    const bar = inside.querySelector<HTMLElement>(".drivers li:last-child .driver-bar");
    expect(Number(bar?.style.getPropertyValue("--size"))).toBeCloseTo(0.2 / 2.7, 2);
    expect(bar?.querySelector(".less")).not.toBeNull();
  });

  it("adds the small drivers up instead of dropping them", () => {
    const many = Array.from({ length: 9 }, (_, index) => ({
      feature: `f${index}`,
      title: { fr: `f${index}`, en: `f${index}` },
      value: 1,
      unit: "1",
      contribution: 9 - index,
    }));
    show({ state: "ready", answer: { ...ANSWER, contributions: many } });
    const rows = [...inside.querySelectorAll(".drivers li")];
    expect(rows).toHaveLength(7);
    expect(rows[6]?.textContent).toContain("+6.0");
  });

  it("draws no long bars where nothing matters", () => {
    const sizes = (answer: Answer): number[] => {
      show({ state: "ready", answer });
      const bars = [...inside.querySelectorAll<HTMLElement>(".driver-bar")];
      return bars.map((bar) => Number(bar.style.getPropertyValue("--size")));
    };
    const contributions = ANSWER.contributions.map((one) => ({ ...one, contribution: 0.03 }));
    const [small] = sizes({ ...ANSWER, contributions });
    expect(small).toBeCloseTo(0.03 / 1.45, 2);
    const [unit] = sizes({ ...ANSWER, contributions, lower: null, upper: null });
    expect(unit).toBeCloseTo(0.03, 2);
  });

  it("says what the date is the date of, and that the model learned from generated data", () => {
    const dateOf = { fr: "date des images", en: "date of the images" };
    const answer = { ...ANSWER, dateOf, syntheticModel: true };
    const told = show({ state: "ready", answer }, new Words("fr"), { ...AREA, synthetic: false });
    expect(told).toContain("18 juillet 2026 (date des images)");
    expect(inside.querySelector(".badge")?.textContent).toBe("Modèle appris sur des données générées");
    show({ state: "ready", answer });
    expect(inside.querySelector(".badge")).toBeNull();
  });

  it("says when it should not be relied on", () => {
    const warnings = [{ fr: "Hors domaine", en: "Outside the domain" }];
    show({ state: "ready", answer: { ...ANSWER, applicable: false, warnings } });
    expect(inside.querySelector(".warning")?.textContent).toBe("Outside the domain");
  });

  it("calls what is not known unknown", () => {
    const text = show({ state: "ready", answer: { ...ANSWER, score: null, target: null } });
    expect(text).toContain("unknown");
    expect(inside.querySelector(".gauge")).toBeNull();
  });

  it("never parses what the server says as HTML", () => {
    const evil = '<img src=x onerror="alert(1)">';
    const title = { fr: evil, en: evil };
    const contributions = [{ feature: evil, title, value: 1, unit: evil, contribution: 1 }];
    const text = show({ state: "ready", answer: { ...ANSWER, model: evil, contributions, warnings: [title] } });
    expect(inside.querySelector("img")).toBeNull();
    expect(text).toContain(evil);
  });
});

describe("no answer", () => {
  it("waits in words", () => {
    expect(show({ state: "loading" })).toContain("Asking");
    expect(panel.getAttribute("aria-busy")).toBe("true");
  });

  it.each([
    [404, "No answer here", false],
    [0, "does not answer", false],
    [500, "could not answer", true],
  ])("explains status %d in words of the page, the server's only where there are none", (status, words, raw) => {
    const text = show({ state: "error", problem: new Problem(status, "t", "what the server said") });
    expect(panel.dataset["answer"]).toBe("error");
    expect(text).toContain(words);
    expect(text.includes("what the server said")).toBe(raw);
  });
});

it("is read out in one sentence", () => {
  const asked = { place: { lat: 1, lon: 2 }, area: AREA, service: SERVICE, reply: { state: "ready", answer: ANSWER } as const };
  expect(spoken(asked, EN)).toBe("Score 63 out of 100. +5.6\u202fK. en-d. Between +4.1 and +7.0\u202fK.");
});
