/* Keys, choosing several, and a comment beside its list. All of it works by links and forms too. */
"use strict";

(function () {
  const list = () => document.getElementById("comments_list");
  const page = () => document.getElementById("comments_page");
  const panel = () => document.getElementById("comment_panel");
  const bar = () => document.getElementById("several");
  const items = () => (list() ? [...list().querySelectorAll(".comment[id]")] : []);
  const byId = (id) => id && document.getElementById(id);
  const wide = matchMedia("(min-width: 1100px)");

  // 1. Which one ----------------------------------------------------------------------------

  let here = ""; // the id of the comment that keys are about
  let at = 0; // where it stood, should it be gone
  let walking = 0;

  function stand(item) {
    for (const other of items()) other.toggleAttribute("aria-current", other === item);
    if (item) item.setAttribute("aria-current", "true");
    here = item ? item.id : "";
    at = Math.max(0, items().indexOf(item));
  }

  function step(by) {
    const all = items();
    const from = all.indexOf(byId(here));
    const next = all[from < 0 ? (by > 0 ? 0 : all.length - 1) : from + by];
    if (!next) {
      const older = by > 0 && document.getElementById("older");
      if (older) older.focus();
      return;
    }
    next.focus();
    next.scrollIntoView({ block: "nearest" });
    clearTimeout(walking);
    if (isOpen()) walking = setTimeout(() => open(next), 150);
  }

  document.addEventListener("focusin", (event) => {
    const item = event.target.closest(".comment[id]");
    if (item && list().contains(item)) stand(item);
  });

  // 2. Several ------------------------------------------------------------------------------

  const chosen = new Set();
  let last = null; // ticked before this one, where a shift-click begins

  const box = (item) => item && item.querySelector("input[name=response]");

  function showChosen() {
    for (const item of items()) {
      const tick = box(item);
      if (!tick) continue;
      tick.checked = chosen.has(tick.value);
      item.classList.toggle("chosen", tick.checked);
    }
    const it = bar();
    if (!it) return;
    const every = it.querySelector("input[name=all]");
    const n = every && every.checked ? Number(every.dataset.n) : chosen.size;
    it.classList.toggle("open", n > 0);
    const count = it.querySelector("[data-count]");
    const words = n === 1 ? count.dataset.one : count.dataset.many;
    count.textContent = words.replace("{n}", n.toLocaleString(document.documentElement.lang));
  }

  function tick(item, to) {
    const it = box(item);
    if (!it) return;
    if (to) chosen.add(it.value);
    else chosen.delete(it.value);
  }

  function clearChosen() {
    chosen.clear();
    last = null;
    const every = bar() && bar().querySelector("input[name=all]");
    if (every) every.checked = false;
    showChosen();
  }

  document.addEventListener("click", (event) => {
    const it = event.target.closest("input[name=response]");
    if (!it) {
      if (event.target.closest("[data-clear]")) {
        event.preventDefault();
        clearChosen();
        back();
      }
      return;
    }
    const all = items();
    const item = it.closest(".comment");
    if (!item) return;
    const [from, to] = [all.indexOf(byId(last)), all.indexOf(item)].sort((a, b) => a - b);
    const between = event.shiftKey && from >= 0 ? all.slice(from, to + 1) : [item];
    for (const each of between) tick(each, it.checked);
    last = item.id;
    showChosen();
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("#several input[name=all]")) showChosen();
  });

  // 3. Acts: a form is sent, the list and the panel are read anew ---------------------------

  let acts = Promise.resolve(); // one after the other, each sees what the one before did

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-act]") || !page()) return;
    event.preventDefault();
    const by = event.submitter;
    const values = new FormData(form, by);
    if (form.id === "several") {
      values.delete("response");
      if (!values.get("all")) for (const id of chosen) values.append("response", id);
    }
    send(by && by.hasAttribute("formaction") ? by.formAction : form.action, values, form);
  });

  function send(address, values, form) {
    values.set("next", location.pathname + location.search);
    const isSeveral = form.id === "several";
    acts = acts.then(() => htmx.ajax("POST", new URL(address).pathname, {
      source: page(), target: "#comments_page", swap: "outerHTML", values,
    })).then(() => {
      if (isSeveral && !page().querySelector("[data-refused]")) clearChosen();
      if (isOpen()) open(byId(here), false);
    }).catch(() => {});
  }

  // 4. One beside the list ------------------------------------------------------------------

  const isOpen = () => panel() !== null && panel().childElementCount > 0;

  function open(item, toFocus) {
    const link = item && item.querySelector("a[data-open]");
    if (!link) return;
    if (!wide.matches || !panel()) {
      if (toFocus !== false) location.assign(link.href);
      return;
    }
    htmx.ajax("GET", link.getAttribute("href"), {
      source: panel(), target: "#comment_panel", swap: "outerHTML",
    }).then(() => {
      document.body.classList.toggle("with-panel", isOpen());
      if (toFocus === true) panel().focus();
    });
  }

  function close() {
    if (!isOpen()) return false;
    panel().replaceChildren();
    document.body.classList.remove("with-panel");
    back();
    return true;
  }

  function back() {
    const item = byId(here) || items()[0];
    if (item) item.focus();
  }

  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const link = event.target.closest("a[data-open]");
    if (link && wide.matches && panel() && list().contains(link)) {
      event.preventDefault();
      open(link.closest(".comment"), true);
    } else if (event.target.closest("[data-close]") && panel()) {
      event.preventDefault();
      close();
    }
  });

  // 5. Keys ---------------------------------------------------------------------------------

  function press(name) {
    const item = byId(here);
    const button = (item && item.querySelector(`button[data-act=${name}]`)) ||
      (!list() && document.querySelector(`button[data-act=${name}]`));
    if (button) button.click();
  }

  function tag() {
    const own = panel() && panel().contains(document.activeElement) || !bar();
    if (!own && !chosen.size) {
      const item = byId(here);
      if (!item) return;
      tick(item, true);
      showChosen();
    }
    const field = own ? document.querySelector("[data-tag]") : bar().querySelector("[name=tag]");
    if (field) field.focus();
  }

  function walk(way) {
    if (items().length) return step(way === "next" ? 1 : -1);
    const link = document.querySelector(`a[rel=${way}]`);
    if (link) link.click();
  }

  const KEYS = {
    j: () => walk("next"),
    k: () => walk("prev"),
    s: () => press("star"),
    d: () => press("done"),
    t: tag,
    u: () => { const undo = document.querySelector("#undo button"); if (undo) undo.click(); },
    x: () => { const it = box(byId(here)); if (it) it.click(); },
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target;
    const isTyping = target.closest("input:not([type=checkbox]), textarea, select, dialog");
    if (event.key === "Escape") {
      if (document.querySelector("details.menu[open], dialog[open]")) return;
      if (isTyping) event.preventDefault(); // browsers empty a search field
      if (isTyping && !(panel() && panel().contains(target))) back();
      else if (!close() && chosen.size) clearChosen();
      return;
    }
    if (event.key === "Enter" && target.matches("[data-enter]")) {
      // Not the first button of the form, which is of another field.
      event.preventDefault();
      target.closest(".items").querySelector("button").click();
    }
    if (isTyping) return;
    if (event.key === "Enter" && target.matches(".comment")) {
      event.preventDefault();
      open(target, true);
    } else if (Object.hasOwn(KEYS, event.key) && !event.shiftKey) {
      event.preventDefault();
      KEYS[event.key]();
    }
  });

  // 6. What is read anew keeps focus, choice, folds and the place on the screen -------------

  let kept = null;

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!event.detail.target || !/^comments_(page|list)$/.test(event.detail.target.id)) return;
    const active = document.activeElement;
    const item = active && active.closest(".comment[id]");
    const seen = items().find((each) => each.getBoundingClientRect().bottom > 0);
    kept = {
      inList: list() && list().contains(active),
      item: item && item.id,
      act: item && active !== item && (active.dataset.act || active.name || ""),
      seen: seen && seen.id,
      top: seen && seen.getBoundingClientRect().top,
      unfolded: items().filter((each) => each.querySelector(".unfold:checked")).map((each) => each.id),
    };
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (!kept || !/^comments_(page|list)$/.test(event.detail.target.id)) return;
    const was = kept;
    kept = null;
    for (const id of was.unfolded) {
      const fold = byId(id) && byId(id).querySelector(".unfold");
      if (fold) fold.checked = true;
    }
    showChosen();
    const stays = byId(here) || items()[Math.min(at, items().length - 1)];
    if (stays) stand(stays);
    if (was.inList && stays) {
      const same = stays.id === was.item && was.act &&
        stays.querySelector(`[data-act="${was.act}"], [name="${was.act}"]`);
      (same || stays).focus({ preventScroll: true });
    }
    const seen = byId(was.seen);
    if (seen) scrollBy({ top: seen.getBoundingClientRect().top - was.top, behavior: "instant" });
    const said = document.getElementById("comments_said");
    const toast = document.querySelector("#comments_page .toast [data-said]");
    if (said && toast) said.textContent = toast.textContent;
  });

  document.addEventListener("DOMContentLoaded", showChosen);
})();
