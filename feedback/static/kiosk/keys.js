// Fingers and keys: a tap, the arrows, the digits.
"use strict";

(() => {
  const DOUBLE_TAP = 400; // ms: the second tap of two is not meant for what has come under the finger
  const ONE_OR_TEN = 600; // a 1 may be the beginning of 10
  let typed = "";
  let typing;

  const targets = (selector) => [...document.querySelectorAll(selector)].filter((each) => each.checkVisibility?.() ?? each.offsetParent);

  function onClick(event) {
    const button = event.target.closest("button");
    if (!button || (visit.shownFor() < DOUBLE_TAP && event.detail)) return;
    visit.acts[button.name]?.(button);
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("textarea")) return;
    const step = /^Arrow(Right|Down)$/.test(event.key) - /^Arrow(Left|Up)$/.test(event.key);
    if (step) move(event, step);
    else if (/^\d$/.test(event.key) && !event.repeat) type(event.key);
  }

  function move(event, step) {
    const row = targets("main .scale button, main .choices button");
    const at = row.indexOf(document.activeElement);
    if (at < 0) return;
    event.preventDefault();
    const forth = document.documentElement.dir === "rtl" && /Right|Left/.test(event.key) ? -step : step;
    row.at((at + forth) % row.length).focus();
  }

  function type(digit) {
    const cells = targets("main .scale button");
    clearTimeout(typing);
    typed += digit;
    const mayGoOn = typed === "1" && cells.some((each) => each.value === "10");
    typing = setTimeout(() => {
      cells.find((each) => each.value === typed && each.isConnected)?.click();
      typed = "";
    }, mayGoOn ? ONE_OR_TEN : 0);
  }

  if (visit.isOpen) {
    document.addEventListener("click", onClick);
    document.addEventListener("keydown", onKey);
    for (const name of ["pointerdown", "keydown", "input"]) document.addEventListener(name, visit.touch);
    // What one visitor typed is not for the next one to paste.
    for (const name of ["copy", "cut"]) document.addEventListener(name, (event) => event.preventDefault());
  }
})();
