import { beforeEach, describe, expect, it, vi } from "vitest";
import { mark, meet, remember, use } from "../src/memory.js";

const DAY = 864e5;
const days = (key) => Math.round((use("asked")[key].until - Date.now()) / DAY);

beforeEach(() => {
  vi.restoreAllMocks();
  localStorage.clear();
  sessionStorage.clear();
});

describe("when to ask again", () => {
  it("rests 90 days after an answer, 30 before any other", () => {
    remember({ key: "nps" }, true);
    expect([days("nps"), days("*")]).toEqual([90, 30]);
  });
  it("rests 30 days after a dismissal, and for good after two", () => {
    remember({ key: "nps" });
    expect(days("nps")).toBe(30);
    remember({ key: "nps" });
    expect(new Date(use("asked").nps.until).getUTCFullYear()).toBeGreaterThan(4000);
  });
  it("forgets dismissals at an answer", () => {
    remember({ key: "nps" });
    remember({ key: "nps" });
    remember({ key: "nps" }, true);
    expect([days("nps"), use("asked").nps.dismissals]).toEqual([90, 0]);
  });
  it("keeps what an answer earned when another tab is closed after it", () => {
    remember({ key: "nps" }, true);
    remember({ key: "nps" });
    expect(days("nps")).toBe(90);
  });
  it("follows the survey's own days", () => {
    remember({ key: "nps", rules: { again_after: 7, rest_after_dismissal: 3 } }, true);
    remember({ key: "ces", rules: { rest_after_dismissal: 3 } });
    expect([days("nps"), days("ces")]).toEqual([7, 3]);
  });
});

describe("over the tabs", () => {
  const open = () => new BroadcastChannel("feedback-visit");
  // What a new tab hears, up to the empty mark of one that was opened after the page and so speaks after it.
  const ask = async () => {
    const [last, tab, heard] = [open(), open(), []];
    last.onmessage = ({ data }) => data === 0 && last.postMessage({});
    tab.onmessage = ({ data }) => heard.push(data);
    tab.postMessage(0);
    await vi.waitFor(() => expect(heard).toContainEqual({}));
    last.close();
    tab.close();
    return heard.slice(0, -1);
  };
  beforeEach(() => dispatchEvent(new Event("pagehide")));
  it("answers with the mark of the visit, and takes over what it lacks", async () => {
    meet();
    mark({ survey: "nps" });
    expect(await ask()).toEqual([{ survey: "nps" }]);
    const other = open();
    other.postMessage({ survey: "ces", draw: 7 });
    await vi.waitFor(() => expect(use("visit")).toEqual({ survey: "nps", draw: 7 }));
    other.close();
  });
  it("is silent while the page rests for a return, and after a day", async () => {
    meet();
    mark({ survey: "nps" });
    const day = vi.spyOn(performance, "now").mockReturnValue(DAY + 1);
    expect(await ask()).toEqual([]);
    day.mockRestore();
    expect(await ask()).toEqual([{ survey: "nps" }]);
    dispatchEvent(new Event("pagehide"));
    expect(await ask()).toEqual([]);
    meet();
    expect(await ask()).toEqual([{ survey: "nps" }]);
  });
  it("does without where the browser denies it", () => {
    vi.stubGlobal("BroadcastChannel", class { constructor() { throw new Error("denied"); } });
    expect(meet).not.toThrow();
    vi.unstubAllGlobals();
  });
});

describe("where it is kept", () => {
  it("keeps the mark of a visit for the visit only", () => {
    use("visit", { survey: "nps" });
    expect(Object.keys(localStorage)).toEqual([]);
    expect(JSON.parse(sessionStorage.getItem("feedback-visit"))).toEqual({ survey: "nps" });
  });
  it("remembers in the page where storage is full, and reads what it could not write", () => {
    vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => { throw new Error("full"); });
    remember({ key: "nps" }, true);
    expect(days("nps")).toBe(90);
    vi.restoreAllMocks();
    remember({ key: "nps" }, true);
    expect(JSON.parse(localStorage.getItem("feedback-asked")).nps.dismissals).toBe(0);
  });
  it("takes broken storage for an empty one", () => {
    localStorage.setItem("feedback-asked", "{");
    expect(use("asked")).toEqual({});
  });
});
