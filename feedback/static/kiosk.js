// The kiosk: asks one visitor after another. Each answer is kept on this device, after its tap, until the
// server has it; nothing else is. Works on without a network as long as the page is open.
(() => {
  "use strict";

  const kiosk = JSON.parse(document.body.dataset.kiosk);
  const part = (id) => document.getElementById(id);
  const say = (reason) => console.info("feedback: " + reason);

  const MOST = 500; // answers that wait
  const THANKS = 5; // seconds
  const ASLEEP = 20; // of no touch, after which it asks whether somebody is there
  const GONE = 30;
  const LONGEST = 60; // between two attempts
  const RECHECK = kiosk.state === "live" ? 300 : 60;
  const DOUBLE_TAP = 400; // ms: the second tap of two is not meant for what has come under the finger

  // A UUIDv7: in the order of time, which keeps the server's index warm.
  function newId() {
    let digits = Date.now().toString(16).padStart(12, "0");
    for (const byte of crypto.getRandomValues(new Uint8Array(10))) digits += byte.toString(16).padStart(2, "0");
    return digits.replace(/(.{8})(.{4}).(.{3}).(.{3})/, "$1-$2-7$3-8$4-");
  }

  // 1. The answers that wait, the oldest first. Where storage is off or full, the page remembers them.
  const NAME = "feedback-kiosk-" + kiosk.key;
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

  // Rather lose a detail than the rating: a device whose clock is wrong. False when nothing can be left out.
  async function lighten(answer, reply) {
    const { error = "", reason } = await reply.json().catch(() => ({}));
    say("an answer was refused: " + reason);
    const detail = error.replace(/_(invalid|ahead|too_old)$/, "");
    if (!["answered_at", "comment", "properties", "locale"].includes(detail) || !(detail in answer)) return false;
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
      tellLine();
    }
  }

  function tryAgain() {
    rest = failures = 0;
    drain();
  }

  addEventListener("online", tryAgain);
  addEventListener("offline", () => { isAway = true; tellLine(); });
  // Another page of this kiosk may have stopped half way, and a network may come back unannounced.
  setInterval(drain, LONGEST * 1000);

  function tellLine() {
    const words = kiosk.languages?.[language]?.words;
    part("line").textContent = isAway && waiting().length && words ? words.offline : "";
  }

  // 3. One visitor after another.
  let language = kiosk.language;
  let answer = null;
  let screen = "ask";
  const languages = document.querySelector(".languages");
  let changed = 0;
  let clock;

  function show(name, focus) {
    for (const id of ["ask", "more", "thanks"]) part(id).hidden = id !== name;
    part("still").hidden = true;
    if (languages) languages.hidden = name !== "ask";
    screen = name;
    changed = Date.now();
    // What has come is read out, and the keyboard goes on from there.
    if (focus) part(name).querySelector("h1").focus({ preventScroll: true });
    scrollTo(0, 0);
    wait();
  }

  function wait() {
    clearTimeout(clock);
    if (screen === "thanks") clock = setTimeout(startOver, THANKS * 1000);
    else if (screen === "more") clock = setTimeout(askWhetherThere, ASLEEP * 1000);
    else if (language !== kiosk.language) clock = setTimeout(startOver, GONE * 1000);
  }

  function askWhetherThere() {
    part("still").hidden = false;
    clock = setTimeout(startOver, (GONE - ASLEEP) * 1000);
  }

  // Somebody is there: the time begins anew.
  function touch() {
    if (screen === "thanks") return;
    const still = part("still");
    if (still.contains(document.activeElement)) part("comment").focus();
    still.hidden = true;
    wait();
  }

  function startOver() {
    const wasThere = document.activeElement !== document.body;
    answer = null;
    part("comment").value = "";
    speak(kiosk.language);
    show("ask", wasThere);
  }

  function give(more) {
    answer = { ...answer, ...more };
    keep(answer);
    drain();
  }

  function choose(rating) {
    if (screen !== "ask") return;
    answer = {
      v: 1, submission_id: newId(), seq: 1, rating, locale: language, channel: "kiosk",
      properties: kiosk.properties, answered_at: new Date().toISOString(), test: kiosk.test,
    };
    give({});
    if (kiosk.comment) show("more", true);
    else thank();
  }

  function finish() {
    const comment = part("comment").value.trim();
    if (comment) give({ seq: 2, comment });
    thank();
  }

  function thank() {
    const texts = kiosk.languages[language];
    const band = Object.keys(kiosk.bands).find((name) => {
      const [least, most] = kiosk.bands[name];
      return least <= answer.rating && answer.rating <= most;
    });
    part("thank_you").textContent = texts.endings[band] || texts.thanks;
    show("thanks", true);
  }

  // 4. Languages: every text of the page, at once.
  function speak(code) {
    const texts = kiosk.languages[code];
    const words = texts.words;
    language = code;
    document.documentElement.lang = texts.page;
    document.documentElement.dir = texts.dir;
    for (const id of ["ask", "more", "thanks"]) part(id).lang = code;
    const told = {
      question: texts.question, low: texts.low, high: texts.high, why: texts.comment, thank_you: texts.thanks,
      done: texts.done, send: words.send, skip: words.skip, start_over: words.start_over,
    };
    for (const [id, text] of Object.entries(told)) part(id).textContent = text;
    for (const cell of cells) {
      cell.setAttribute("aria-label", words.of.replace("{rating}", cell.value).replace("{maximum}", kiosk.maximum));
    }
    part("still").querySelector("p").textContent = words.still_there;
    part("still").querySelector("button").textContent = words.go_on;
    for (const button of document.querySelectorAll(".languages button")) {
      button.setAttribute("aria-pressed", button.value === code);
    }
    tellLine();
  }

  // 5. Fingers and keys.
  const cells = [...document.querySelectorAll(".scale button")];
  let typed = "";
  let typing;

  function onClick(event) {
    const button = event.target.closest("button");
    if (!button || (Date.now() - changed < DOUBLE_TAP && event.detail)) return;
    if (cells.includes(button)) choose(Number(button.value));
    else if (button.closest(".languages") && screen === "ask") { speak(button.value); wait(); }
    else if (button.id === "send" || button.id === "skip") {
      if (button.id === "skip") part("comment").value = "";
      finish();
    } else if (button.id === "start_over") startOver();
  }

  function onKey(event) {
    if (screen !== "ask" || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = cells.indexOf(document.activeElement);
    const step = /^Arrow(Right|Down)$/.test(event.key) - /^Arrow(Left|Up)$/.test(event.key);
    if (step && at >= 0) {
      event.preventDefault();
      const forth = document.documentElement.dir === "rtl" && /Right|Left/.test(event.key) ? -step : step;
      cells.at((at + forth) % cells.length).focus();
    } else if (/^\d$/.test(event.key)) {
      clearTimeout(typing);
      typed += event.key;
      // A 1 may be the beginning of 10.
      typing = setTimeout(() => {
        const cell = cells.find((each) => each.value === typed);
        typed = "";
        if (cell) choose(Number(cell.value));
      }, typed === "1" && kiosk.maximum > 9 ? 600 : 0);
    }
  }

  // 6. A page that is open for weeks: awake, and never an old one.
  function stayAwake() {
    if (!document.hidden) navigator.wakeLock?.request("screen").catch(() => {});
  }

  async function recheck() {
    if (screen !== "ask" || language !== kiosk.language) return;
    try {
      const reply = await fetch(location.href, { method: "HEAD", cache: "no-store", credentials: "omit" });
      const version = reply.headers.get("X-Feedback-Version");
      if (version && version !== document.body.dataset.version && screen === "ask") location.reload();
    } catch { /* no network: the page goes on as it is */ }
  }

  if (kiosk.state === "live") {
    document.addEventListener("click", onClick);
    document.addEventListener("keydown", onKey);
    for (const name of ["pointerdown", "keydown", "input"]) document.addEventListener(name, touch);
    document.addEventListener("visibilitychange", stayAwake);
    stayAwake();
  }
  setInterval(recheck, RECHECK * 1000);
  drain();
})();
