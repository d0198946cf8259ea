// Fingers and keys: a tap, the arrows, the digits.
import { typing } from "../../client/scale.js";
import { acts, shownFor, touch } from "./visit.js";

const DOUBLE_TAP = 400; // ms: the second tap of two is not meant for what has come under the finger
const type = typing();

const targets = (selector) => [...document.querySelectorAll(selector)].filter((each) => each.checkVisibility?.() ?? each.offsetParent);

function onClick(event) {
  const button = event.target.closest("button");
  if (!button || (shownFor() < DOUBLE_TAP && event.detail)) return;
  acts[button.name]?.(button);
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("textarea")) return;
  const step = /^Arrow(Right|Down)$/.test(event.key) - /^Arrow(Left|Up)$/.test(event.key);
  if (step) move(event, step);
  else if (/^\d$/.test(event.key) && !event.repeat) typeDigit(event.key);
}

function typeDigit(digit) {
  const cells = targets("main .scale button");
  const choose = (number) => cells.find(({ value, isConnected }) => value === String(number) && isConnected)?.click();
  type(digit, Number(cells.at(-1)?.value), choose);
}

function move(event, step) {
  const row = targets("main .scale button, main .choices button");
  const at = row.indexOf(document.activeElement);
  if (at < 0) return;
  event.preventDefault();
  const forth = document.documentElement.dir === "rtl" && /Right|Left/.test(event.key) ? -step : step;
  row.at((at + forth) % row.length).focus();
}

export function listen() {
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  for (const name of ["pointerdown", "keydown", "input"]) document.addEventListener(name, touch);
  // What one visitor typed is not for the next one to paste.
  for (const name of ["copy", "cut"]) document.addEventListener(name, (event) => event.preventDefault());
}
