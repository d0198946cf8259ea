/*
 * feedback, the kiosk. Tells the server this page came from, and nobody else, each visitor's answer: rating, comment,
 * choices, language, a random number. Keeps it on this device until the server has acknowledged it.
 */
(() => {
  // ../client/scale.js
  var numbers = (minimum, maximum) => [...Array(maximum - minimum + 1).keys()].map((at3) => minimum + at3);
  var fill = (text, rating, maximum) => text.replace("{rating}", rating).replace("{maximum}", maximum);
  var typing = () => {
    let typed2 = "", timer;
    return (digit, maximum, choose2) => {
      clearTimeout(timer);
      typed2 += digit;
      timer = setTimeout(() => {
        const number = +typed2;
        typed2 = "";
        choose2(number);
      }, typed2 === "1" && maximum > 9 ? 600 : 0);
    };
  };
  var bandOf = (bands = {}, rating) => Object.keys(bands).find((band) => bands[band][0] <= rating && rating <= bands[band][1]);

  // ../client/ids.js
  var newId = () => `0${Date.now().toString(16)}-7xxx-8xxx-xxxxxxxxxxxx`.replace(/.{8}/, "$&-").replace(/x/g, () => (crypto.getRandomValues(new Uint8Array(1))[0] % 16).toString(16));

  // ../client/steps.js
  var NONE = "none";
  var MOST_MOMENTS = 2;
  var asked = (steps, band) => steps.filter(({ bands }) => !bands || bands.includes(band));
  var takesMany = ({ kind }) => /multiple|counted_most/.test(kind);
  var pick = (step, chosen2, id) => {
    if (!takesMany(step)) return [id];
    if (chosen2.includes(id)) return chosen2.filter((each) => each !== id);
    if (step.kind === "multiple") return [...chosen2, id];
    return id === NONE ? [NONE] : [...chosen2.filter((each) => each !== NONE), id].slice(-MOST_MOMENTS);
  };
  var answerOf = (step, chosen2) => {
    if (!chosen2.length) return void 0;
    if (step.kind === "rating") return Number(chosen2[0]);
    return takesMany(step) ? chosen2.filter((id) => id !== NONE) : chosen2[0];
  };

  // ../kiosk/src/page.js
  var kiosk = JSON.parse(document.body.dataset.kiosk);
  var { src } = document.currentScript;
  var at = (path) => new URL("../" + path, src);
  var isOpen = kiosk.state === "live";
  var say = (reason) => console.info("feedback: " + reason);

  // ../client/refusals.js
  var LAST = /^(rating|submission_id|seq|v)_/;
  var BARE = ["v", "submission_id", "seq", "rating", "test", "late"];
  var ALONE = [...BARE, "locale", "channel", "answered_at", "comment"];
  var TOO_LARGE = 6e4;
  var read = async (reply) => {
    const text = await reply?.text().catch(() => {
    });
    if (text === void 0) return { status: 0 };
    const { status, headers } = reply;
    let content;
    try {
      content = JSON.parse(text);
    } catch {
    }
    return { status, content, after: headers.get("Retry-After"), dropped: headers.get("X-Feedback-Dropped") };
  };
  var errorOf = (content) => typeof content?.error === "string" && /^[a-z_]+$/.test(content.error) ? content.error : "";
  var judge = ({ status, content }, body2) => {
    const error = errorOf(content);
    if (status > 199 && status < 300 && content?.id) return { act: "sent" };
    if (error && (/404|409|413/.test(status) || status === 422 && LAST.test(error))) return { act: "refused" };
    const isDetail = error && (/400|422/.test(status) || error === "signature_invalid");
    if (!isDetail && (status || sizeOf(body2) < TOO_LARGE)) return { act: "kept" };
    const left = lighter(body2, error);
    return left ? { act: "lighter", body: left } : { act: "refused" };
  };
  var lighter = (body2, error) => {
    const names = Object.keys(body2).filter((name) => body2[name] !== void 0);
    const part3 = error.replace(/_(invalid|ahead|too_old)$/, "").replace("counted_most", "answers");
    const refused = part3 === "signature" ? ["contact", part3] : [part3];
    const ways = [(name) => BARE.includes(name) || !refused.includes(name), (name) => ALONE.includes(name), (name) => BARE.includes(name)];
    const left = ways.map((way) => names.filter(way)).find(({ length }) => length < names.length);
    return left && Object.fromEntries(left.map((name) => [name, body2[name]]));
  };
  var sizeOf = (body2) => new Blob([JSON.stringify(body2)]).size;
  var isOfAll = ({ status, content }) => !(status === 500 && errorOf(content));
  var restOf = ({ status, after }, attempt) => {
    const asked2 = Number(after) || (Date.parse(after) - Date.now()) / 1e3;
    if (asked2 > 0) return Math.min(asked2, 86400);
    return Math.min(60, 2 ** attempt) * (/403|410/.test(status) ? 60 : 1);
  };

  // ../client/queue.js
  var DAY = 864e5;
  var DATED = 7 * DAY;
  var LONGEST = 30 * DAY;
  var FIRST = Date.UTC(2026, 0, 1);
  var dated = (body2, now) => {
    const { answered_at, ...undated } = body2;
    const at3 = Date.parse(answered_at);
    if (at3 < FIRST) return undated;
    if (now - at3 > LONGEST) return void 0;
    return now - at3 > DATED ? { ...undated, late: true } : body2;
  };
  var deliver = async (body2, { post: post2, say: say2, attempt = 0, first }) => {
    let left = dated(body2, Date.now());
    if (!left) say2("an answer was given up after 30 days");
    while (left) {
      const said = await read(await (first || post2(left)));
      first = void 0;
      const { act, body: lighter2 } = judge(said, left);
      if (said.dropped) say2("mended or left out: " + plain(said.dropped));
      if (act !== "sent" && said.status && !(act === "kept" && attempt)) say2(reasonOf(said));
      if (act === "kept") {
        return { act, rest: restOf(said, attempt), isAway: !said.status, isAsked: Boolean(said.after), isOfAll: isOfAll(said) };
      }
      if (act === "sent") return { act, receipt: said.content.receipt };
      left = lighter2;
    }
    return { act: "refused" };
  };
  var reasonOf = ({ status, content }) => content?.reason || "no answer of the server, but status " + status;
  var plain = (names) => {
    try {
      return decodeURIComponent(names);
    } catch {
      return names;
    }
  };
  var round = async (waiting2, send3) => {
    const tried = /* @__PURE__ */ new Set();
    const over = /* @__PURE__ */ new Set();
    const nameOf = ({ submission_id, seq }) => submission_id + seq;
    let rest2 = 0;
    for (let item; item = waiting2().find(({ to, body: body2 }) => !over.has(to) && !tried.has(nameOf(body2))); ) {
      tried.add(nameOf(item.body));
      const done = await send3(item);
      if (done.act === "kept") rest2 = Math.max(rest2, done.rest);
      if (done.isOfAll) over.add(item.to);
    }
    return rest2;
  };
  var alone = async (name, work, options = {}) => {
    let isBegun = false;
    const once = (lock) => {
      isBegun = true;
      return lock && work();
    };
    try {
      if (navigator.locks) return await navigator.locks.request(name, options, once);
    } catch (error) {
      if (isBegun) throw error;
    }
    return work();
  };

  // ../kiosk/src/queue.js
  var NAME = "feedback-kiosk-" + kiosk.key;
  var MOST = 500;
  var LONGEST2 = 60;
  var held = null;
  function waiting() {
    if (held) return held;
    try {
      return JSON.parse(localStorage.getItem(NAME)) || [];
    } catch {
      return [];
    }
  }
  function write(answers) {
    try {
      if (answers.length) localStorage.setItem(NAME, JSON.stringify(answers));
      else localStorage.removeItem(NAME);
      held = null;
    } catch {
      held = answers;
    }
  }
  function keep(answer2) {
    const answers = waiting();
    const at3 = answers.findIndex((each) => each.submission_id === answer2.submission_id);
    if (at3 < 0) answers.push(answer2);
    else answers[at3] = answer2;
    write(answers.slice(-MOST));
  }
  function forget({ submission_id, seq }) {
    write(waiting().filter((each) => each.submission_id !== submission_id || each.seq > seq));
  }
  var state = { waits: "", refused: "", given: {} };
  var onChange = () => {
  };
  var sending = false;
  var isAway = false;
  var isAsked = false;
  var rounds = 0;
  var rest = 0;
  var retry;
  var post = (body2) => fetch(at("r/" + kiosk.key), {
    method: "POST",
    credentials: "omit",
    keepalive: true,
    headers: { "Content-Type": "text/plain" },
    body: JSON.stringify(body2),
    signal: AbortSignal.timeout?.(2e4)
  }).catch(() => {
  });
  async function send({ body: body2 }) {
    const done = await deliver(body2, { post, say, attempt: rounds });
    ({ isAway, isAsked } = done);
    if (done.act !== "kept") forget(body2);
    if (done.act === "refused") state.refused = body2.submission_id;
    if (done.act === "sent") state.given = { id: body2.submission_id, path: done.receipt };
    tell();
    return done;
  }
  async function sendAll() {
    const items = () => waiting().map((body2) => ({ to: kiosk.key, body: body2 }));
    const seconds = await round(items, send);
    rounds = seconds ? rounds + 1 : 0;
    if (!seconds) return;
    rest = Date.now() + seconds * 1e3;
    retry = setTimeout(() => {
      rest = 0;
      drain();
    }, seconds * 1e3);
  }
  async function drain() {
    if (sending || !kiosk.key || Date.now() < rest) return;
    clearTimeout(retry);
    sending = true;
    try {
      await alone(NAME, sendAll, { ifAvailable: true });
    } catch (error) {
      say(error);
    } finally {
      sending = false;
      tell();
    }
  }
  function tell() {
    const isKept = waiting().length && (isAway || rest > Date.now());
    state.waits = isKept ? isAway ? "offline" : "saved" : "";
    onChange();
  }
  function tryAgain() {
    if (!isAsked) rest = rounds = 0;
    drain();
  }
  function whenItChanges(listener) {
    onChange = listener;
  }
  addEventListener("online", tryAgain);
  addEventListener("offline", () => {
    isAway = true;
    tell();
  });
  setInterval(drain, LONGEST2 * 1e3);

  // ../kiosk/src/steps.js
  var OPTIONAL_HINTS = { multiple: "choose_any", counted_most: "up_to_two" };
  var isTyped = ({ kind }) => kind === "comment";
  function make(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }
  function draw(step, language2, words2) {
    const texts = step.texts?.[language2] || {};
    const question = texts.question || words2.counted_most;
    return { question, hint: words2[OPTIONAL_HINTS[step.kind]] || "", body: body(step, texts, language2, words2) };
  }
  function body(step, texts, language2, words2) {
    if (isTyped(step)) return typed(language2);
    if (step.kind === "rating") return scale(step, texts, language2, words2);
    if (step.kind === "counted_most") return moments(step, words2);
    const choices = step.choices.map(({ id, texts: texts2 }) => ({ id, name: texts2[language2] }));
    return group(make("div", { class: "choices", lang: language2 }, ...choices.map((each) => choice(step, each))));
  }
  var typed = (language2) => make("textarea", {
    "aria-labelledby": "asked",
    rows: 4,
    maxlength: 1e3,
    lang: language2,
    autocomplete: "off",
    spellcheck: "false"
  });
  function scale({ minimum, maximum }, { low, high }, language2, words2) {
    const cells = numbers(minimum, maximum).map((rating) => make(
      "button",
      { type: "button", name: "choice", value: rating, "aria-label": fill(words2.of, rating, maximum) },
      String(rating)
    ));
    const row = group(make("div", { class: "scale" }, ...cells), "step_ends");
    const end = (text) => make("span", {}, text || "");
    return make("div", {}, row, make("p", { class: "ends", id: "step_ends", lang: language2 }, end(low), " ", end(high)));
  }
  function moments(step, words2) {
    const found = step.stages.map(({ name, choices }, at3) => {
      const boxes = make("div", { class: "choices" }, ...choices.map((each) => choice(step, each)));
      if (!name) return boxes;
      const head = make("h2", { id: "stage_" + at3 }, make("bdi", {}, name));
      return make("div", { role: "group", "aria-labelledby": head.id }, head, boxes);
    });
    const none = make("div", { class: "choices apart" }, choice(step, { id: NONE, name: words2.none_of_these }));
    return group(make("div", {}, ...found, none), "hint");
  }
  function group(element, description = "hint") {
    element.setAttribute("role", "group");
    element.setAttribute("aria-labelledby", "asked");
    element.setAttribute("aria-describedby", description);
    return element;
  }
  function choice(step, { id, name }) {
    const made = make("button", { type: "button", name: "choice", value: id }, make("span", {}, make("bdi", {}, name)));
    if (takesMany(step)) {
      made.setAttribute("role", "checkbox");
      made.setAttribute("aria-checked", "false");
    }
    return made;
  }

  // ../kiosk/src/thanks.js
  var LEAST = 5;
  var READ = 15;
  var SCAN = 20;
  var part = (id) => document.getElementById(id);
  var isOffered = () => !part("receipt").hidden;
  var thanksSeconds = () => Math.max(isOffered() ? SCAN : LEAST, 2 + part("thanks").textContent.trim().length / READ);
  function offer(answer2) {
    const { id, path } = state.given;
    if (!path || id !== answer2?.submission_id || isOffered()) return false;
    part("code").src = path + "/code.svg";
    part("receipt").hidden = false;
    return true;
  }
  function withdraw() {
    state.given = {};
    part("receipt").hidden = true;
    part("code").removeAttribute("src");
  }

  // ../kiosk/src/visit.js
  var ASLEEP = 20;
  var GONE = 40;
  var part2 = (id) => document.getElementById(id);
  var languages = document.querySelector(".languages");
  var language = kiosk.language;
  var screen = "ask";
  var changed = 0;
  var touched = 0;
  var clock;
  var answer = null;
  var sent = null;
  var questions = [];
  var at2 = -1;
  var chosen = [];
  var words = () => kiosk.languages[language].words;
  var isIdle = () => !isOpen || screen === "ask" && language === kiosk.language;
  function show(name, focus) {
    for (const id of ["ask", "step", "thanks", "told"]) part2(id).hidden = id !== name;
    part2("still").hidden = true;
    [part2("leave").hidden, part2("privacy").hidden] = [name !== "step", name !== "ask"];
    if (languages) languages.hidden = name !== "ask";
    screen = name;
    changed = Date.now();
    if (focus) part2(name).querySelector("h1").focus({ preventScroll: true });
    scrollTo(0, 0);
    wait();
  }
  function wait() {
    clearTimeout(clock);
    touched = Date.now();
    if (screen === "thanks") clock = setTimeout(startOver, thanksSeconds() * 1e3);
    else if (screen === "step" || screen === "told") clock = setTimeout(askWhetherThere, ASLEEP * 1e3);
    else if (language !== kiosk.language) clock = setTimeout(startOver, GONE * 1e3);
  }
  function askWhetherThere() {
    part2("still").hidden = false;
    clock = setTimeout(startOver, (GONE - ASLEEP) * 1e3);
  }
  function touch() {
    if (screen === "thanks" && !isOffered()) return;
    const still = part2("still");
    if (still.contains(document.activeElement)) part2(screen).querySelector("h1").focus();
    still.hidden = true;
    wait();
  }
  function give(more) {
    answer = { ...answer, ...more, seq: answer.seq + 1 };
    if (!kiosk.at) send2();
  }
  function send2() {
    if (answer && answer !== sent) keep(sent = answer);
    drain();
  }
  function rate(rating) {
    answer = {
      v: 1,
      submission_id: newId(),
      seq: 0,
      rating,
      locale: language,
      channel: "kiosk",
      properties: kiosk.properties,
      answered_at: (/* @__PURE__ */ new Date()).toISOString(),
      test: kiosk.test
    };
    give({});
    questions = asked(kiosk.steps, bandOf(kiosk.bands, rating));
    at2 = -1;
    goOn();
  }
  function goOn() {
    at2 += 1;
    chosen = [];
    if (at2 < questions.length) ask(questions[at2]);
    else thank();
  }
  function ask(step) {
    const { question, hint, body: body2 } = draw(step, language, words());
    part2("asked").textContent = question;
    part2("asked").lang = step.texts ? language : kiosk.languages[language].page;
    part2("hint").textContent = hint;
    part2("body").replaceChildren(body2);
    const next = document.querySelector("button[name=next]");
    next.hidden = !takesMany(step) && !isTyped(step);
    next.textContent = at2 + 1 < questions.length ? words().next : words().send;
    show("step", true);
  }
  function choose(id) {
    const step = questions[at2];
    chosen = pick(step, chosen, id);
    giveAnswer(step);
    if (!takesMany(step)) return goOn();
    for (const box of part2("body").querySelectorAll("[role=checkbox]")) {
      box.setAttribute("aria-checked", chosen.includes(box.value));
    }
  }
  function giveAnswer(step) {
    const answers = { ...answer.answers, [step.id]: answerOf(step, chosen) };
    give({ answers });
  }
  function sendStep() {
    const comment = part2("body").querySelector("textarea")?.value.trim();
    if (comment) give({ comment });
    goOn();
  }
  function skip() {
    if (chosen.length) {
      chosen = [];
      giveAnswer(questions[at2]);
    }
    goOn();
  }
  function thank() {
    send2();
    const texts = kiosk.languages[language];
    part2("thank_you").textContent = texts.endings[bandOf(kiosk.bands, answer.rating)] || texts.thanks;
    show("thanks", true);
    tellLine();
  }
  function startOver() {
    const wasThere = document.activeElement !== document.body;
    send2();
    [answer, sent, questions, chosen] = [null, null, [], []];
    withdraw();
    for (const id of ["asked", "hint", "body"]) part2(id).replaceChildren();
    getSelection()?.removeAllRanges();
    speak(kiosk.language);
    show("ask", wasThere);
  }
  function catchUp() {
    if (!document.hidden && !isIdle() && Date.now() - touched > GONE * 1e3) startOver();
  }
  function speak(code) {
    language = code;
    const texts = kiosk.languages[code];
    document.documentElement.lang = texts.page;
    document.documentElement.dir = texts.dir;
    for (const element of document.querySelectorAll("main [lang]")) element.lang = code;
    const told = { question: texts.question, low: texts.low, high: texts.high, thank_you: texts.thanks, done: texts.done };
    for (const [id, text] of Object.entries(told)) part2(id).textContent = text;
    for (const element of document.querySelectorAll("[data-word]")) element.textContent = words()[element.dataset.word];
    for (const cell of document.querySelectorAll("button[name=rating]")) {
      cell.setAttribute("aria-label", fill(words().of, cell.value, kiosk.maximum));
    }
    for (const button of document.querySelectorAll(".languages button")) {
      button.setAttribute("aria-pressed", button.value === code);
    }
    tellLine();
  }
  function tellLine() {
    if (!isOpen) return;
    if (screen === "thanks" && offer(answer)) wait();
    const isLost = answer && answer.submission_id === state.refused;
    part2("line").textContent = words()[isLost ? "failed" : state.waits] || "";
  }
  var acts = {
    rating: ({ value }) => screen === "ask" && rate(Number(value)),
    choice: ({ value }) => screen === "step" && choose(value),
    language: ({ value }) => {
      speak(value);
      wait();
    },
    privacy: () => show("told", true),
    close: () => show("ask", true),
    next: sendStep,
    skip,
    start_over: startOver
  };
  var shownFor = () => Date.now() - changed;

  // ../kiosk/src/keys.js
  var DOUBLE_TAP = 400;
  var type = typing();
  var targets = (selector) => [...document.querySelectorAll(selector)].filter((each) => each.checkVisibility?.() ?? each.offsetParent);
  function onClick(event) {
    const button = event.target.closest("button");
    if (!button || shownFor() < DOUBLE_TAP && event.detail) return;
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
    const choose2 = (number) => cells.find(({ value, isConnected }) => value === String(number) && isConnected)?.click();
    type(digit, Number(cells.at(-1)?.value), choose2);
  }
  function move(event, step) {
    const row = targets("main .scale button, main .choices button");
    const at3 = row.indexOf(document.activeElement);
    if (at3 < 0) return;
    event.preventDefault();
    const forth = document.documentElement.dir === "rtl" && /Right|Left/.test(event.key) ? -step : step;
    row.at((at3 + forth) % row.length).focus();
  }
  function listen() {
    document.addEventListener("click", onClick);
    document.addEventListener("keydown", onKey);
    for (const name of ["pointerdown", "keydown", "input"]) document.addEventListener(name, touch);
    for (const name of ["copy", "cut"]) document.addEventListener(name, (event) => event.preventDefault());
  }

  // ../kiosk/src/stay.js
  var RECHECK = isOpen ? 300 : 60;
  var CACHES = "feedback-kiosk-";
  function stayAwake() {
    if (!document.hidden) navigator.wakeLock?.request("screen").catch(() => {
    });
  }
  async function recheck() {
    if (!isIdle()) return;
    try {
      const reply = await fetch(location.href, { method: "HEAD", cache: "no-store", credentials: "omit" });
      const version = reply.headers.get("X-Feedback-Version");
      if (version && version !== document.body.dataset.version && isIdle()) location.reload();
    } catch {
    }
  }
  async function keepPage() {
    const workers = navigator.serviceWorker;
    if (!workers || !kiosk.key) return;
    try {
      if (kiosk.offline) await workers.register(at("k/worker.js"), { scope: at("k/") });
      else await forgetPage(workers);
    } catch (error) {
      say("this page is not kept for use without a network: " + error);
    }
  }
  async function forgetPage(workers) {
    await (await workers.getRegistration(at("k/")))?.unregister();
    for (const name of await caches.keys()) if (name.startsWith(CACHES)) await caches.delete(name);
  }
  function stay() {
    if (isOpen) {
      document.addEventListener("visibilitychange", stayAwake);
      document.addEventListener("visibilitychange", catchUp);
      addEventListener("pagehide", () => isIdle() || startOver());
      stayAwake();
    }
    addEventListener("online", recheck);
    setInterval(() => {
      recheck();
      keepPage();
    }, RECHECK * 1e3);
    keepPage();
  }

  // ../kiosk/src/main.js
  whenItChanges(tellLine);
  if (isOpen) listen();
  stay();
  drain();
})();
