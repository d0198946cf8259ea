import { describe, expect, it } from "vitest";
import { dated, deliver, round } from "../../client/queue.js";

const DAY = 864e5;
const stored = () => new Response(JSON.stringify({ id: "0198", seq: 1 }), { status: 201 });
const refusal = (status, error, reason, headers) => new Response(JSON.stringify({ error, reason }), { status, headers });
const answer = (days = 0, more = {}) => ({
  v: 1, submission_id: "one", seq: 1, rating: 8, answered_at: new Date(Date.now() - days * DAY).toISOString(), ...more,
});
// A server that replies in this order, and what it was sent.
const server = (...replies) => {
  const sent = [], said = [];
  return { sent, said, post: async (body) => { sent.push(body); return replies.shift(); }, say: (line) => said.push(line) };
};

describe("an answer of an earlier day", () => {
  const now = Date.parse("2026-11-22T12:00:00Z");
  const at = (answered_at) => dated({ rating: 8, answered_at }, now);
  it("is sent as given for seven days", () =>
    expect(at("2026-11-15T12:00:01Z")).toEqual({ rating: 8, answered_at: "2026-11-15T12:00:01Z" }));
  it("is sent undated and late for thirty", () => {
    expect(at("2026-11-15T11:59:59Z")).toEqual({ rating: 8, late: true });
    expect(at("2026-10-23T12:00:01Z")).toEqual({ rating: 8, late: true });
  });
  it("is given up then", () => expect(at("2026-10-23T11:59:59Z")).toBeUndefined());
  it("is of no day at all where the clock was not set", () => expect(at("2020-01-01T00:00:00Z")).toEqual({ rating: 8 }));
  it("without a time of its own stays as it is", () => expect(dated({ rating: 8 }, now)).toEqual({ rating: 8 }));
});

describe("delivery", () => {
  it("ends when the answer is stored", async () => {
    const to = server(stored());
    expect(await deliver(answer(), to)).toEqual({ act: "sent" });
    expect(to.said).toEqual([]);
  });
  it("takes the first reply for its own", async () => {
    const to = server();
    expect(await deliver(answer(), { ...to, first: Promise.resolve(stored()) })).toEqual({ act: "sent" });
    expect(to.sent).toEqual([]);
  });
  it("leaves out one detail after another, never the rating", async () => {
    const to = server(refusal(422, "properties_invalid", "too long"), refusal(422, "answered_at_ahead", "in the future"), stored());
    expect(await deliver(answer(0, { properties: { a: [] }, comment: "Slow" }), to)).toEqual({ act: "sent" });
    expect(to.sent[2]).toEqual({ v: 1, submission_id: "one", seq: 1, rating: 8, comment: "Slow" });
    expect(to.said).toEqual(["too long", "in the future"]);
  });
  it("gives up what is refused when nothing is left to leave out", async () => {
    const refused = () => refusal(422, "answers_invalid", "no");
    const to = server(...Array.from({ length: 9 }, refused));
    expect(await deliver(answer(0, { comment: "Slow", page: "https://shop.example" }), to)).toEqual({ act: "refused" });
    expect(to.sent.map((body) => Object.keys(body).length)).toEqual([7, 6, 4]);
  });
  it("gives up after thirty days, and says so", async () => {
    const to = server();
    expect(await deliver(answer(31), to)).toEqual({ act: "refused" });
    expect([to.sent, to.said]).toEqual([[], ["an answer was given up after 30 days"]]);
  });
  it("says what was stored without", async () => {
    const headers = { "X-Feedback-Dropped": "comment, properties.na%C3%AFve" };
    const to = server(new Response('{"id": "0198"}', { status: 201, headers }));
    await deliver(answer(), to);
    expect(to.said).toEqual(["mended or left out: comment, properties.na\u00efve"]);
    const odd = server(new Response('{"id": "0198"}', { status: 201, headers: { "X-Feedback-Dropped": "100%" } }));
    await deliver(answer(), odd);
    expect(odd.said).toEqual(["mended or left out: 100%"]);
  });
  it("says once why it waits", async () => {
    const paused = () => refusal(403, "survey_paused", "this survey is paused");
    const to = server(paused(), paused());
    for (const attempt of [0, 1]) expect((await deliver(answer(), { ...to, attempt })).act).toBe("kept");
    expect(to.said).toEqual(["this survey is paused"]);
  });
  it("says of a page that is not the server's only what it is", async () => {
    const to = server(new Response("<h1>Sign in to the hotel</h1>", { status: 200 }));
    await deliver(answer(), to);
    expect(to.said).toEqual(["no answer of the server, but status 200"]);
  });
});

describe("a round over what waits", () => {
  const items = ["a", "b", "a"].map((to, at) => ({ to, body: answer(0, { submission_id: String(at) }) }));
  const sending = (outcomes) => {
    const sent = [];
    return [sent, async ({ body }) => { sent.push(body.submission_id); return outcomes[body.submission_id] || { act: "sent" }; }];
  };
  it("sends all, the oldest first", async () => {
    const [sent, send] = sending({});
    expect([await round(() => items, send), sent]).toEqual([0, ["0", "1", "2"]]);
  });
  it("goes past one that is kept, and rests as long as the longest asks", async () => {
    const [sent, send] = sending({ 0: { act: "kept", rest: 7 }, 2: { act: "kept", rest: 3 } });
    expect([await round(() => items, send), sent]).toEqual([7, ["0", "1", "2"]]);
  });
  it("leaves a survey alone that takes nothing now, not the others", async () => {
    const [sent, send] = sending({ 0: { act: "kept", rest: 60, isOfAll: true } });
    expect([await round(() => items, send), sent]).toEqual([60, ["0", "1"]]);
  });
  it("takes up what comes while it sends", async () => {
    const queue = [items[0]];
    const sent = [];
    const send = async ({ body }) => {
      if (!sent.length) queue.push(items[2]);
      sent.push(body.submission_id);
      return { act: "sent" };
    };
    await round(() => queue, send);
    expect(sent).toEqual(["0", "2"]);
  });
});
