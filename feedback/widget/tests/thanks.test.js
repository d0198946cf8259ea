import { afterEach, describe, expect, it, vi } from "vitest";
import { linger, timeFor, watch } from "../src/thanks.js";

const words = (number) => Array(number).fill("word").join(" ");

describe("how long the thanks stay", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("is four seconds for a few words, then two and 0.4 a word", () =>
    expect(["Thank you.", words(5), words(6), words(68)].map((text) => timeFor(text, "en"))).toEqual([4000, 4000, 4400, 29200]));
  it("counts words where no blank parts them", () => {
    const japanese = "ご回答ありがとうございました。お支払いの画面が遅いというご意見を受けて、表示を速くしました。";
    expect(timeFor(japanese, "ja")).toBeGreaterThan(timeFor(words(12), "en"));
  });
  it("counts no blanks and no marks", () =>
    expect(timeFor(`« ${words(20)} » — !`, "fr")).toBe(timeFor(words(20), "fr")));
  it("goes by the letters in an old browser", () => {
    vi.stubGlobal("Intl", {});
    expect(timeFor(words(80), "en")).toBeGreaterThan(2000 + 80 * 400);
  });
});

describe("the pointer", () => {
  const over = (panel, type, pointerType) => panel.dispatchEvent(Object.assign(new Event(type), { pointerType }));
  const open = (...events) => {
    vi.useFakeTimers();
    const ask = { panel: document.createElement("section"), status: { textContent: "Thank you." }, lang: "en", leave: vi.fn() };
    watch(ask);
    for (const [type, kind] of events) over(ask.panel, type, kind);
    linger(ask);
    return ask;
  };
  afterEach(() => vi.useRealTimers());

  it.each([["nowhere"], ["a finger", ["pointerover", "touch"]], ["away again", ["pointermove", "mouse"], ["pointerleave", "mouse"]]])(
    "lets it go in time: %s", (_, ...events) => {
      const ask = open(...events);
      vi.advanceTimersByTime(3999);
      expect(ask.leave).not.toHaveBeenCalled();
      vi.advanceTimersByTime(1);
      expect(ask.leave).toHaveBeenCalledOnce();
    });
  it("keeps it until it has left", () => {
    const ask = open(["pointerover", "mouse"]);
    vi.advanceTimersByTime(20000);
    expect(ask.leave).not.toHaveBeenCalled();
    over(ask.panel, "pointerleave", "mouse");
    vi.advanceTimersByTime(500);
    expect(ask.leave).toHaveBeenCalledOnce();
  });
  it("is nobody's when it has not moved for half a minute", () => {
    const ask = open(["pointerover", "mouse"]);
    vi.advanceTimersByTime(31000);
    expect(ask.leave).toHaveBeenCalledOnce();
  });
});
