import { describe, expect, it } from "vitest";
import { isOffPath, longestAgo, reasonAgainst, share } from "../src/rules.js";

const DAY = 864e5;
const now = (values = {}) => ({
  time: Date.UTC(2026, 10, 22, 12), path: "/cart", traits: { "@device": "phone", "@language": "fr", plan: "pro" },
  events: {}, asked: {}, visit: {}, test: false, isAfterAct: false, drawn: () => 50, ...values,
});
const against = (rules, values, place) => reasonAgainst({ key: "nps", rules }, place, now(values));

describe("targeting", () => {
  it("asks everybody without rules", () => expect(against(undefined)).toBeUndefined());
  it("keeps to the paths", () => {
    expect(isOffPath({ rules: { path: "^(?:/cart.*)$" } }, "/cart/2")).toBeFalsy();
    expect(against({ path: "^(?:/pay)$" })).toBe("not on /cart");
  });
  it("keeps to devices, languages and properties", () => {
    expect(against({ is: { "@device": ["phone"], plan: ["pro", "free"] } })).toBeUndefined();
    expect(against({ is: { "@device": ["desktop"] } })).toBe("not for this @device");
    expect(against({ is: { country: ["FR"] } })).toBe("not for this country");
    expect(against({ is: { beta: ["true"] } }, { traits: { beta: true } })).toBeUndefined();
  });
  it("keeps to the dates", () => {
    const at = now().time;
    expect(against({ from: at + 1 })).toBe("not at this date");
    expect(against({ to: at - 1 })).toBe("not at this date");
    expect(against({ from: at, to: at })).toBeUndefined();
  });
  it("waits for the event", () => {
    expect(against({ event: "paid" })).toBe("waits for paid");
    expect(against({ event: "paid" }, { events: { paid: 1 } })).toBeUndefined();
  });
  it("draws by the sample", () => {
    expect(against({ sample: 50 })).toBe("not in the sample");
    expect(against({ sample: 51 })).toBeUndefined();
    expect(against({ sample: 0 })).toBe("not in the sample");
  });
  it("draws nothing where everybody is asked", () => {
    const drawn = () => { throw new Error("drawn"); };
    expect(against({}, { drawn })).toBeUndefined();
    expect(against({ sample: 100 }, { drawn })).toBeUndefined();
  });
});

describe("the clock", () => {
  const until = now().time + DAY;
  it("rests after its own answer or dismissal", () =>
    expect(against({}, { asked: { nps: { until } } })).toBe("not asked again before 2026-11-23T12:00:00.000Z"));
  it("asks a person one thing in a while", () =>
    expect(against({}, { asked: { "*": { until } } })).toMatch(/^not asked again before/));
  it("lets a question in the page be, which interrupts nobody", () => {
    expect(against({}, { asked: { "*": { until } }, visit: { survey: "ces" } }, "inline")).toBeUndefined();
    expect(against({}, { asked: { nps: { until } } }, "tab")).toMatch(/^not asked again/);
  });
  it("does not come back in a visit that ignored it", () =>
    expect(against({}, { visit: { survey: "ces" } })).toBe("asked in this visit"));
  it("waits for an event where nothing may be stored", () => {
    expect(against({}, { isAfterAct: true })).toBe("waits for an event");
    expect(against({ event: "paid" }, { isAfterAct: true, events: { paid: 1 } })).toBeUndefined();
  });
  it("leaves clock and sample aside in a test, not the targeting", () => {
    expect(against({ sample: 0 }, { test: true, asked: { nps: { until } } })).toBeUndefined();
    expect(against({ path: "^/pay$" }, { test: true })).toBe("not on /cart");
  });
});

describe("whose turn it is", () => {
  it("prefers the survey asked the longest ago, then the order given", () => {
    const surveys = [{ key: "a" }, { key: "b" }, { key: "c" }];
    expect(longestAgo(surveys, { a: { at: 2 }, b: { at: 1 } }).map(({ key }) => key)).toEqual(["c", "b", "a"]);
  });
  it("draws the same share for the same person and survey, evenly over many", () => {
    expect(share("customer-7nps")).toBe(share("customer-7nps"));
    const drawn = Array.from({ length: 10_000 }, (_, n) => share(`customer-${n}nps`));
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...drawn)).toBeLessThan(100);
    const under10 = drawn.filter((each) => each < 10).length;
    expect(under10).toBeGreaterThan(800);
    expect(under10).toBeLessThan(1200);
  });
});
