/* The demo page: an answer given in the shop is shown on the board at once. */
"use strict";

(function () {
  const script = document.currentScript;
  const shop = document.getElementById("shop");
  const board = document.getElementById("board");
  const news = document.getElementById("news");
  const NUMBERS = ".touchpoint-score > :not(.to-comments), .stage-n .how > summary, a.beneath, .score, .score-note";

  function numbers() {
    const page = board.contentDocument;
    return page ? [...page.querySelectorAll(NUMBERS)] : [];
  }

  function prepareBoard() {
    const page = board.contentDocument;
    const style = page.createElement("link");
    style.rel = "stylesheet";
    style.href = new URL("demo-board.css", script.src);
    page.head.append(style);
    let before = numbers().map((number) => number.textContent);
    page.body.addEventListener("htmx:afterSettle", () => {
      const after = numbers();
      if (after.length === before.length) after.forEach((number, at) => mark(number, before[at]));
      before = after.map((number) => number.textContent);
    });
  }

  function mark(number, before) {
    if (number.textContent === before) return;
    number.classList.add("has-moved");
    setTimeout(() => number.classList.remove("has-moved"), 2500);
  }

  // The board asks by itself every few seconds; here it need not wait for its turn.
  function refreshBoard() {
    const tiles = board.contentDocument.getElementById("board_tiles");
    const htmx = board.contentWindow.htmx;
    const address = tiles && tiles.getAttribute("hx-get");
    if (address && htmx) htmx.ajax("GET", address, { source: tiles, target: tiles, swap: "outerHTML" });
    else board.contentWindow.location.reload();
  }

  addEventListener("message", (event) => {
    if (event.origin !== location.origin || event.data.feedback !== "answered") return;
    news.textContent = news.dataset.answered;
    news.classList.add("is-new");
    refreshBoard();
  });

  document.getElementById("next").addEventListener("click", () => shop.contentWindow.location.reload());
  board.addEventListener("load", prepareBoard);
  if (board.contentDocument && board.contentDocument.readyState === "complete" && board.contentWindow.htmx) prepareBoard();
})();
