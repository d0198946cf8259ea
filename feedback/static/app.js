/* Behaviour of the signed-in pages: keys, charts that can be walked, quiet polling. No page needs it to be read. */
"use strict";

(function () {
  // Keys: `?` lists them, `g` then a letter goes to a page, `/` searches.
  let waitsForLetter = false;

  function isTyping(target) {
    return target.closest("input, textarea, select, [contenteditable]") !== null;
  }

  function goTo(letter) {
    const link = document.querySelector(`a[data-key="${CSS.escape(letter)}"]`);
    if (link) link.click();
    return link !== null;
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (waitsForLetter) {
      waitsForLetter = false;
      if (goTo(event.key)) event.preventDefault();
      return;
    }
    if (event.key === "g") {
      waitsForLetter = true;
      setTimeout(() => { waitsForLetter = false; }, 1500);
    } else if (event.key === "?") {
      const keys = document.getElementById("keys");
      if (keys && !keys.open) keys.showModal();
    } else if (event.key === "j" || event.key === "k") { // on the page of one answer
      const link = document.querySelector(`a[data-walk="${event.key}"]`);
      if (link) { event.preventDefault(); link.click(); }
    } else if (event.key === "/") {
      const search = document.querySelector("[data-search], input[type=search]");
      if (search) { event.preventDefault(); search.focus(); }
    }
  }
  document.addEventListener("keydown", onKey);

  // Charts: the words of the month under the pointer or the focus stand in the panel's readout.
  function readout(point) {
    const panel = point.closest("[data-panel]");
    return panel ? panel.querySelector("[data-readout]") : null;
  }

  // The readout leads to the same answers as the point that it tells of.
  function tell(line, text, href) {
    line.textContent = text;
    if (href) line.setAttribute("href", href); else line.removeAttribute("href");
  }

  function show(event) {
    const point = event.target.closest && event.target.closest(".chart .point");
    const line = point && readout(point);
    if (!line) return;
    if (!line.rest) line.rest = [line.textContent, line.getAttribute("href")];
    tell(line, point.getAttribute("aria-label"), point.getAttribute("href"));
  }

  function rest(event) {
    const point = event.target.closest && event.target.closest(".chart .point");
    const line = point && readout(point);
    if (line && line.rest && !fingers) tell(line, ...line.rest);
  }

  // A finger cannot hover: its tap shows the month, and the readout, which stays, leads on.
  let fingers = false;
  document.addEventListener("pointerdown", (event) => { fingers = event.pointerType === "touch"; }, true);
  document.addEventListener("click", (event) => {
    const point = event.target.closest && event.target.closest(".chart a.point");
    if (point && fingers && readout(point)) event.preventDefault();
  });
  document.addEventListener("pointerover", show);
  document.addEventListener("pointerout", rest);
  document.addEventListener("focusin", show);
  document.addEventListener("focusout", rest);

  document.addEventListener("keydown", (event) => {
    const point = event.target.closest && event.target.closest(".chart .point");
    if (!point) return;
    const points = [...point.closest(".chart").querySelectorAll(".point")];
    const at = points.indexOf(point);
    const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: points.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    if (!points[next]) return;
    point.setAttribute("tabindex", "-1");
    points[next].setAttribute("tabindex", "0");
    points[next].focus();
  });

  // A menu closes when the reader turns elsewhere.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // A copy button names its source by id and says so when it is done.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest && event.target.closest("[data-copy]");
    if (!button) return;
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText("value" in source ? source.value : source.textContent);
    } catch { // over plain http there is no clipboard: select it, and copy the old way
      if (!source.select) return;
      source.select();
      if (!document.execCommand("copy")) return;
    }
    const label = button.textContent;
    button.textContent = button.dataset.copied;
    setTimeout(() => { button.textContent = label; }, 2000);
  });

  // Polling: silent while the page is hidden or the reader is inside the block; unchanged data answers 304.
  document.addEventListener("htmx:configRequest", (event) => {
    const tag = event.detail.elt.dataset.etag;
    if (tag) event.detail.headers["If-None-Match"] = tag;
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const element = event.detail.elt;
    if (element.dataset.etag === undefined) return;
    if (document.hidden || element.querySelector("details[open]")) event.preventDefault();
  });
})();
