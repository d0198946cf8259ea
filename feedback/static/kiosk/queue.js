// The answers that wait on this device, the oldest first, and how they reach the server. Each is kept
// after its tap until the server has it; nothing else is. Works without a network.
"use strict";

const kiosk = JSON.parse(document.body.dataset.kiosk);
const say = (reason) => console.info("feedback: " + reason);

const queue = (() => {
  const NAME = "feedback-kiosk-" + kiosk.key;
  const MOST = 500; // answers that wait
  const LONGEST = 60; // seconds between two attempts
  const DETAILS = ["answered_at", "comment", "answers", "properties", "locale"];

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
  function keep(answer) {
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
  let sending = false;
  let isAway = false;
  let failures = 0;
  let rest = 0;
  let retry;

  // Seconds to wait before the next attempt; 0 when this answer is done with.
  async function send(answer) {
    let reply;
    try {
      reply = await fetch("/r/" + kiosk.key, {
        method: "POST", credentials: "omit", keepalive: true, headers: { "Content-Type": "text/plain" },
        body: JSON.stringify(answer), signal: AbortSignal.timeout?.(20000),
      });
    } catch {
      isAway = true;
      return Math.min(LONGEST, 2 ** failures++);
    }
    isAway = false;
    if (reply.status === 408 || reply.status === 429 || reply.status > 499) {
      return Number(reply.headers.get("Retry-After")) || Math.min(LONGEST, 2 ** failures++);
    }
    // Paused or closed: it may be opened again, and what was given before is not lost.
    if (reply.status === 403 || reply.status === 410) return LONGEST;
    failures = 0;
    if (reply.ok || !(await lighten(answer, reply))) forget(answer);
    return 0;
  }

  // Rather lose a detail than the rating: a device whose clock is wrong, a touchpoint that has moved
  // away. False when nothing can be left out.
  async function lighten(answer, reply) {
    const { error = "", reason } = await reply.json().catch(() => ({}));
    say("an answer was refused: " + reason);
    const detail = error.replace("counted_most", "answers").replace(/_(invalid|ahead|too_old)$/, "");
    if (!DETAILS.includes(detail) || !(detail in answer)) return false;
    const { [detail]: _left, ...rest } = answer;
    if (waiting().some((each) => each.submission_id === answer.submission_id && each.seq === answer.seq)) keep(rest);
    return true;
  }

  async function sendAll() {
    for (let next; (next = waiting()[0]); ) {
      const pause = await send(next);
      if (!pause) continue;
      rest = Date.now() + pause * 1000;
      retry = setTimeout(() => { rest = 0; drain(); }, pause * 1000);
      return;
    }
  }

  async function drain() {
    if (sending || !kiosk.key || Date.now() < rest) return;
    clearTimeout(retry);
    sending = true;
    try {
      if (navigator.locks) await navigator.locks.request(NAME, { ifAvailable: true }, (lock) => lock && sendAll());
      else await sendAll();
    } catch (error) {
      say(error);
    } finally {
      sending = false;
      made.onChange();
    }
  }

  function tryAgain() {
    rest = failures = 0;
    drain();
  }

  addEventListener("online", tryAgain);
  addEventListener("offline", () => { isAway = true; made.onChange(); });
  // Another page of this kiosk may have stopped half way, and a network may come back unannounced.
  setInterval(drain, LONGEST * 1000);

  // onChange: called when what `isHeldUp` says may have changed.
  const made = { keep, drain, isHeldUp: () => isAway && waiting().length > 0, onChange: () => {} };
  return made;
})();
