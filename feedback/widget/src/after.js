// After the rating: the other questions one by one, the thanks, and every answer until it is acknowledged.
import { alone, dated, deliver, round } from "../../client/queue.js";
import { bandOf, fill } from "../../client/scale.js";
import CSS from "./after.css";
import { make } from "./dom.js";
import { guard } from "./guard.js";
import { holding } from "./held.js";
import { text, use } from "./memory.js";
import { at as address, pause, post } from "./network.js";
import { drawStep, stepsFor, textIn } from "./steps.js";
import { say } from "./tag.js";
import { linger, watch } from "./thanks.js";

const waiting = new Map();
const MOST = 50;
addEventListener("pagehide", () => {
  for (const [body, path] of waiting) navigator.sendBeacon?.(address(path), text(dated(body, Date.now())));
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
  return ask.survey.at ? hold(ask, body) : look(ask, body, reply);
};

const look = (ask, body, reply) => alone("feedback-" + body.submission_id + body.seq, () => keepOn(ask, body, reply));
const { hold, stay, release } = holding({ waiting, forget, look, finish: (ask) => finish(ask) });

const keepOn = async (ask, body, first) => {
  const path = "r/" + ask.survey.key;
  for (let attempt = 0; ; attempt++) {
    const { act, rest, receipt } = await deliver(body, { post: (part) => post(path, part), say, attempt, first });
    first = undefined;
    if (act !== "kept") forget(body);
    if (body.seq < ask.newest) return;
    ask.receipt = receipt;
    tell(ask, act);
    if (act !== "kept") return;
    waiting.set(body, path);
    await pause(rest);
    waiting.delete(body);
    if (body.seq < ask.newest) return;
  }
};

// What an earlier page could not send: one round over all, then a rest, until nothing is left.
export const flush = () => alone("feedback-queue", async () => {
  for (let attempt = 0; ; attempt++) {
    const items = Object.values(use("queue")).filter((item) => item?.body && !(item.until > Date.now())).slice(-MOST);
    const rest = await round(() => items, async ({ to, body }) => {
      const done = await deliver(body, { post: (part) => post("r/" + to, part), say, attempt });
      if (done.act !== "kept") forget(body);
      return done;
    });
    if (!rest) return;
    await pause(rest);
  }
});

const tell = (ask, what) => {
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
  const kept = news === "kept" && (isStored(ask) ? words.saved : words.waiting);
  status.textContent = kept || fill(news === "refused" ? words.failed : words.chosen, ask.rating);
};

// Called at each tap on a number.
export const follow = (ask, byKeyboard) => {
  if (!ask.more) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
    const root = ask.panel.getRootNode();
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    ask.more = make("div", {});
    ask.status.after(ask.more, privacyOf(ask));
    guard(ask, (path, taps) => path.includes(ask.next) && ask.goOn(taps));
    ask.more.addEventListener("input", () => stay(ask));
    watch(ask);
  }
  // Another band may have other questions; what was answered is not asked again.
  if (!ask.at) begin(ask);
  render(ask);
  if (byKeyboard) ask.first?.focus(); // after a tap the phone's keyboard would hide the question
};

// Where it is told what the answers are for; in a tab of its own, as what is half typed stays here.
const privacyOf = ({ survey, lang, words }) => make("p", { class: "privacy" }, make("a", {
  href: address(`privacy/${survey.key}?lang=${lang}`), target: "_blank", rel: "noopener",
}, words.privacy ?? "Privacy"));

const begin = (ask) => {
  const band = bandOf(ask.survey.bands, ask.rating);
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
  ask.next = make("button", { class: "send" }, (!isLast && words.next) || words.send);
  ask.give = () => {
    const given = read();
    if (given !== undefined) answer(ask, ask.steps[at], given);
  };
  ask.goOn = (taps) => {
    ask.give();
    step(ask, at + 1);
    // Heard as the next question; by a tap only where no phone's keyboard opens.
    if (!taps || ask.first?.type !== "textarea") ask.first?.focus();
  };
  ask.first = first;
  ask.more.replaceChildren(element, ask.next);
};

const answer = (ask, { id, kind }, given) => {
  ask.isComing = true; // as a message, a moment later
  ask.answers = kind === "comment" ? ask.answers : { ...ask.answers, [id]: given };
  ask.send(kind === "comment" ? { comment: given } : { answers: ask.answers });
  ask.news = undefined;
};

const finish = (ask) => {
  ask.finished = true;
  ask.first = undefined;
  ask.more.replaceChildren();
  ask.emit("completed");
  release(ask);
  render(ask);
};

const thank = (ask) => {
  const { panel, status, survey, lang, texts, words, place, close } = ask;
  const ending = survey.endings?.[bandOf(survey.bands, ask.rating)];
  const held = panel.getRootNode().activeElement;
  // The live region stays, or its new text is not announced.
  for (const part of [...panel.children]) if (part !== status) part.remove();
  panel.setAttribute("aria-label", texts.question); // what named it is gone
  status.textContent = textIn(ending?.texts, lang) || texts.thanks;
  const link = (href, text) => panel.append(make("p", {}, make("a", { href, target: "_blank", rel: "noopener" }, text)));
  const isLed = /^https:/.test(ending?.link);
  if (isLed) link(ending.link, textIn(ending.link_texts, lang) || ending.link);
  // A server of an earlier version gives none, and its configuration no words for it.
  if (words.receipt && /^\/\w/.test(ask.receipt)) link(address(ask.receipt), words.receipt);
  if (isLed && place !== "inline") panel.append(close);
  panel.append(privacyOf(ask));
  // Another reply draws it anew, maybe with a link more: who is at one of them stays there, or Escape would close nothing.
  const isHeld = (it) => it.href === held.href && it.className === held.className;
  if (held) [...panel.querySelectorAll("a, button")].find(isHeld)?.focus();
  if (!isLed && place !== "inline") linger(ask);
};
