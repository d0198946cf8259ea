// An anonymous survey takes one message an answer, and of nobody. What is given waits for the last Send, for two minutes without
// a tap or a key, for the end of the page; if that comes unseen, for another page.
import { use } from "./memory.js";

const HELD = 120; // seconds

// `waiting`: what the end of the page sends. `forget`: an answer that has arrived. `look`: sends one until then. `finish`: shows
// that nothing is left to ask.
export const holding = ({ waiting, forget, look, finish }) => {
  const hold = (ask, { contact, signature, about, page, ...body }) => {
    const { survey: { key }, held } = ask;
    const keep = (part) => use("queue", { ...use("queue"), [ask.id]: part });
    ask.isComing = false;
    if (ask.isOut) return ask.news === "sent" ? forget(body) : keep({ to: key, body: held }); // a tap that comes too late
    waiting.delete(held);
    waiting.set(ask.held = body, "r/" + key);
    keep({ to: key, body, until: Date.now() + HELD * 1500 });
    stay(ask);
    if (ask.finished) release(ask);
  };

  const stay = (ask) => {
    clearTimeout(ask.timer);
    if (ask.held) ask.timer = setTimeout(() => {
      ask.give();
      finish(ask);
    }, HELD * 1000);
  };

  const release = (ask) => {
    const { held, isOut, isComing } = ask;
    if (!held || isOut || isComing) return;
    clearTimeout(ask.timer);
    ask.isOut = true;
    waiting.delete(held);
    look(ask, held);
  };

  return { hold, stay, release };
};
