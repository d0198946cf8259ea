// What a reply means for an answer that is kept until the server acknowledges it: the one rule of widget and kiosk.
// docs/embed.md prints it as a table; tests/browser/test_refusals.py holds both to each of its rows.

// Not ours to mend: another sending would meet the same.
const LAST = /^(rating|submission_id|seq|v)_/;
// What is left when details are refused: with the comment and the time, then without.
const BARE = ["v", "submission_id", "seq", "rating", "test", "late"];
const ALONE = [...BARE, "locale", "channel", "answered_at", "comment"];
const TOO_LARGE = 6e4; // bytes: with keepalive a browser sends no more than 64 kB, and fails as without a network

// A reply as `judge` takes it; without one, or with half of one, the status is 0. `content`: its JSON, if it is JSON.
export const read = async (reply) => {
  const text = await reply?.text().catch(() => {});
  if (text === undefined) return { status: 0 };
  const { status, headers } = reply;
  let content;
  try {
    content = JSON.parse(text);
  } catch { /* a proxy's page, a captive portal's */ }
  return { status, content, after: headers.get("Retry-After"), dropped: headers.get("X-Feedback-Dropped") };
};

// Ours is a word for programs; other servers write prose there, such as "Not Found".
const errorOf = (content) => (typeof content?.error === "string" && /^[a-z_]+$/.test(content.error) ? content.error : "");

// "sent"; "refused" for good; "lighter": to be sent again as `body`, without a detail; or "kept" for better times.
export const judge = ({ status, content }, body) => {
  const error = errorOf(content);
  if (status > 199 && status < 300 && content?.id) return { act: "sent" };
  if (error && (/404|409|413/.test(status) || status === 422 && LAST.test(error))) return { act: "refused" };
  const isDetail = error && (/400|422/.test(status) || error === "signature_invalid");
  if (!isDetail && (status || sizeOf(body) < TOO_LARGE)) return { act: "kept" };
  const left = lighter(body, error);
  return left ? { act: "lighter", body: left } : { act: "refused" };
};

// Without the detail that was refused; where none is named or it is gone already, the rating alone.
const lighter = (body, error) => {
  const names = Object.keys(body).filter((name) => body[name] !== undefined);
  const part = error.replace(/_(invalid|ahead|too_old)$/, "").replace("counted_most", "answers");
  const refused = part === "signature" ? ["contact", part] : [part];
  const ways = [(name) => BARE.includes(name) || !refused.includes(name), (name) => ALONE.includes(name), (name) => BARE.includes(name)];
  const left = ways.map((way) => names.filter(way)).find(({ length }) => length < names.length);
  return left && Object.fromEntries(left.map((name) => [name, body[name]]));
};

const sizeOf = (body) => new Blob([JSON.stringify(body)]).size;

// Whether the other answers to this survey would fare no better at the moment. Our own failure may be of this one's making.
export const isOfAll = ({ status, content }) => !(status === 500 && errorOf(content));

// Seconds until the next try: what the server asks for, else longer each time. A survey that is paused or closed stays so.
export const restOf = ({ status, after }, attempt) => {
  const asked = Number(after) || (Date.parse(after) - Date.now()) / 1000;
  if (asked > 0) return Math.min(asked, 86400);
  return Math.min(60, 2 ** attempt) * (/403|410/.test(status) ? 60 : 1);
};
