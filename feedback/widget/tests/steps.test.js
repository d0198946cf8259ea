import { describe, expect, it, vi } from "vitest";
import { newId } from "../../client/ids.js";
import { bandOf, fill, numbers, typing } from "../../client/scale.js";
import { pick } from "../../client/steps.js";
import { drawStep, stepsFor, textIn } from "../src/steps.js";

const bands = { negative: [0, 6], neutral: [7, 8], positive: [9, 10] };
const context = {
  lang: "fr", texts: { comment: "Pourquoi ?" },
  words: { of: "{rating} of {maximum}", counted_most: "What counted most?", up_to_two: "up to two", none_of_these: "None of these" },
};
const choices = ["c1", "c2", "c3"].map((id) => ({ id, texts: { fr: id.toUpperCase() } }));

describe("which questions follow", () => {
  it("knows the band of a rating, both ends belonging to it", () =>
    expect([0, 6, 7, 8, 9, 10].map((rating) => bandOf(bands, rating))).toEqual(
      ["negative", "negative", "neutral", "neutral", "positive", "positive"]));
  it("asks for a comment where nothing is set", () =>
    expect(stepsFor({}, undefined).map(({ kind }) => kind)).toEqual(["comment"]));
  it("asks each band its own, and what counted most at the end", () => {
    const survey = {
      follow_ups: [{ id: "f1", kind: "comment", bands: ["negative"] }, { id: "f2", kind: "single", bands: ["positive"] }, { id: "f3", kind: "rating" }],
      counted_most: [{ id: "t1", name: "Payment" }],
    };
    expect(stepsFor(survey, "negative").map(({ id }) => id)).toEqual(["f1", "f3", "counted_most"]);
    expect(stepsFor(survey, "positive").map(({ id }) => id)).toEqual(["f2", "f3", "counted_most"]);
  });
  it("asks nobody a question that rests", () =>
    expect(stepsFor({ follow_ups: [{ id: "f1", kind: "comment", bands: [] }] }, "negative")).toEqual([]));
  it("takes a text in the language, else the first", () => {
    expect(textIn({ en: "a", fr: "b" }, "fr")).toBe("b");
    expect(textIn({ en: "a" }, "fr")).toBe("a");
    expect(textIn(undefined, "fr")).toBeUndefined();
  });
});

describe("how a question is read", () => {
  const check = (element, ...values) => {
    for (const input of element.querySelectorAll("input")) {
      if (!values.includes(input.value)) continue;
      input.checked = true;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
  };
  it.each([
    [{ id: "f1", kind: "single", choices }, ["c2"], "c2"],
    [{ id: "f1", kind: "multiple", choices }, ["c1", "c3"], ["c1", "c3"]],
    [{ id: "f1", kind: "rating", minimum: 1, maximum: 5 }, ["4"], 4],
    [{ id: "counted_most", kind: "counted_most", choices: [{ id: "t1", name: "Payment" }] }, ["t1"], ["t1"]],
    [{ id: "counted_most", kind: "counted_most", choices: [{ id: "t1", name: "Payment" }] }, ["none"], []],
  ])("reads %j", (step, chosen, given) => {
    const { element, read } = drawStep(step, context);
    expect(read()).toBeUndefined();
    check(element, ...chosen);
    expect(read()).toEqual(given);
  });
  it("takes two of what counted most, or none of them alone", () => {
    const step = { id: "counted_most", kind: "counted_most", choices: ["a", "b", "c"].map((id) => ({ id, name: id })) };
    const { element, read } = drawStep(step, context);
    check(element, "a", "b", "c");
    expect(read()).toHaveLength(2);
    check(element, "none");
    expect(read()).toEqual([]);
  });
  it("of touchpoints keeps the last two that were ticked, in a scale or a list one, elsewhere all", () => {
    const taps = (kind, ...ids) => ids.reduce((chosen, id) => pick({ kind }, chosen, id), []);
    expect(taps("counted_most", "c", "a", "b")).toEqual(["a", "b"]);
    expect(taps("counted_most", "none", "a")).toEqual(["a"]);
    expect(taps("counted_most", "a", "a")).toEqual([]);
    expect(taps("multiple", "c", "a", "b", "a")).toEqual(["c", "b"]);
    expect(taps("single", "a", "b", "b")).toEqual(["b"]);
    expect(taps("rating", "4", "5")).toEqual(["5"]);
  });
  it("reads a comment", () => {
    const { element, first, read } = drawStep({ id: "c", kind: "comment" }, context);
    expect(element.textContent).toBe("Pourquoi ?");
    first.value = "Lent";
    expect(read()).toBe("Lent");
  });
});

describe("small things", () => {
  it("makes ids in the order of time", () => {
    const ids = Array.from({ length: 100 }, newId);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(ids).size).toBe(100);
    expect(parseInt(ids[0].replace("-", "").slice(0, 12), 16)).toBeCloseTo(Date.now(), -4);
  });
  it("numbers a scale", () => expect([numbers(0, 3), numbers(1, 5)]).toEqual([[0, 1, 2, 3], [1, 2, 3, 4, 5]]));
  it("takes a typed 1 for the beginning of 10 where there is one", () => {
    vi.useFakeTimers();
    const chosen = [];
    const typeOn = typing();
    const type = (digit, maximum) => typeOn(digit, maximum, (number) => chosen.push(number));
    type("1", 10);
    type("0", 10);
    vi.advanceTimersByTime(0);
    type("1", 10);
    vi.advanceTimersByTime(599);
    expect(chosen).toEqual([10]);
    vi.advanceTimersByTime(1);
    type("1", 5);
    vi.advanceTimersByTime(0);
    expect(chosen).toEqual([10, 1, 1]);
    vi.useRealTimers();
  });
  it("fills a text", () => expect(fill("{rating} of {maximum}", 9, 10)).toBe("9 of 10"));
});
