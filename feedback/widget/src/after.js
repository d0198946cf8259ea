// After the rating: the other questions one by one, the thanks, and every answer until it is acknowledged.
import CSS from "./after.css";
import { fill, make } from "./dom.js";
import { text, use } from "./memory.js";
import { at as address, pause, post } from "./network.js";
import { alone, isStale, outcome, restOf } from "./queue.js";
import { bandOf, drawStep, pick, stepsFor } from "./steps.js";
import { say } from "./tag.js";

const waiting = new Map();
const MOST = 50;
addEventListener("pagehide", () => {
  for (const [body, path] of waiting) navigator.sendBeacon?.(address(path), text(body));
});

const forget = ({ submission_id, seq }) => {
  const items = use("queue");
  if (!items[submission_id] || items[submission_id].body.seq > seq) return;
  delete items[submission_id];
  use("queue", items);
  try {
    if (!Object.keys(items).length) localStorage.removeItem("feedback-queue");
  } catch { /* storage is off */ }
};

// Sends a message until it arrives or a newer one of the same answer is on its way.
export const settle = (ask, body, reply) => {
  ask.newest = body.seq;
  ask.id = body.submission_id;
  return alone(body.submission_id + body.seq, () => deliver(ask, body, reply));
};

const deliver = async (ask, body, reply) => {
  for (let attempt = 0; ; attempt++) {
    const got = await reply;
    if (body.seq < ask.newest) return;
    const what = await outcome(got, body, say);
    tell(ask, what);
    if (what === "sent" || what === "failed") return forget(body);
    if (what === "waiting") {
      waiting.set(body, "r/" + ask.survey.key);
      await pause(restOf(got, attempt));
      waiting.delete(body);
      if (body.seq < ask.newest) return;
    }
    reply = post("r/" + ask.survey.key, body);
  }
};

// What an earlier page could not send: one round over all, then a rest, until nothing is left.
export const flush = () => alone("queue", async () => {
  for (let attempt = 0; ; attempt++) {
    let rest = 0;
    for (const { to, body } of Object.values(use("queue")).filter((item) => item?.body).slice(-MOST)) {
      const reply = isStale(body, Date.now()) ? { ok: true } : await post("r/" + to, body);
      let what = await outcome(reply, body, say);
      if (what === "again") what = await outcome(await post("r/" + to, body), body, say);
      if (/sent|failed/.test(what)) forget(body);
      else rest = Math.max(rest, restOf(reply, attempt));
    }
    if (!rest) return;
    await pause(rest);
  }
});

const tell = (ask, what) => {
  if (what === "again") return;
  ask.news = what;
  if (what === "sent") ask.emit("answered");
  render(ask);
};

const isStored = ({ id }) => {
  try {
    return localStorage.getItem("feedback-queue").includes(id);
  } catch {
    return false;
  }
};

const render = (ask) => {
  const { words, news, finished, status } = ask;
  if (finished && news === "sent") return thank(ask);
  const kept = news === "waiting" && isStored(ask) && words.saved;
  status.textContent = kept || fill(words[news] || words.chosen, ask.rating);
};

// Called at each tap on a number.
export const follow = (ask, byKeyboard) => {
  if (!ask.more) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
    const root = ask.panel.getRootNode();
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    ask.more = make("div", {});
    ask.status.after(ask.more);
  }
  // Another band may have other questions; what was answered is not asked again.
  if (!ask.at) begin(ask);
  render(ask);
  if (byKeyboard) ask.first?.focus(); // after a tap the phone's keyboard would hide the question
};

const begin = (ask) => {
  const band = bandOf(ask.survey, ask.rating);
  if (ask.steps && band === ask.band) return;
  ask.band = band;
  ask.finished = false;
  ask.steps = stepsFor(ask.survey, band);
  step(ask, 0);
};

const step = (ask, at) => {
  ask.at = at;
  if (at === ask.steps.length) return finish(ask);
  const { words } = ask;
  const { element, first, read } = drawStep(ask.steps[at], ask);
  const isLast = at === ask.steps.length - 1;
  const next = make("button", { class: "send" }, (!isLast && words.next) || words.send);
  next.addEventListener("click", ({ detail }) => {
    const given = read();
    if (given !== undefined) answer(ask, ask.steps[at], given);
    step(ask, at + 1);
    // Heard as the next question; by a tap only where no phone's keyboard opens.
    if (!detail || ask.first?.type !== "textarea") ask.first?.focus();
  });
  ask.first = first;
  ask.more.replaceChildren(element, next);
};

const answer = (ask, { id, kind }, given) => {
  ask.answers = kind === "comment" ? ask.answers : { ...ask.answers, [id]: given };
  ask.send(kind === "comment" ? { comment: given } : { answers: ask.answers });
  ask.news = undefined;
};

const finish = (ask) => {
  ask.finished = true;
  ask.first = undefined;
  ask.more.replaceChildren();
  ask.emit("completed");
  render(ask);
};

const thank = (ask) => {
  const { panel, status, survey, lang, texts, place, close } = ask;
  const ending = survey.endings?.[bandOf(survey, ask.rating)];
  // The live region stays, or its new text is not announced.
  for (const part of [...panel.children]) if (part !== status) part.remove();
  panel.setAttribute("aria-label", texts.question); // what named it is gone
  status.textContent = pick(ending?.texts, lang) || texts.thanks;
  if (/^https:/.test(ending?.link)) {
    const link = make("a", { href: ending.link, target: "_blank", rel: "noopener" }, pick(ending.link_texts, lang) || ending.link);
    panel.append(make("p", {}, link));
    if (place !== "inline") panel.append(close);
  } else if (place !== "inline") setTimeout(ask.leave, 4000);
};
