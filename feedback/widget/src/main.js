import { install, safely } from "./api.js";
import { clock, isAfterAct, mark, meet, text, use } from "./memory.js";
import { load, loadAfter, pause } from "./network.js";
import { open } from "./panel.js";
import { deviceOf, isOffPath, isQuiet, longestAgo, reasonAgainst, routeIn, share } from "./rules.js";
import { isTest, languages, named, option, say } from "./tag.js";

const DELAY = 10;
const HERE = "asked on this page";
const here = () => location.pathname + location.hash;

const start = async () => {
  const test = isTest();
  const target = option("target");
  const only = option("survey");
  const api = install();
  const { shown } = api; // of all tags: they share the page
  const heard = [];
  let contact = named("contact"), properties = named("property"), about = option("about"), signature, events = {}, timer;
  let route = routeIn(here()), since = 0;

  if (Object.keys(use("queue"))[0]) loadAfter().then((after) => after.flush()).catch(say);
  meet();
  await pause(); // each rest here begins a new task: none is long on a slow phone
  const reply = await load(`w/${option("site")}?lang=${languages()}${only || target ? "&survey=" + only : ""}`);
  const { surveys = [], words, reason = "no such live survey" } = await reply.json();
  do await pause(0.05);
  while (document.readyState === "loading");

  const page = {
    test,
    words,
    who: () => ({ contact, properties, signature, about: about || undefined }),
    tell: (detail) => heard.forEach(([kind, listener]) => kind === detail.kind && safely(listener, detail)),
  };
  const drawn = ({ key }) => {
    // Of a million, so that each survey gets its share of the unknown too. It is never sent.
    const unknown = () => use("visit").draw ?? mark({ draw: (Math.random() * 1e6 | 0) / 1e4 }).draw;
    return share((contact.id || contact.email || unknown()) + key);
  };
  const placeOf = ({ look }) => (target ? "inline" : look?.place);
  const against = (survey) => (document.querySelector(`feedback-widget[survey="${survey.key}"]`) ? HERE : reasonAgainst(survey, placeOf(survey), {
    time: Date.now(),
    path: here(),
    traits: {
      ...properties,
      "@device": deviceOf(navigator, matchMedia("(pointer:coarse)").matches),
      "@language": `${languages()}`.toLowerCase().split(/[^a-z]/)[0],
    },
    events,
    asked: clock(),
    visit: use("visit"),
    isAfterAct: isAfterAct(),
    test,
    drawn,
  }));
  const show = (survey) => {
    const place = placeOf(survey);
    const selector = target || place === "inline" && survey.look.target || "body";
    const into = document.querySelector(selector);
    if (into) shown.push(open(survey, place, into, page));
    else say("nothing matches " + selector);
  };
  // Asks what may be asked now, once somebody looks at the page: all that lie in it, and one that comes over it. What is due
  // it considers once more in a task of its own: another tag of the page may have been faster.
  const consider = (isAsked, isDue) => {
    clearTimeout(timer);
    if (route !== (route = routeIn(here()))) since = performance.now(); // a route is a page, and so is its delay
    let isOver = false;
    for (const { survey, rating, place, panel, leave } of shown) {
      if (rating === undefined && (isOffPath(survey, here()) || isAsked && !isQuiet(place))) leave();
      isOver ||= panel.isConnected && !isQuiet(place);
    }
    for (const survey of longestAgo(surveys, clock())) {
      const isAside = isQuiet(placeOf(survey));
      if (document.hidden || against(survey) || !isAside && isOver) continue;
      isOver ||= !isAside;
      const usual = survey.rules?.delay ?? (isAside ? 0 : DELAY);
      const wait = test ? 0 : option("delay", usual) * 1000 + since - performance.now();
      if (!(wait < 1e9)) say("no usable delay");
      else if (wait > 0 || !isDue) timer = setTimeout(safely, wait, consider, 0, 1);
      else show(survey);
    }
  };
  const leave = () => shown.forEach((each) => each.leave());
  const acts = {
    identify: (told) => {
      // A copy that can be sent: what cannot is one line now, not an answer lost later.
      const { properties: more, signature: proof, about: what, ...who } = JSON.parse(text(told));
      // A number is the text that it would be in a link, 0 too.
      if (who.id != null) who.id += "";
      contact = { ...contact, ...who };
      properties = { ...properties, ...more };
      signature = proof ?? signature;
      about = (what ?? about) + "";
    },
    track: (name) => { events[name] = 1; },
    on: (...pair) => heard.push(pair),
    reset: () => {
      contact = properties = {};
      signature = undefined;
      about = "";
      events = {};
      leave();
    },
    close: leave,
    show: (key) => {
      const survey = surveys.find((each) => !key || each.key === key);
      if (!survey) say(reason);
      else if (against(survey) !== HERE) show({ ...survey, rules: { ...survey.rules, path: 0 } });
    },
    explain: () => surveys.forEach((survey) => say(survey.key + ": " + (against(survey) || "asks"))),
  };
  const run = (act, ...given) => {
    acts[act](...given);
    if (/^[it]/.test(act)) consider(); // identify, track
  };
  api.runs.push(run);
  for (const call of api.q) safely(run, ...call);
  consider();
  const because = surveys[0] ? against(surveys[0]) : reason;
  if (because && !timer && !shown[0]) say(because);
  // A single-page application moves on: told by the Navigation API, and by the oldest way.
  // What waits unanswered over it leaves when another tab has asked, and when the visitor comes back to the page.
  const moved = ({ key, persisted }) => {
    if (persisted) meet();
    safely(consider, persisted || key === "feedback-asked");
  };
  window.navigation?.addEventListener("currententrychange", moved);
  addEventListener("popstate", moved);
  addEventListener("pageshow", moved);
  addEventListener("visibilitychange", moved);
  addEventListener("storage", moved);
};

start().catch(say);
