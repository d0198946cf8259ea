import { install, safely } from "./api.js";
import { clock, mark, meet, use } from "./memory.js";
import { load, loadAfter, pause } from "./network.js";
import { open } from "./panel.js";
import { lay } from "./room.js";
import { deviceOf, isOffPath, isQuiet, longestAgo, reasonAgainst, routeIn, share } from "./rules.js";
import { isTest, languages, option, retag, say, script } from "./tag.js";
import { forget, identify, who } from "./who.js";

const DELAY = 10;
const HERE = "asked on this page";

const start = async () => {
  const test = isTest();
  const target = option("target");
  const only = option("survey");
  const api = install();
  const { shown, tags = api.tags = {} } = api; // of all tags: they share the page
  const heard = [], mine = [];
  let surveys = [], reason, spoken, events = {}, timer, tending;
  let route = routeIn(), since = 0;

  const page = {
    test,
    tell: (detail) => heard.forEach(([kind, listener]) => kind === detail.kind && safely(listener, detail)),
  };
  const learn = async () => {
    spoken = languages();
    const reply = await load(`w/${option("site")}?lang=${spoken}${only || target ? "&survey=" + only : ""}`);
    ({ surveys = [], words: page.words, reason = "no such live survey" } = await reply.json());
  };
  // Whether this must wait, because the page has changed its language since.
  const isLater = (act, given) => spoken !== languages() && learn().then(() => act(given)).catch(say);
  const drawn = ({ key }) => {
    const { id, email } = who().contact;
    // Of a million, so that each survey gets its share of the unknown too. It is never sent.
    const unknown = () => use("visit").draw ?? mark({ draw: (Math.random() * 1e6 | 0) / 1e4 }).draw;
    return share((id || email || unknown()) + key);
  };
  const placeOf = ({ look }) => (target ? "inline" : look?.place);
  const isHere = ({ key }) => shown.some((ask) => ask.survey.key === key && !ask.isOver);
  const against = (survey) => (isHere(survey) ? HERE : reasonAgainst(survey, placeOf(survey), {
    ...who().properties, "@device": deviceOf(navigator, matchMedia("(pointer:coarse)").matches),
  }, events, test, drawn));
  const show = (survey, isCalled) => {
    const place = placeOf(survey);
    const ask = open(survey, place, page, isCalled);
    const selector = ask.selector = target || place === "inline" && survey.look.target || "body";
    const into = document.querySelector(selector);
    ask.href = into && location.href;
    mine.push(ask);
    shown.push(ask);
    if (into) lay(ask, into);
    else say("nothing matches " + selector); // yet
  };
  // Asks what may be asked now, once somebody looks at the page: all that lie in it, and one that comes over it. What is due
  // it considers once more in a task of its own: another tag of the page may have been faster.
  const consider = (isAsked, isDue) => {
    clearTimeout(timer);
    if (route !== (route = routeIn())) since = performance.now(); // a route is a page, and so is its delay
    if (isLater(consider, isAsked)) return;
    let isOver = false;
    for (const { survey, rating, place, panel, leave } of shown) {
      if (rating === undefined && (isOffPath(survey) || isAsked && !isQuiet(place))) leave();
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
  const leave = (isAll) => mine.forEach((ask) => (isAll || ask.rating + 1) && ask.leave());
  // What the page took away with the element around it goes where that is now: the side tab, what is half typed over the
  // page, and at the same address all. At another, as of the next order, or when its place comes late, it is asked anew.
  const tend = () => {
    tending = 0;
    for (const ask of mine) {
      const into = !ask.isOver && !ask.host.isConnected && document.querySelector(ask.selector);
      if (!into) continue;
      const isKept = ask.place === "tab" || ask.place !== "inline" && ask.rating + 1;
      if (isKept || ask.href === location.href) lay(ask, into);
      else consider(ask.leave());
    }
  };
  const acts = {
    identify: (told) => identify(told) && leave(),
    track: (name) => { events[name] = 1; },
    on: (...pair) => heard.push(pair),
    reset: () => {
      events = {};
      if (forget()) leave(1);
    },
    close: () => leave(1),
    show: (key) => {
      if (isLater(acts.show, key)) return;
      const survey = surveys.find((each) => !key || each.key === key);
      if (!survey) return say(reason);
      // Done: a tag that comes later does not open it again.
      api.q = api.q.filter(([act, other]) => act !== "show" || other !== key);
      tend(); // what the page took away a moment ago is not here
      if (!isHere(survey)) show({ ...survey, rules: { ...survey.rules, path: 0 } }, 1);
    },
    explain: () => surveys.forEach((survey) => say(survey.key + ": " + (against(survey) || "asks"))),
  };
  const run = (act, ...given) => {
    acts[act](...given);
    if (/^[it]/.test(act)) consider(); // identify, track
  };
  // Put in again, as tag managers do at each route, it is the same tag: what was said once is not said twice.
  const name = [option("site"), only, target];
  if (tags[name]) {
    api.runs.push(() => {});
    return tags[name](script);
  }

  if (Object.keys(use("queue"))[0]) loadAfter().then((after) => after.flush()).catch(say);
  meet();
  await pause(); // each rest here begins a new task: none is long on a slow phone
  await learn();
  tags[name] = (other) => consider(retag(other));
  do await pause(0.05);
  while (document.readyState === "loading");

  api.runs.push(run);
  for (const call of api.q) safely(run, ...call);
  consider();
  const because = surveys[0] ? against(surveys[0]) : reason;
  if (because && !timer && !shown[0]) say(because);
  // A single-page application moves on: told by the Navigation API, and by the oldest way.
  // What waits unanswered over it leaves when another tab has asked, and when the visitor comes back to the page.
  const moved = ({ key, persisted }) => {
    if (persisted === false) return; // the page has just come
    if (persisted) meet();
    safely(consider, persisted || key === "feedback-asked");
  };
  window.navigation?.addEventListener("currententrychange", moved);
  for (const kind of ["popstate", "pageshow", "visibilitychange", "storage"]) addEventListener(kind, moved);
  new MutationObserver(() => { tending ||= pause(0.05).then(tend).catch(say); }).observe(document, { subtree: true, childList: true });
};

start().catch(say);
