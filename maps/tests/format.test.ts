import { describe, expect, it } from "vitest";

import { compact, date, decimal, place, withUnit } from "../src/format";

describe("numbers", () => {
  it("writes signs and decimals as the language does", () => {
    expect(decimal(5.584, "fr", { signed: true })).toBe("+5,6");
    expect(decimal(-0.44, "en", { signed: true })).toBe("\u22120.4");
  });

  it("gives zero no sign", () => {
    expect(decimal(0, "en", { signed: true })).toBe("0.0");
    expect(decimal(-0.01, "en", { signed: true })).toBe("0.0");
    expect(decimal(-0.01, "en")).toBe("0.0");
  });

  it("keeps what means something", () => {
    expect(compact(0.18349, "en")).toBe("0.183");
    expect(compact(48.23, "en")).toBe("48.2");
    expect(compact(1240.4, "en")).toBe("1,240");
  });

  it("prints no unit for a plain number", () => {
    expect(withUnit("0.2", "1")).toBe("0.2");
    expect(withUnit("12", "degree")).toBe("12°");
    expect(withUnit("5", "K")).toBe("5\u202fK");
  });
});

describe("dates and places", () => {
  it("writes ISO dates out, whatever the time zone", () => {
    expect(date("2026-07-18", "fr")).toBe("18 juillet 2026");
    expect(date("2026-07-18T23:30:00Z", "en")).toBe("18 July 2026");
  });

  it("leaves what is no date alone", () => {
    expect(date("summer", "en")).toBe("summer");
    expect(date("2026-13-45", "en")).toBe("2026-13-45");
  });

  it("writes places with a true minus", () => {
    expect(place(48.1, -1.68)).toBe("48.10000, \u22121.68000");
  });
});
