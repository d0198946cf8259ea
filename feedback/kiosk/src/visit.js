// One visitor after another: the rating, what is asked after it, the thanks, and the next one.
import { newId } from "../../client/ids.js";
import { bandOf, fill } from "../../client/scale.js";
import { answerOf, asked, pick, takesMany } from "../../client/steps.js";
import { isOpen, kiosk } from "./page.js";
import { drain, keep, state } from "./queue.js";
import { draw, isTyped } from "./steps.js";
import { isOffered, offer, thanksSeconds, withdraw } from "./thanks.js";

const ASLEEP = 20; // of no touch, after which it asks whether somebody is there
const GONE = 40; // twenty more to say so (WCAG 2.2.1)
const part = (id) => document.getElementById(id);
const languages = document.querySelector(".languages");

let language = kiosk.language;
let screen = "ask";
let changed = 0, touched = 0, clock; // when the screen was
// Of this visitor: the answer so far, the questions of its band, which of them, what is ticked there.
let answer = null, sent = null;
let questions = [];
let at = -1, chosen = [];

const words = () => kiosk.languages[language].words;
// Between two visitors, as the page was opened: the moment to load it anew.
export const isIdle = () => !isOpen || (screen === "ask" && language === kiosk.language);

// 1. Screens and their time.
function show(name, focus) {
  for (const id of ["ask", "step", "thanks", "told"]) part(id).hidden = id !== name;
  part("still").hidden = true;
  [part("leave").hidden, part("privacy").hidden] = [name !== "step", name !== "ask"];
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
  touched = Date.now();
  if (screen === "thanks") clock = setTimeout(startOver, thanksSeconds() * 1000);
  else if (screen === "step" || screen === "told") clock = setTimeout(askWhetherThere, ASLEEP * 1000);
  else if (language !== kiosk.language) clock = setTimeout(startOver, GONE * 1000);
}

function askWhetherThere() {
  part("still").hidden = false;
  clock = setTimeout(startOver, (GONE - ASLEEP) * 1000);
}

// Somebody is there: the time begins anew.
export function touch() {
  if (screen === "thanks" && !isOffered()) return;
  const still = part("still");
  if (still.contains(document.activeElement)) part(screen).querySelector("h1").focus();
  still.hidden = true;
  wait();
}

// 2. What a visitor gives is kept with each tap: the whole answer so far, its seq rising.
function give(more) {
  answer = { ...answer, ...more, seq: answer.seq + 1 };
  if (!kiosk.at) send();
}

// An anonymous survey takes one message an answer: it is kept when this visitor is done, gone, or the page ends.
function send() {
  if (answer && answer !== sent) keep(sent = answer);
  drain();
}

function rate(rating) {
  answer = {
    v: 1, submission_id: newId(), seq: 0, rating, locale: language, channel: "kiosk",
    properties: kiosk.properties, answered_at: new Date().toISOString(), test: kiosk.test,
  };
  give({});
  questions = asked(kiosk.steps, bandOf(kiosk.bands, rating));
  at = -1;
  goOn();
}

function goOn() {
  at += 1;
  chosen = [];
  if (at < questions.length) ask(questions[at]);
  else thank();
}

function ask(step) {
  const { question, hint, body } = draw(step, language, words());
  part("asked").textContent = question;
  part("asked").lang = step.texts ? language : kiosk.languages[language].page;
  part("hint").textContent = hint;
  part("body").replaceChildren(body);
  const next = document.querySelector("button[name=next]");
  next.hidden = !takesMany(step) && !isTyped(step);
  next.textContent = at + 1 < questions.length ? words().next : words().send;
  show("step", true);
}

function choose(id) {
  const step = questions[at];
  chosen = pick(step, chosen, id);
  giveAnswer(step);
  if (!takesMany(step)) return goOn();
  for (const box of part("body").querySelectorAll("[role=checkbox]")) {
    box.setAttribute("aria-checked", chosen.includes(box.value));
  }
}

function giveAnswer(step) {
  const answers = { ...answer.answers, [step.id]: answerOf(step, chosen) };
  give({ answers });
}

function sendStep() {
  const comment = part("body").querySelector("textarea")?.value.trim();
  if (comment) give({ comment });
  goOn();
}

// What was ticked and then skipped is taken back.
function skip() {
  if (chosen.length) {
    chosen = [];
    giveAnswer(questions[at]);
  }
  goOn();
}

function thank() {
  send();
  const texts = kiosk.languages[language];
  part("thank_you").textContent = texts.endings[bandOf(kiosk.bands, answer.rating)] || texts.thanks;
  show("thanks", true);
  tellLine();
}

// Nothing of the visitor before stays on the page, or in it.
export function startOver() {
  const wasThere = document.activeElement !== document.body;
  send();
  [answer, sent, questions, chosen] = [null, null, [], []];
  withdraw();
  for (const id of ["asked", "hint", "body"]) part(id).replaceChildren();
  getSelection()?.removeAllRanges();
  speak(kiosk.language);
  show("ask", wasThere);
}

// Timers stand still while a tablet sleeps, or while its browser keeps the page for "back".
export function catchUp() {
  if (!document.hidden && !isIdle() && Date.now() - touched > GONE * 1000) startOver();
}

// 3. Languages: every text of the page, at once.
function speak(code) {
  language = code;
  const texts = kiosk.languages[code];
  document.documentElement.lang = texts.page;
  document.documentElement.dir = texts.dir;
  for (const element of document.querySelectorAll("main [lang]")) element.lang = code;
  const told = { question: texts.question, low: texts.low, high: texts.high, thank_you: texts.thanks, done: texts.done };
  for (const [id, text] of Object.entries(told)) part(id).textContent = text;
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = words()[element.dataset.word];
  for (const cell of document.querySelectorAll("button[name=rating]")) {
    cell.setAttribute("aria-label", fill(words().of, cell.value, kiosk.maximum));
  }
  for (const button of document.querySelectorAll(".languages button")) {
    button.setAttribute("aria-pressed", button.value === code);
  }
  tellLine();
}

// Of the visitor's own answer that it is lost; else whether answers wait here.
export function tellLine() {
  if (!isOpen) return;
  if (screen === "thanks" && offer(answer)) wait();
  const isLost = answer && answer.submission_id === state.refused;
  part("line").textContent = words()[isLost ? "failed" : state.waits] || "";
}

export const acts = {
  rating: ({ value }) => screen === "ask" && rate(Number(value)),
  choice: ({ value }) => screen === "step" && choose(value),
  language: ({ value }) => { speak(value); wait(); },
  privacy: () => show("told", true), close: () => show("ask", true),
  next: sendStep,
  skip,
  start_over: startOver,
};

// For how many milliseconds this screen has been there.
export const shownFor = () => Date.now() - changed;
