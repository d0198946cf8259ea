// The question, and everything until a rating is given.
import { newId } from "../../client/ids.js";
import { fill, numbers, typing } from "../../client/scale.js";
import CSS from "./panel.css";
import { make, picture } from "./dom.js";
import { mark, remember, use } from "./memory.js";
import { about, at, loadAfter, post } from "./network.js";
import { isQuiet } from "./rules.js";
import { stand } from "./seen.js";
import { say } from "./tag.js";
import { who } from "./who.js";

// `page`: what the whole page shares: whether it is a test, who listens, all words.
// `isCalled`: by the page itself, now.
export const open = (survey, place, page, isCalled) => {
  const { key, minimum, maximum } = survey;
  const { css = "", pictures, logo, tab } = survey.look || {};
  const { test } = page;
  const isLaid = place === "inline", isAside = isQuiet(place);
  const [[lang, texts]] = Object.entries(survey.texts);
  const words = { ...page.words[lang], ...survey.words?.[lang] };
  const message = { v: 1, submission_id: newId(), comment: "", locale: lang, test };
  let before, seq = 0;

  const cells = numbers(minimum, maximum).map((n, at) =>
    make("button", { role: "radio", "aria-label": fill(words.of, n, maximum) }, pictures ? picture(pictures[at]) : n));
  const status = make("div", { role: "status" });
  const close = make("button", { class: "close", "aria-label": words.close }, "×");
  const note = (said) => (said ? make("div", { class: "note" }, said) : "");
  const panel = make(
    "section", { class: isLaid ? "" : "over", "aria-labelledby": "question", lang, dir: words.dir || "ltr" },
    note(logo), make("div", { id: "question" }, texts.question),
    ...place === "frame"
      ? [make("iframe", { src: at(`s/${key}?lang=${lang}${test ? "&feedback-test" : ""}`), title: texts.question })]
      : [
        make("div", { class: "scale", "aria-labelledby": "question", role: "radiogroup", "aria-describedby": "ends" }, ...cells),
        make("div", { id: "ends", class: "ends note" }, make("span", {}, texts.low), " ", make("span", {}, texts.high)),
        status,
      ],
    note(test && words.test), isLaid ? "" : close,
  );
  const host = make("feedback-widget", { survey: key });

  const ask = {
    survey, texts, words, lang, place, host, panel, status, close,
    emit: (kind) => {
      const detail = { kind, survey: key, rating: ask.rating, test };
      host.dispatchEvent(new CustomEvent("feedback", { bubbles: true, composed: true, detail }));
      page.tell(detail);
    },
    leave: () => {
      const inside = root.activeElement;
      ask.isOver = true;
      host.remove();
      if (inside) before?.focus();
    },
    // The whole answer so far: kept, sent at once (`at`: the end, of an anonymous survey), and looked after by the second file
    // until it is acknowledged.
    send: (parts) => {
      const body = {
        ...Object.assign(message, parts), seq: ++seq, rating: ask.rating, ...who(), ...about(), answered_at: new Date().toISOString(),
      };
      // By submission, so the newest alone; each with the survey it goes to.
      use("queue", { ...use("queue"), [body.submission_id]: { to: key, body } });
      const reply = survey.at || post("r/" + key, body);
      after((file) => file.settle(ask, body, reply));
    },
  };
  const after = (use) => loadAfter(() => { status.textContent = words.waiting; }).then(use).catch(say);
  const count = (kind) => {
    ask.emit(kind);
    if (!test) post("d/" + key, { kind, ...about() });
  };
  const draw = () => cells.forEach((cell, place) => {
    const n = place + minimum;
    cell.setAttribute("aria-checked", n === ask.rating);
    cell.className = n <= ask.rating ? "lit" : "";
    cell.tabIndex = n === (ask.rating ?? minimum) ? 0 : -1;
  });
  const choose = (rating, byKeyboard) => {
    if (!cells[rating - minimum]) return;
    const isNew = rating !== ask.rating;
    ask.rating = rating;
    draw();
    if (!test) remember(survey, true);
    if (isNew) {
      ask.send();
      setTimeout(ask.emit, 0, "rated"); // once it is on its way: the page may leave
    }
    after((file) => file.follow(ask, byKeyboard));
  };
  const type = typing();
  const dismiss = () => {
    if (ask.rating === undefined) {
      if (!test) remember(survey);
      count("dismissed");
    }
    ask.leave();
  };

  // Heard before the page: its shortcuts, dialogs and focus traps keep neither a tap nor a key from here, nor get one.
  const mute = (event) => event.stopImmediatePropagation();
  const act = (event) => {
    const path = event.composedPath();
    if (!path.includes(panel)) return;
    const at = cells.findIndex((cell) => path.includes(cell));
    const { key } = event;
    if (!key) {
      if (path[0] === close) dismiss();
      return choose(at + minimum, !event.detail);
    }
    if (ask.keeps?.(event) || key === "Escape" && isLaid) return;
    mute(event);
    if (key === "Escape") {
      event.preventDefault();
      addEventListener("keyup", mute, { capture: true, once: true }); // it comes when the panel is gone
      dismiss();
    }
    if (at < 0) return;
    const right = words.dir ? -1 : 1;
    const step = { ArrowDown: 1, ArrowRight: right, ArrowLeft: -right, ArrowUp: -1 }[key];
    if (step) {
      event.preventDefault();
      cells.at((at + step) % cells.length).focus();
    } else if (/^\d$/.test(key)) type(key, maximum, (rating) => choose(rating, true));
  };
  addEventListener("click", act, true);
  addEventListener("keydown", act, true);
  panel.addEventListener("focusin", (event) => { before ||= event.relatedTarget; });

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS + css);
  const root = host.attachShadow({ mode: "open" });
  // The side tab is opened by the visitor.
  root.append(place === "tab" ? make("details", {}, make("summary", { class: "send" }, tab || texts.question), panel) : panel);
  // A sheet made by script needs no style-src in the policy of the page; a <style> would.
  root.adoptedStyleSheets = [sheet];
  draw();

  stand(ask, root, isLaid, isAside, isCalled, () => {
    if (!isAside && !test) {
      if (!isCalled && use("visit").survey) return ask.leave();
      mark({ survey: key });
    }
    count("shown");
  });
  return ask;
};
