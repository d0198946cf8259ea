/* Moves stages and touchpoints of the journey map, by dragging or by keyboard. Without it the
   buttons behind each handle do the same. A move is shown at once and sent when it is done. */
"use strict";

(function () {
  const FAR = 5; // pixels before a press becomes a drag
  const EDGE = 48; // pixels from the window's edge where it scrolls along
  let held = null; // what is being moved: { part, home, next, handle, pointer }
  let pressed = null; // a handle under the pointer that was not dragged yet
  let justDragged = false;

  const parts = (list) => [...list.children].filter((child) => child.dataset.part);
  const listOf = (part) => part.parentElement;
  const isStage = (part) => listOf(part).matches("[data-map]");

  function placeOf(part) {
    const siblings = parts(listOf(part));
    return { stage: listOf(part).dataset.stage || "", at: siblings.indexOf(part), n: siblings.length };
  }

  function say(text) {
    const live = document.getElementById("map_live");
    if (live) live.textContent = text;
  }

  function announce(part) {
    const map = part.closest("[data-map]");
    const place = placeOf(part);
    const words = {
      name: part.dataset.name,
      stage: isStage(part) ? "" : part.parentElement.closest("[data-part]").dataset.name,
      at: place.at + 1,
      n: place.n,
    };
    const text = isStage(part) ? map.dataset.stageAt : map.dataset.cardAt;
    say(text.replace(/\{(\w+)\}/g, (_all, name) => words[name]));
  }

  function lift(handle, pointer) {
    const part = handle.closest("[data-part]");
    held = { part, handle, pointer, home: listOf(part), next: part.nextElementSibling, from: placeOf(part) };
    handle.closest("details").open = false;
    part.classList.add(pointer ? "dragged" : "lifted");
  }

  function letGo() {
    held.part.classList.remove("dragged", "lifted");
    document.querySelectorAll(".map-drop").forEach((mark) => mark.remove());
    document.documentElement.classList.remove("dragging");
    held = null;
  }

  function putBack(part, home, next) {
    home.insertBefore(part, next && next.parentElement === home ? next : null);
  }

  function takeBack() {
    const { part, home, next, handle, pointer } = held;
    const text = part.closest("[data-map]").dataset.back.replace("{name}", part.dataset.name);
    letGo();
    putBack(part, home, next);
    if (!pointer) handle.focus();
    say(text);
  }

  // Sends where the part stands now; the server answers with the whole map.
  function keep() {
    const { part, handle, from } = held;
    const to = placeOf(part);
    letGo();
    if (to.stage === from.stage && to.at === from.at) return;
    const form = handle.closest("details").querySelector("form");
    const field = form.querySelector("[data-to]");
    field.value = `${to.stage}.${to.at}`;
    field.disabled = false;
    form.requestSubmit();
  }

  // By keyboard -------------------------------------------------------------------------------

  const STEPS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

  function step(part, across, along) {
    const list = listOf(part);
    const at = placeOf(part).at;
    if (isStage(part) || across === 0) {
      const others = parts(list).filter((other) => other !== part);
      const to = Math.min(Math.max(at + across + along, 0), others.length);
      list.insertBefore(part, others[to] || null);
      return;
    }
    const stages = [...part.closest("[data-map]").querySelectorAll("[data-stage]")];
    const next = stages[stages.indexOf(list) + across];
    if (next) next.insertBefore(part, parts(next)[at] || null);
  }

  document.addEventListener("keydown", (event) => {
    const handle = event.target.closest && event.target.closest("[data-handle]");
    if (held && event.key === "Escape") {
      event.preventDefault();
      takeBack();
      return;
    }
    if (!handle) return;
    if (STEPS[event.key]) {
      event.preventDefault();
      if (!held) lift(handle, false);
      const { part } = held;
      held.isStepping = true; // an element that is moved loses the focus for a moment
      step(part, ...STEPS[event.key]);
      handle.focus();
      held.isStepping = false;
      handle.scrollIntoView({ block: "nearest", inline: "nearest" });
      announce(part);
    } else if (held && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      keep();
    }
  });

  document.addEventListener("focusout", (event) => {
    if (held && !held.pointer && !held.isStepping && event.target === held.handle) keep();
  });

  // By pointer --------------------------------------------------------------------------------

  document.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest && event.target.closest("[data-handle]");
    if (!handle || event.button !== 0) return;
    justDragged = false;
    pressed = { handle, x: event.clientX, y: event.clientY };
  });

  function mark(part, x, y) {
    const under = document.elementFromPoint(x, y);
    const map = part.closest("[data-map]");
    if (!under || !map.contains(under)) return;
    const stage = under.closest("[data-map] > [data-part]");
    const list = isStage(part) ? map : stage && stage.querySelector("[data-stage]");
    if (!list) return;
    const isAcross = isStage(part) && getComputedStyle(map).gridAutoFlow.startsWith("column");
    const after = parts(list).find((other) => {
      const box = other.getBoundingClientRect();
      return isAcross ? x < box.left + box.width / 2 : y < box.top + box.height / 2;
    });
    const line = map.querySelector(".map-drop") || document.createElement("li");
    line.className = "map-drop";
    line.setAttribute("aria-hidden", "true");
    // Moved only when it must be: under the pointer each change shifts what is beneath.
    if (line.parentElement !== list || line.nextElementSibling !== (after || null)) {
      list.insertBefore(line, after || null);
    }
  }

  function scrollAlong(x, y) {
    const frame = document.querySelector(".map-frame");
    if (y < EDGE) window.scrollBy(0, -12);
    if (y > window.innerHeight - EDGE) window.scrollBy(0, 12);
    if (x < frame.getBoundingClientRect().left + EDGE) frame.scrollBy(-12, 0);
    if (x > frame.getBoundingClientRect().right - EDGE) frame.scrollBy(12, 0);
  }

  document.addEventListener("pointermove", (event) => {
    if (pressed && Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > FAR) {
      lift(pressed.handle, true);
      document.documentElement.classList.add("dragging");
      pressed = null;
    }
    if (!held || !held.pointer) return;
    event.preventDefault();
    scrollAlong(event.clientX, event.clientY);
    mark(held.part, event.clientX, event.clientY);
  });

  document.addEventListener("pointerup", () => {
    pressed = null;
    if (!held || !held.pointer) return;
    justDragged = true;
    const line = document.querySelector(".map-drop");
    if (line) line.replaceWith(held.part);
    keep();
  });

  document.addEventListener("pointercancel", () => {
    pressed = null;
    if (held && held.pointer) takeBack();
  });

  // A drag ends in a click on the handle, which would open it.
  document.addEventListener("click", (event) => {
    if (justDragged && event.target.closest && event.target.closest("[data-handle]")) event.preventDefault();
    justDragged = false;
    for (const mover of document.querySelectorAll("details.map-mover[open]")) {
      if (!mover.contains(event.target)) mover.open = false;
    }
  });

  // The answer ----------------------------------------------------------------------------------

  document.addEventListener("htmx:afterSettle", () => {
    const told = document.querySelector("#map_page [role=alert], #map_page [data-said]");
    if (told) say(told.textContent.trim());
  });

  // Nothing came of it: what was shown is not true, so the map is read again.
  for (const name of ["htmx:sendError", "htmx:responseError"]) {
    document.addEventListener(name, (event) => {
      if (event.target.closest && event.target.closest(".map-move, .map-undo")) window.location.reload();
    });
  }
})();
