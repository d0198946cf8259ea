import { describe, expect, it } from "vitest";
import { isOfAll, judge, read, restOf } from "../../client/refusals.js";

const HTML = "<!doctype html><title>Sign in</title>";
const WHOLE = {
  v: 1, submission_id: "one", seq: 2, rating: 8, test: false, locale: "en", channel: "widget", page: "https://shop.example/",
  comment: "Slow", answers: { f1: "c1" }, contact: { id: "42" }, signature: "ab", about: "order-7", properties: { plan: "pro" },
  answered_at: "2026-11-22T12:00:00Z",
};
const ours = (error) => ({ error, reason: "because" });
const act = (status, content, body = WHOLE) => judge({ status, content }, body).act;
const without = (status, error, body = WHOLE) => {
  const { body: left = {} } = judge({ status, content: ours(error) }, body);
  return Object.keys(body).filter((name) => !(name in left));
};

describe("the one rule", () => {
  it.each([[200], [201]])("%d with an id is an acknowledgement", (status) => expect(act(status, { id: "0198", seq: 1 })).toBe("sent"));
  it.each([
    [404, "survey_unknown"], [409, "seq_conflict"], [413, "body_too_large"], [422, "rating_invalid"], [422, "rating_off_scale"],
    [422, "submission_id_invalid"], [422, "seq_invalid"], [422, "v_invalid"],
  ])("%d %s is refused for good", (status, error) => expect(act(status, ours(error))).toBe("refused"));
  it.each([
    [403, "survey_paused"], [403, "survey_draft"], [408, "slow"], [410, "survey_closed"], [425, "too_early"], [429, "too_many"],
    [500, "server_error"], [503, "busy"], [405, "method_not_allowed"],
  ])("%d %s is kept", (status, error) => expect(act(status, ours(error))).toBe("kept"));
  it.each([0, 200, 204, 301, 400, 401, 403, 404, 409, 410, 413, 422, 451, 500, 502, 504])(
    "%d without a word of ours is kept", (status) => {
      for (const content of [undefined, null, {}, [], "no", { error: "Not Found" }, { error: 404 }, { error: true }, { status: "ok" }]) {
        expect(act(status, content)).toBe("kept");
      }
    });
});

describe("a detail that is refused", () => {
  it.each([
    [422, "properties_invalid", ["properties"]],
    [422, "comment_invalid", ["comment"]],
    [422, "answers_invalid", ["answers"]],
    [422, "counted_most_invalid", ["answers"]],
    [422, "locale_invalid", ["locale"]],
    [422, "channel_invalid", ["channel"]],
    [422, "about_invalid", ["about"]],
    [422, "answered_at_invalid", ["answered_at"]],
    [422, "answered_at_ahead", ["answered_at"]],
    [422, "answered_at_too_old", ["answered_at"]],
    [403, "signature_invalid", ["contact", "signature"]],
  ])("%d %s is left out alone", (status, error, gone) => expect(without(status, error)).toEqual(gone));
  it.each([[400, "body_malformed"], [422, "of_another_kind"]])("that nobody names leaves the rating with its comment: %d %s",
    (status, error) => expect(without(status, error)).toEqual(["page", "answers", "contact", "signature", "about", "properties"]));
  it("and again leaves the rating alone, and then nothing", () => {
    const { body: once } = judge({ status: 400, content: ours("body_malformed") }, WHOLE);
    expect(without(400, "body_malformed", once)).toEqual(["locale", "channel", "comment", "answered_at"]);
    const { body: twice } = judge({ status: 400, content: ours("body_malformed") }, once);
    expect(twice).toEqual({ v: 1, submission_id: "one", seq: 2, rating: 8, test: false });
    expect(act(400, ours("body_malformed"), twice)).toBe("refused");
  });
  it("never turns a test into an answer, nor a late one into one of today", () => {
    const { body } = judge({ status: 422, content: ours("test_invalid") }, { ...WHOLE, test: true, late: true });
    expect([body.test, body.late]).toEqual([true, true]);
  });
  it("that is too large for any browser to send counts as refused", () => {
    const { act, body } = judge({ status: 0 }, { ...WHOLE, properties: { cart: "\u20ac".repeat(3e4) } });
    expect([act, body.rating, body.comment, body.properties]).toEqual(["lighter", 8, "Slow", undefined]);
  });
});

describe("a reply", () => {
  it("is read with its headers", async () =>
    expect(await read(new Response('{"id": "0198"}', { status: 201, headers: { "Retry-After": "7", "X-Feedback-Dropped": "page" } })))
      .toEqual({ status: 201, content: { id: "0198" }, after: "7", dropped: "page" }));
  it("may be a page, nothing or missing, and half of one is missing", async () => {
    for (const text of [HTML, "", '{"id": "01']) expect((await read(new Response(text))).content).toBeUndefined();
    const cut = { status: 201, headers: new Headers(), text: () => Promise.reject(new Error("cut")) };
    for (const missing of [cut, undefined]) expect(await read(missing)).toEqual({ status: 0 });
  });
});

describe("when to try again", () => {
  const rests = (status) => [0, 1, 2, 9].map((attempt) => restOf({ status }, attempt));
  it("waits longer each time, at most a minute", () => {
    for (const status of [0, 200, 404, 429, 503]) expect(rests(status)).toEqual([1, 2, 4, 60]);
  });
  it("waits for minutes where a survey is shut, at most an hour", () => {
    for (const status of [403, 410]) expect(rests(status)).toEqual([60, 120, 240, 3600]);
  });
  it("does what the server asks for, up to a day", () => {
    for (const status of [429, 503, 403]) expect(restOf({ status, after: "7" }, 0)).toBe(7);
    expect(restOf({ status: 503, after: "9999999" }, 0)).toBe(86400);
    const date = new Date(Date.now() + 90_000).toUTCString();
    expect(Math.round(restOf({ status: 503, after: date }, 0))).toBeGreaterThan(87);
    for (const odd of ["soon", "-5", "0", "", null]) expect(restOf({ status: 503, after: odd }, 2)).toBe(4);
  });
  it("holds back the others of a survey unless the failure may be of one's making", () => {
    for (const status of [0, 403, 404, 429, 503]) expect(isOfAll({ status })).toBe(true);
    expect(isOfAll({ status: 500, content: ours("server_error") })).toBe(false);
    expect(isOfAll({ status: 500 })).toBe(true);
  });
});
