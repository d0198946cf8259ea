import { beforeEach, describe, expect, it, vi } from "vitest";
import { use } from "../src/memory.js";
import { deviceOf, isOffPath, longestAgo, reasonAgainst, routeIn } from "../src/rules.js";
import { script } from "../src/tag.js";

const DAY = 864e5;
const NOW = Date.UTC(2026, 10, 22, 12);
const USUAL = {
  traits: { "@device": "phone", plan: "pro" }, events: {}, asked: {}, visit: {}, test: false, isAfterAct: false, drawn: () => 50,
};
const against = (rules, values, place) => {
  const { traits, events, asked, visit, test, isAfterAct, drawn } = { ...USUAL, ...values };
  use("asked", asked);
  use("visit", visit);
  script.setAttribute("data-feedback-storage", isAfterAct ? "after-act" : "");
  return reasonAgainst({ key: "nps", rules }, place, traits, events, test, drawn);
};
beforeEach(() => {
  vi.useFakeTimers({ now: NOW, toFake: ["Date"] });
  vi.stubGlobal("location", { pathname: "/cart", hash: "", search: "", hostname: "shop.example" });
  return () => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  };
});

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
    expect(against({ is: { "@language": [] } })).toBe("not for this @language");
    expect(against({ is: { beta: ["true"] } }, { traits: { beta: true } })).toBeUndefined();
  });
  it("keeps to the dates", () => {
    const at = NOW;
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
  const until = NOW + DAY;
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
});

describe("where the visitor is", () => {
  it("fits a path to an address as browsers write it", () => {
    // What compiled.py makes of /café/* and #/cart (tests/widget/test_paths.py).
    const path = "^(?:(?:/caf(?:é|%[Cc]3%[Aa]9|e%[Cc][Cc]%81)/[^#]*)(?:#.*)?|[^#]*#/cart(?:[?#].*)?)$";
    const isOn = (address) => {
      const { pathname, hash } = new URL(address, "https://shop.example");
      return !isOffPath({ rules: { path } }, pathname + hash);
    };
    for (const address of ["/café/", "/caf%c3%a9/2?x=1#top", "/cafe\u0301/2", "/#/cart", "/app?x=1#/cart?n=2"]) expect(isOn(address)).toBe(true);
    for (const address of ["/cafe/", "/caf%E9/", "/cart", "/#/cart/2", "/#top"]) expect(isOn(address)).toBe(false);
  });
  it("takes a route after # for another page, and no place in the page", () => {
    const routes = ["/app", "/app#top", "/app#/cart", "/app#/cart?n=1", "/app#!/cart", "/app#/"].map(routeIn);
    expect(routes).toEqual(["/app", "/app", "/app#/cart", "/app#/cart", "/app#!/cart", "/app#/"]);
  });
});

describe("the device", () => {
  const IPAD = "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
  const MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15";
  it.each([
    ["an iPad", "tablet", IPAD + " Version/17.5 Mobile/15E148 Safari/604.1", 5, true],
    ["an iPad in an application", "tablet", IPAD + " Mobile/15E148", 5, true],
    ["an iPad with Chrome", "tablet", IPAD + " CriOS/126.0 Mobile/15E148 Safari/604.1", 5, true],
    ["an iPad that asks for desktop pages", "tablet", MAC, 5, true],
    ["an iPad with a keyboard and a pointer", "tablet", MAC, 5, false],
    ["a Mac", "desktop", MAC, 0, false],
    ["an iPhone", "phone", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1", 5, true],
    ["an Android phone", "phone", "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/126.0.0.0 Mobile Safari/537.36", 5, true],
    ["an Android tablet", "tablet", "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36", 5, true],
    ["Windows with a screen to touch", "desktop", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0.0.0", 10, false],
    ["Firefox on a Mac", "desktop", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:127.0) Gecko/20100101 Firefox/127.0", 0, false],
  ])("tells %s", (_name, device, userAgent, maxTouchPoints, isCoarse) =>
    expect(deviceOf({ userAgent, maxTouchPoints }, isCoarse)).toBe(device));
});
