// Sending what is kept, by the rule of refusals.js. Where it is kept is the affair of widget and kiosk.
import { isOfAll, judge, read, restOf } from "./refusals.js";

const DAY = 864e5;
const DATED = 7 * DAY; // the server takes no older time
const LONGEST = 30 * DAY; // that an answer is kept
const FIRST = Date.UTC(2026, 0, 1); // an earlier one is of a clock that was not set yet

// As it is sent now: after seven days undated, counted when it comes; after thirty nothing.
export const dated = (body, now) => {
  const { answered_at, ...undated } = body;
  const at = Date.parse(answered_at);
  if (at < FIRST) return undated;
  if (now - at > LONGEST) return undefined;
  return now - at > DATED ? { ...undated, late: true } : body;
};

// Sends one answer, again without what is refused. `post` takes a body and gives a reply, or undefined without a network;
// `first` is the reply to its first sending, if that is on its way. Ends in "sent", with the path of the answer's private link;
// "refused" or "kept": then `rest` are the seconds until the next try, which the server asked for if `isAsked`, and `isOfAll`
// says whether others would be kept too.
export const deliver = async (body, { post, say, attempt = 0, first }) => {
  let left = dated(body, Date.now());
  if (!left) say("an answer was given up after 30 days");
  while (left) {
    const said = await read(await (first || post(left)));
    first = undefined;
    const { act, body: lighter } = judge(said, left);
    if (said.dropped) say("mended or left out: " + plain(said.dropped));
    if (act !== "sent" && said.status && !(act === "kept" && attempt)) say(reasonOf(said));
    if (act === "kept") {
      return { act, rest: restOf(said, attempt), isAway: !said.status, isAsked: Boolean(said.after), isOfAll: isOfAll(said) };
    }
    if (act === "sent") return { act, receipt: said.content.receipt };
    left = lighter;
  }
  return { act: "refused" };
};

const reasonOf = ({ status, content }) => content?.reason || "no answer of the server, but status " + status;

const plain = (names) => {
  try {
    return decodeURIComponent(names);
  } catch {
    return names;
  }
};

// One round over what waits, `{to, body}` the oldest first, `to` being a survey: what `send` ends "kept" is left for the next,
// with the rest of its survey if they would fare no better. Seconds until then; 0 when nothing is left.
export const round = async (waiting, send) => {
  const tried = new Set();
  const over = new Set();
  const nameOf = ({ submission_id, seq }) => submission_id + seq;
  let rest = 0;
  for (let item; (item = waiting().find(({ to, body }) => !over.has(to) && !tried.has(nameOf(body)))); ) {
    tried.add(nameOf(item.body));
    const done = await send(item);
    if (done.act === "kept") rest = Math.max(rest, done.rest);
    if (done.isOfAll) over.add(item.to);
  }
  return rest;
};

// One tab at a time, or not at all where it cannot wait. Without locks (plain http, a sandboxed frame) the server's own memory
// is enough.
export const alone = async (name, work, options = {}) => {
  let isBegun = false;
  const once = (lock) => {
    isBegun = true;
    return lock && work();
  };
  try {
    if (navigator.locks) return await navigator.locks.request(name, options, once);
  } catch (error) {
    if (isBegun) throw error;
  }
  return work();
};
