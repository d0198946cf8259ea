/*
 * feedback v1, frozen: asks the visitor one short question. Tells the server this file came from, and nobody else:
 * that it was shown or closed, on which page (without its query), and the answer: rating, comment, language, a random
 * number, what the script tag says. No cookie. Keeps nothing here before an act; then a date, to not ask again soon.
 */
(() => {
  const ANSWERED_DAYS = 90;
  const DISMISSED_DAYS = 30;

  const script = document.currentScript || document.querySelector("script[data-feedback-site]");
  const option = (name, usual = "") => script.getAttribute("data-feedback-" + name) ?? usual;
  const say = (reason) => console.info("feedback: " + reason);
  const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));
  const fill = (text, rating, maximum) => text.replace("{rating}", rating).replace("{maximum}", maximum);

  const isTest = () => {
    const asked = /[?&]feedback-test\b/.test(location.search) || /(^|\.)localhost$/.test(location.hostname);
    return !/^(off|false)$/.test(option("test", asked ? "" : "off"));
  };

  const make = (tag, attributes, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };

  // A UUIDv7: in the order of time, which keeps the server's index warm.
  const newId = () => {
    let digits = Date.now().toString(16).padStart(12, "0");
    for (const byte of crypto.getRandomValues(new Uint8Array(10))) digits += byte.toString(16).padStart(2, "0");
    return digits.replace(/(.{8})(.{4}).(.{3}).(.{3})/, "$1-$2-7$3-8$4-");
  };

  // data-feedback-property-plan="pro" as {plan: "pro"}
  const named = (kind) => {
    const found = {};
    for (const { name, value } of script.attributes) {
      const [, key] = name.split(`data-feedback-${kind}-`);
      if (key) found[key] = value;
    }
    return found;
  };

  const about = () => ({ channel: "widget", page: location.href.split(/[?#]/)[0].slice(0, 500) });
  const ask = async (path, options) => fetch(new URL(path, script.src.replace(/widget\/[^/]*$/, "")), { credentials: "omit", ...options });
  // Text needs no preflight.
  const post = (path, body) => ask(path, {
    method: "POST", keepalive: true, headers: { "Content-Type": "text/plain" }, body: JSON.stringify(body),
  });

  const restUntil = (key, days) => {
    try {
      if (days) localStorage.setItem("feedback-" + key, Date.now() + days * 864e5);
      return Number(localStorage.getItem("feedback-" + key));
    } catch {
      return 0;
    }
  };

  const suppressedBecause = (survey, test) => {
    if (!survey) return "no such live survey";
    if (document.querySelector(`feedback-widget[survey="${survey.key}"]`)) return "already on this page";
    const until = restUntil(survey.key);
    return !test && until > Date.now() && "not asked again before " + new Date(until).toISOString();
  };

  // Sends the whole answer so far until it arrives or a newer one is on its way.
  const sender = (survey, locale, test, tell) => {
    const submission_id = newId();
    let newest = 0;
    const send = async (body, attempt = 0) => {
      const reply = await post("r/" + survey, body).catch(() => {});
      if (body.seq < newest) return;
      if (reply?.ok) return tell("sent");
      if (!reply || reply.status === 429 || reply.status > 499) {
        tell("waiting");
        await pause(Number(reply?.headers.get("Retry-After")) || Math.min(30, 2 ** attempt));
        return body.seq < newest || send(body, attempt + 1);
      }
      const { error, reason } = await reply.json();
      say(reason);
      // Rather lose a detail than the rating: a wrong clock, a long property.
      const detail = error.replace(/_(invalid|ahead|too_old)$/, "");
      if (detail === "rating" || !body[detail]) return tell("failed");
      delete body[detail];
      return send(body, attempt);
    };
    return (rating, comment) => send({
      v: 1, submission_id, seq: ++newest, rating, comment, properties: named("property"), contact: named("contact"),
      locale, ...about(), answered_at: new Date().toISOString(), test,
    }).catch(say);
  };

  const CSS = `
    :host { all: initial !important; display: block !important; font-family: inherit !important; }
    * { box-sizing: border-box; }
    section {
      --muted: color-mix(in srgb, CanvasText 56%, Canvas); --ring: CanvasText;
      position: relative; padding: 16px; border: 1px solid #8886; border-radius: 6px; overflow: auto;
      background: Canvas; color: CanvasText; color-scheme: light dark; font-size: 15px; line-height: 1.4;
    }
    .pop {
      position: fixed; z-index: 2147483647; right: clamp(0px, 50% - 180px, 16px); bottom: 0; width: min(360px, 100%); max-height: 100%;
      border-radius: 6px 6px 0 0; box-shadow: 0 8px 24px #0004;
    }
    #question { padding-inline-end: 32px; font-size: 17px; font-weight: 600; }
    button, textarea { border: 1px solid var(--muted); border-radius: 6px; background: none; color: inherit; font: inherit; }
    button { height: 48px; padding: 0; cursor: pointer; }
    button:hover { text-decoration: underline; }
    :focus-visible { outline: 2px solid var(--ring); outline-offset: -5px; }
    .close { position: absolute; top: 0; inset-inline-end: 0; width: 48px; border: 0; font-size: 24px; }
    .scale { display: flex; margin: 16px -16px 8px; border: solid var(--muted); border-width: 1px 0; }
    .scale button { flex: 1; border: 0; border-radius: 0; }
    .scale button + button { border-inline-start: 1px solid var(--muted); }
    [aria-checked=true], .send { --ring: Canvas; background: CanvasText; color: Canvas; font-weight: 600; forced-color-adjust: none; }
    .ends { display: flex; justify-content: space-between; gap: 24px; }
    .ends, .test { color: var(--muted); font-size: 13px; }
    .ends :last-child { text-align: end; }
    .test, .ends + :not(:empty) { margin-top: 12px; }
    label { display: block; margin-top: 16px; font-weight: 600; }
    textarea { display: block; width: 100%; height: 72px; margin: 4px 0 12px; padding: 8px 12px; font-size: 16px; font-weight: 400; }
    .send { padding: 0 20px; }
  `;

  const show = (survey, words, test) => {
    const { key, minimum, maximum } = survey;
    const [[language, texts]] = Object.entries(survey.texts);
    const target = option("target");
    const place = target ? document.querySelector(target) : document.body;
    if (!place) return say("nothing matches " + target);
    let rating, news, timer, before, finished;
    let typed = "";

    const cells = [];
    for (let n = minimum; n <= maximum; n++) cells.push(make("button", { role: "radio", "aria-label": fill(words.of, n, maximum) }, n));
    const question = make("div", { id: "question" }, texts.question);
    const scale = make("div", { class: "scale", role: "radiogroup", "aria-labelledby": "question", "aria-describedby": "ends" }, ...cells);
    const ends = make("div", { class: "ends", id: "ends" }, make("span", {}, texts.low), " ", make("span", {}, texts.high));
    const status = make("div", { role: "status" });
    const comment = make("textarea", { maxlength: 5000 });
    const submit = make("button", { class: "send" }, words.send);
    const more = make("div", {}, make("label", {}, texts.comment, comment), submit);
    const close = make("button", { class: "close", "aria-label": words.close }, "×");
    const panel = make("section", { class: target ? "" : "pop", "aria-labelledby": "question", lang: language }, question, scale, ends, status, more);
    if (test) panel.append(make("div", { class: "test" }, words.test));
    if (!target) panel.append(close);
    const host = make("feedback-widget", { survey: key });

    const emit = (kind) => host.dispatchEvent(new CustomEvent("feedback", { bubbles: true, detail: { kind, survey: key, rating, test } }));
    const count = (kind) => {
      emit(kind);
      if (!test) post("d/" + key, { kind, ...about() }).catch(say);
    };

    const draw = () => {
      cells.forEach((cell, at) => {
        const chosen = at + minimum === rating;
        cell.setAttribute("aria-checked", chosen);
        cell.tabIndex = chosen || (more.hidden && !at) ? 0 : -1;
      });
      if (more.hidden) return;
      if (finished && news === "sent") {
        panel.replaceChildren(status);
        status.textContent = texts.thanks;
        if (!target) setTimeout(leave, 4000);
      } else status.textContent = fill(words[news] || words.chosen, rating);
    };
    const send = sender(key, language, test, (what) => {
      news = what;
      if (what === "sent") emit("answered");
      draw();
    });
    const choose = (chosen, byKeyboard) => {
      typed = "";
      if (!cells[chosen - minimum]) return;
      if (!test) restUntil(key, ANSWERED_DAYS);
      more.hidden = false;
      if (chosen !== rating) send((rating = chosen), comment.value);
      draw();
      if (byKeyboard) comment.focus(); // after a tap the phone's keyboard would hide the question
    };
    const finish = () => {
      finished = true;
      if (comment.value) send(rating, comment.value);
      else draw();
    };
    const leave = () => {
      const inside = host.shadowRoot.activeElement;
      host.remove();
      if (inside) before?.focus();
    };
    const dismiss = () => {
      if (more.hidden) {
        if (!test) restUntil(key, DISMISSED_DAYS);
        count("dismissed");
      }
      leave();
    };

    panel.addEventListener("click", ({ target, detail }) => {
      if (target === submit) finish();
      if (target === close) dismiss();
      if (cells.includes(target)) choose(cells.indexOf(target) + minimum, !detail);
    });
    panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !target) return dismiss();
      const at = cells.indexOf(event.target);
      if (at < 0) return;
      const step = /Right|Down/.test(event.key) - /Left|Up/.test(event.key);
      if (step) {
        event.preventDefault();
        cells.at((at + step) % cells.length).focus();
      } else if (/^\d$/.test(event.key)) {
        clearTimeout(timer);
        typed += event.key;
        // A 1 may be the beginning of 10.
        timer = setTimeout(choose, typed === "1" && maximum > 9 ? 600 : 0, Number(typed), true);
      }
    });
    panel.addEventListener("focusin", (event) => { before ||= event.relatedTarget; });

    // A pop-up is never over a field being typed in.
    const yieldToTyping = () => { panel.hidden = !target && !!document.activeElement?.matches("input,textarea,select,[contenteditable]"); };
    for (const name of ["focusin", "focusout"]) addEventListener(name, () => setTimeout(yieldToTyping));

    const sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
    host.attachShadow({ mode: "open" }).append(panel);
    host.shadowRoot.adoptedStyleSheets = [sheet];
    more.hidden = true;
    draw();
    yieldToTyping();
    place.append(host);
    new IntersectionObserver(([entry], observer) => {
      if (!entry.isIntersecting) return;
      observer.disconnect();
      count("shown");
    }).observe(panel);
  };

  const start = async () => {
    if (!script) return say("the script tag needs data-feedback-site");
    const languages = [option("lang"), document.documentElement.lang, ...navigator.languages];
    const reply = await ask(`w/${option("site")}?survey=${option("survey")}&lang=${languages}`);
    const { surveys: [survey] = [], words, reason } = await reply.json();
    const test = isTest();
    while (document.readyState === "loading") await pause(0.05);
    if (!test) await pause(option("delay"));
    const suppressed = reason || suppressedBecause(survey, test);
    if (suppressed) return say(suppressed);
    show(survey, Object.values(words)[0], test);
  };

  start().catch(say);
})();
