import { describe, expect, it } from "vitest";
import { isStale, outcome, restOf } from "../src/queue.js";

const said = [];
const say = (reason) => said.push(reason);
const refusal = (status, error, reason) => new Response(JSON.stringify({ error, reason }), { status });

describe("what a reply means", () => {
  it("is sent when it is stored", async () => expect(await outcome(new Response("{}", { status: 201 }), {}, say)).toBe("sent"));
  it.each([undefined, refusal(429), refusal(503), refusal(500)])("waits for better times", async (reply) =>
    expect(await outcome(reply, {}, say)).toBe("waiting"));
  it("rather loses a detail than the rating", async () => {
    const body = { rating: 8, answered_at: "x", properties: { a: 1 } };
    expect(await outcome(refusal(422, "answered_at_too_old", "too old"), body, say)).toBe("again");
    expect(await outcome(refusal(422, "properties_invalid", "too long"), body, say)).toBe("again");
    expect(body).toEqual({ rating: 8 });
    expect(said.slice(-2)).toEqual(["too old", "too long"]);
  });
  it("gives up on a rating that is refused", async () => {
    expect(await outcome(refusal(422, "rating_invalid", "no"), { rating: 80 }, say)).toBe("failed");
    expect(await outcome(refusal(410, "survey_closed", "closed"), { rating: 8 }, say)).toBe("failed");
    expect(await outcome(new Response("<html>", { status: 404 }), { rating: 8 }, say)).toBe("failed");
  });
});

describe("when to try again", () => {
  it("does what the server asks for", () =>
    expect(restOf(new Response("", { status: 503, headers: { "Retry-After": "7" } }), 0)).toBe(7));
  it("waits longer each time, at most half a minute", () =>
    expect([0, 1, 2, 9].map((attempt) => restOf(undefined, attempt))).toEqual([1, 2, 4, 30]));
  it("drops what is older than the server takes", () => {
    const now = Date.parse("2026-11-22T12:00:00Z");
    expect(isStale({ answered_at: "2026-11-15T11:59:59Z" }, now)).toBe(true);
    expect(isStale({ answered_at: "2026-11-15T12:00:01Z" }, now)).toBe(false);
  });
});
