// The answers that wait on this device, the oldest first. Each is kept after its tap until the server has it; nothing else
// is. Works without a network.
import { alone, deliver, round } from "../../client/queue.js";
import { at, kiosk, say } from "./page.js";

const NAME = "feedback-kiosk-" + kiosk.key;
const MOST = 500; // answers that wait
const LONGEST = 60; // seconds until somebody looks again, whoever has stopped

// 1. What waits. Where storage is off or full, the page remembers it.
let held = null;

function waiting() {
  if (held) return held;
  try {
    return JSON.parse(localStorage.getItem(NAME)) || [];
  } catch {
    return [];
  }
}

function write(answers) {
  try {
    if (answers.length) localStorage.setItem(NAME, JSON.stringify(answers));
    else localStorage.removeItem(NAME);
    held = null;
  } catch {
    held = answers;
  }
}

// An answer that is kept again, with a higher seq, takes its own place.
export function keep(answer) {
  const answers = waiting();
  const at = answers.findIndex((each) => each.submission_id === answer.submission_id);
  if (at < 0) answers.push(answer);
  else answers[at] = answer;
  write(answers.slice(-MOST));
}

function forget({ submission_id, seq }) {
  write(waiting().filter((each) => each.submission_id !== submission_id || each.seq > seq));
}

// 2. Sending: in order, one at a time, by one page at a time.
// `waits`: "", or what is said of the answers that wait: "offline" without a network, else "saved". `refused`: the id of the
// last answer that the server never takes. `given`: the id of the last that it has taken, and the path of its private link.
export const state = { waits: "", refused: "", given: {} };
let onChange = () => {};
let sending = false;
let isAway = false;
let isAsked = false; // the rest, by the server
let rounds = 0; // in a row that left something
let rest = 0;
let retry;

const post = (body) => fetch(at("r/" + kiosk.key), {
  method: "POST", credentials: "omit", keepalive: true, headers: { "Content-Type": "text/plain" },
  body: JSON.stringify(body), signal: AbortSignal.timeout?.(20000),
}).catch(() => {});

async function send({ body }) {
  const done = await deliver(body, { post, say, attempt: rounds });
  ({ isAway, isAsked } = done);
  if (done.act !== "kept") forget(body);
  if (done.act === "refused") state.refused = body.submission_id;
  if (done.act === "sent") state.given = { id: body.submission_id, path: done.receipt };
  tell();
  return done;
}

async function sendAll() {
  const items = () => waiting().map((body) => ({ to: kiosk.key, body }));
  const seconds = await round(items, send);
  rounds = seconds ? rounds + 1 : 0;
  if (!seconds) return;
  rest = Date.now() + seconds * 1000;
  retry = setTimeout(() => { rest = 0; drain(); }, seconds * 1000);
}

export async function drain() {
  if (sending || !kiosk.key || Date.now() < rest) return;
  clearTimeout(retry);
  sending = true;
  try {
    await alone(NAME, sendAll, { ifAvailable: true });
  } catch (error) {
    say(error);
  } finally {
    sending = false;
    tell();
  }
}

function tell() {
  const isKept = waiting().length && (isAway || rest > Date.now());
  state.waits = isKept ? (isAway ? "offline" : "saved") : "";
  onChange();
}

// A rest that the server asked for goes on.
function tryAgain() {
  if (!isAsked) rest = rounds = 0;
  drain();
}

// Calls this whenever `state` may have changed.
export function whenItChanges(listener) {
  onChange = listener;
}

addEventListener("online", tryAgain);
addEventListener("offline", () => { isAway = true; tell(); });
// Another page of this kiosk may have stopped half way, and a network may come back unannounced.
setInterval(drain, LONGEST * 1000);
