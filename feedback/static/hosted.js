/* A score is kept as soon as it is tapped, though the tab be closed at once; Send sends the same answer again, with what was
   typed. Loading the page sends nothing, whoever loads it, nor does a script that clicks: only a finger, a mouse, a key. */
"use strict";

(function () {
  const RECENT = 1000; // ms between an act of the visitor and the choice that it makes
  const KEYS = 1000; // ms of rest after an arrow key, which passes over other numbers
  const LONGEST = 10000; // ms that Send waits for a tap that is on its way
  const TYPED = ["comment", "counted_most"];
  const form = document.querySelector("form.question");
  const told = document.getElementById("told");
  let acted = { at: -RECENT, byKey: false };
  let given = ""; // the last choice
  let isWaiting = false; // it has not been sent
  let sending = null;
  let timer;

  const all = () => new URLSearchParams(new FormData(form));
  const typed = () => TYPED.some((name) => all().get(name));

  // What is typed waits for Send; after Send and "back" it belongs to the answer already.
  function fields() {
    const found = all();
    if (!history.state?.isSent) for (const name of TYPED) found.delete(name);
    return found;
  }

  // The reply of a stored answer leads on, which is not followed.
  async function post() {
    isWaiting = false;
    const rating = given;
    const options = { method: "POST", body: fields(), credentials: "omit", keepalive: true, redirect: "manual" };
    const reply = await fetch(form.action, { ...options, signal: AbortSignal.timeout?.(LONGEST) }).catch(() => ({}));
    if (rating !== given) return;
    if (reply.type === "opaqueredirect") tell(rating);
    else given = "";
  }

  async function send() {
    if (sending || !isWaiting) return;
    sending = post();
    await sending;
    sending = null;
    send();
  }

  function tell(rating) {
    told.textContent = told.dataset.chosen.replace("{rating}", rating);
    told.hidden = false;
  }

  // A browser makes a click of an arrow key, too.
  function note({ isTrusted, timeStamp, type }) {
    if (!isTrusted || (type === "click" && timeStamp - acted.at < RECENT)) return;
    acted = { at: timeStamp, byKey: type === "keydown" };
  }

  function choose({ target, timeStamp }) {
    if (target.name !== "rating" || timeStamp - acted.at > RECENT || target.value === given) return;
    given = target.value;
    isWaiting = true;
    clearTimeout(timer);
    timer = setTimeout(send, acted.byKey ? KEYS : 0);
  }

  for (const kind of ["pointerdown", "keydown", "click"]) form.addEventListener(kind, note, true);
  for (const kind of ["click", "change"]) form.addEventListener(kind, choose);
  addEventListener("pagehide", () => { if (isWaiting) post(); });
  // Send comes after a tap that is on its way, or the tap would take back what was typed.
  form.addEventListener("submit", (event) => {
    if (typed()) history.replaceState({ isSent: true }, "");
    isWaiting = false;
    if (!sending) return;
    event.preventDefault();
    sending.then(() => form.submit());
  });
})();
