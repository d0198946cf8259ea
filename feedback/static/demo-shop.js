/* The demo's shop: every visit is a new customer, and the page around it hears of each answer. */
"use strict";

(function () {
  // Before the widget looks: this browser was asked here before, this customer was not.
  try {
    for (const name of Object.keys(localStorage)) {
      if (name.startsWith("feedback-")) localStorage.removeItem(name);
    }
  } catch { /* storage refused: then nothing is remembered either */ }

  // Each page of this shop asks, at once.
  if (!window.feedback || !window.feedback.q) {
    window.feedback = function () { window.feedback.q.push(arguments); };
    window.feedback.q = [];
  }
  window.feedback("show");

  addEventListener("feedback", (event) => {
    if (parent !== window) parent.postMessage({ feedback: event.detail.kind }, location.origin);
  });
})();
